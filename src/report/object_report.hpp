#pragma once

#include "fovea/classes.hpp"
#include "fovea/localize.hpp"
#include "report/take_file.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Output for objects found in photos: masks, outlines, figures, lines of text, CSV and JSON.
namespace fovea {

/// One object with the data of its output.
struct FoundObject {
  std::string image;
  std::optional<Prediction> target;  ///< none if seeds were given
  std::int64_t rank = 0;             ///< 1, 2, ... if several classes are localised; otherwise 0
  Localization object;
};

/// How objects were found, and options of the output.
struct ObjectReportOptions {
  std::string method = {};  ///< "product" stands for gradient times guided
  Crops crops = Crops::Whole;
  std::string network = {};       ///< its name, for the figure
  std::string preset = {};        ///< for JSON
  LocalizeOptions localize = {};  ///< used: the quantiles of seeds and the area fraction of components
  bool components =
      false;  ///< one box for each component of at least that fraction, and a picture of the components
  bool has_strokes = false;  ///< seeds were painted, with a map beside them or not; for the figure
  bool stages = false;       ///< additional files: map, seeds and the figure
  std::string colormap = "inferno";
  std::string output = {};         ///< a folder; or a file (`is_graphic_path`), the figure of one object
  std::optional<double> dpi = {};  ///< of figures; none: see `write_graphic`
};

/// The files of an object: the mask, the photo with its outline and boxes, the numbers of its components, the
/// map, the seeds, and the figure of all stages.
enum class ObjectFile : std::uint8_t { Mask, Object, Components, Map, Seeds, Stages };
/// "mask", "object", ...; the names in JSON.
std::string_view name_of(ObjectFile file);
/// The files of one object with their paths.
using ObjectFiles = std::vector<std::pair<ObjectFile, std::string>>;

/// Describes and writes objects; immutable and thread-safe. Keeps a reference to the labels.
class ObjectReport {
public:
  ObjectReport(ObjectReportOptions options, const Labels& labels)
      : options_(std::move(options)), labels_(labels) {}

  /// The object's one box, or one for each component. None for an empty mask.
  std::vector<Box> boxes(const Localization& object) const;
  /// The files of an object; in a folder their names begin with `base`.
  ObjectFiles files(const FoundObject& found, const std::string& base) const;
  /// The files of all objects of a photo: of one, or with `ranks` of that many classes (FoundObject::rank);
  /// `has_map`: found by a map.
  std::vector<std::string> planned_files(const std::string& base, bool has_map, std::int64_t ranks = 0) const;
  /// Writes these files. `photo` is the photo as read. OutputError.
  void write(const FoundObject& found, const std::string& base, const Image& photo) const;
  /// What `write` writes: the bytes of each file, one after the other.
  void encode(const FoundObject& found, const std::string& base, const Image& photo,
              const TakeFile& take) const;
  /// Photo, map, seeds, and the object with its box: the stages of Simonyan 2013, figure 4.
  Figure figure(const FoundObject& found, const Image& photo) const;

  nlohmann::ordered_json json(const FoundObject& found, const std::string& base) const;
  /// A line for each box, or one with empty fields.
  std::string csv(const FoundObject& found) const;
  static std::string csv_header();
  /// A line of text and one for each file. Names from files are made safe for a terminal.
  std::string text(const FoundObject& found, const std::string& base) const;

private:
  ObjectFiles files_of(const std::string& base, bool has_map, std::int64_t rank) const;
  Image picture(ObjectFile kind, const FoundObject& found, const Image& photo) const;

  ObjectReportOptions options_;
  const Labels& labels_;
};

}  // namespace fovea
