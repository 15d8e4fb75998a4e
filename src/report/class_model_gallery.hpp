#pragma once

#include "fovea/classes.hpp"
#include "fovea/features.hpp"
#include "fovea/image.hpp"
#include "fovea/preprocessing.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

/// Writes and describes class models and pictures of layers.
namespace fovea {

/// A target of gradient ascent: a class, or a part of a layer.
struct ClassModelTarget {
  std::optional<std::int64_t> class_index = {};
  std::optional<LayerTarget> layer = {};
  std::string short_name = {};  ///< for titles: "flamingo", "channel 12"
  std::string long_name = {};   ///< for a line of text: "n02007558 flamingo (class 130)"
  std::string file = {};        ///< for file names, without an ending: "130-flamingo"
  nlohmann::ordered_json json = {};
};

ClassModelTarget class_target(const Labels& labels, std::int64_t index);
ClassModelTarget layer_target(const std::string& layer, const LayerTarget& part);

/// The method and its settings in a line: "151 steps of 0.08, jitter 0.1, blur 0.005, coarse 0.012, seed 0".
std::string settings_text(const ClassModelOptions& options, const DiversityOptions& diversity);

/// Remarks on how a class model was made: that the ascent started from noise, did not move, or was stopped
/// before its `steps`.
std::vector<std::string> class_model_notes(const ClassModel& model, const ClassModelTarget& target,
                                           int steps);

struct ClassModelGalleryOptions {
  Preprocessing preprocessing = {};
  ClassModelDisplay display = ClassModelDisplay::Fitted;
  std::string output = {};         ///< a folder; or a file (`is_graphic_path`), the one picture or the sheet
  std::optional<double> dpi = {};  ///< of figures; none: see `write_graphic`
  bool sheet = false;              ///< also all pictures as one
  int pictures_of_each = 1;        ///< pictures of each target
  std::string heading = {};        ///< of the sheet
  std::string details = {};        ///< below the heading
};

/// The pictures of a run.
class ClassModelGallery {
public:
  explicit ClassModelGallery(ClassModelGalleryOptions options) : options_(std::move(options)) {}

  /// The files of the pictures of these targets, of the frames at each `every`-th of `steps` (0: none), and
  /// of the sheet.
  std::vector<std::string> planned_files(std::span<const ClassModelTarget> targets, int steps,
                                         int every) const;
  /// Writes a frame of each picture during the ascent. OutputError.
  void write_frames(const ClassModelTarget& target, std::span<const ClassModelProgress> all) const;
  /// Writes the k-th picture of a target and, in a folder, the network's input; nothing if the sheet is the
  /// only file. Returns lines of text for people, in which names from files are made safe for a terminal.
  /// OutputError.
  std::string add(const ClassModelTarget& target, std::size_t k, const ClassModel& model);
  /// Writes the sheet, if requested and not empty, and returns its path; empty otherwise.
  std::string finish() const;
  /// An entry for each picture.
  const nlohmann::ordered_json& json() const { return json_; }

private:
  bool is_one_file() const;
  /// "130-flamingo", or of several pictures "130-flamingo-2".
  std::string base(const ClassModelTarget& target, std::size_t k) const;
  std::vector<std::string> files(const ClassModelTarget& target, std::size_t k) const;
  std::string frame(const ClassModelTarget& target, std::size_t k, int step) const;
  std::string sheet() const;

  ClassModelGalleryOptions options_;
  std::vector<Panel> panels_;
  nlohmann::ordered_json json_ = nlohmann::ordered_json::array();
};

}  // namespace fovea
