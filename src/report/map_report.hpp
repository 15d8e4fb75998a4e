#pragma once

#include "fovea/explain.hpp"
#include "fovea/image.hpp"
#include "report/class_model_pictures.hpp"
#include "report/map_figure.hpp"
#include "report/take_file.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The output for the maps of one photo.
namespace fovea {

struct MapReportOptions {
  std::vector<std::string> methods = {"gradient"};
  MethodOptions method_options = {};  ///< for captions
  std::string network = {};           ///< its name, for captions
  Crops crops = Crops::One;
  DisplayRange range = {};
  OverlayStyle overlay = {};       ///< its colour map is also that of heat map and figure
  bool figure = false;             ///< one labelled picture: photo, maps, maps on the photo
  bool class_model = false;        ///< the figure also shows the class model; implies `figure`
  std::string output = {};         ///< a folder; or a file (`is_graphic_path`), the figure of one photo
  std::optional<double> dpi = {};  ///< of figures; none: see `write_graphic`
  /// What is explained are numbers of the network, not classes; the labels name them.
  bool are_targets = false;
  std::optional<ExplainedBox> box = {};  ///< marked on the overlay and the figure
};

/// The files of a map: the map in grey, in colours, over the photo, as an array, the relevance as an array,
/// and the figure.
enum class MapFile : std::uint8_t { Map, Heat, Overlay, RawMap, Gradient, Figure };
/// "map", "heat", "overlay", "raw_map", "gradient" or "figure"; the names in JSON.
std::string_view name_of(MapFile file);

/// The files of a photo's maps. The figure, which all methods share, is the last of each method's files.
using MapFiles = std::vector<std::pair<MapFile, std::string>>;
using PhotoFiles = std::vector<MapFiles>;  ///< in the order of the methods

/// Describes and writes the maps that one or several methods made of a photo; thread-safe. Keeps references
/// to the labels and the class models. Results are in the order of `methods`.
class MapReport {
public:
  MapReport(MapReportOptions options, const Labels& labels, ClassModelPictures& class_models)
      : options_(std::move(options)), labels_(labels), class_models_(class_models) {}

  /// In a folder the files' names begin with `base`, and of several methods with "<base>-<method>".
  PhotoFiles files(const std::string& base) const;
  /// Writes these files. `path` is the photo's. OutputError.
  void write(std::span<const Explanation> results, const Image& photo, const std::string& path,
             const PhotoFiles& files) const;
  /// What `write` writes: the bytes of each file, one after the other.
  void encode(std::span<const Explanation> results, const Image& photo, const std::string& path,
              const PhotoFiles& files, const TakeFile& take) const;

  nlohmann::ordered_json json(const Explanation& result, const std::string& path,
                              const MapFiles& files) const;
  /// A line of text and one for each file; for several methods the files under each method's name. Names from
  /// files are made safe for a terminal.
  std::string text(std::span<const Explanation> results, const std::string& path,
                   const PhotoFiles& files) const;
  /// A warning that the map is black; empty if it is not.
  std::string warning(const Explanation& result, const std::string& path) const;

private:
  bool is_figure_alone() const { return is_graphic_path(options_.output); }
  Figure figure(std::span<const Explanation> results, const Image& photo, const std::string& path) const;
  Image marked(const Image& photo) const;
  std::string encode_map(MapFile kind, const Explanation& result, const Image& photo) const;

  MapReportOptions options_;
  const Labels& labels_;
  ClassModelPictures& class_models_;
};

}  // namespace fovea
