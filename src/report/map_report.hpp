#pragma once

#include "fovea/explain.hpp"
#include "fovea/image.hpp"
#include "report/class_model_pictures.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Options of the output for one map of one photo.
namespace fovea {

struct MapReportOptions {
  std::string method = "gradient";
  Crops crops = Crops::One;
  DisplayRange range = {};
  std::string colormap = "inferno";
  bool figure = false;  ///< one labelled picture: photo, map, map on the photo
  bool class_model =
      false;  ///< a figure with the class model instead of the map on the photo; implies `figure`
  std::string output = {};  ///< a folder; or a .png, the figure of one photo
};

/// The files of a map: the map in grey, in colours, over the photo, as an array, the relevance as an array,
/// and the figure.
enum class MapFile : std::uint8_t { Map, Heat, Overlay, RawMap, Gradient, Figure };
/// "map", "heat", "overlay", "raw_map", "gradient" or "figure"; the names in JSON.
std::string_view name_of(MapFile file);
using MapFiles = std::vector<std::pair<MapFile, std::string>>;

/// Describes and writes maps; thread-safe. Keeps references to the labels and the class models.
class MapReport {
public:
  MapReport(MapReportOptions options, const Labels& labels, ClassModelPictures& class_models)
      : options_(std::move(options)), labels_(labels), class_models_(class_models) {}

  /// The files of a photo's map; in a folder their names begin with `base`.
  MapFiles files(const std::string& base) const;
  /// Writes these files. `photo` is the photo's path. OutputError.
  void write(const Explanation& result, const std::string& photo, const MapFiles& files) const;

  nlohmann::ordered_json json(const Explanation& result, const std::string& photo,
                              const MapFiles& files) const;
  /// A line of text and one for each file. Names from files are made safe for a terminal.
  std::string text(const Explanation& result, const std::string& photo, const MapFiles& files) const;
  /// A warning that the map is black; empty if it is not.
  std::string warning(const Explanation& result, const std::string& photo) const;

private:
  Image figure(const Explanation& result, const std::string& photo, const Image& grey) const;

  MapReportOptions options_;
  const Labels& labels_;
  ClassModelPictures& class_models_;
};

}  // namespace fovea
