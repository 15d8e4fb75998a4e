#pragma once

#include "fovea/classes.hpp"
#include "fovea/explain.hpp"
#include "fovea/geometry.hpp"
#include "fovea/image.hpp"
#include "fovea/model.hpp"
#include "fovea/preprocessing.hpp"
#include "fovea/program.hpp"
#include "fovea/target.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Networks that find objects: boxes with classes and scores, and the numbers of the network that they rest
/// on, so that every method can explain them. docs/detectors.md has the forms of outputs.
namespace fovea {

/// A form in which networks give boxes.
struct DecoderInfo {
  std::string_view name;     ///< "yolox", ...
  std::string_view outputs;  ///< the outputs' shapes and meaning, in one line
};
/// All forms, in the order in which they are listed.
const std::vector<DecoderInfo>& decoders();
std::vector<std::string> decoder_names();

/// How four numbers are a box, of networks that give boxes and scores apart.
enum class BoxForm {
  CentrePixels,      ///< centre x, centre y, width, height in pixels of the network's input
  CentreFractions,   ///< the same as fractions of the input's width and height
  CornersPixels,     ///< left, top, right, bottom
  CornersFractions,  ///< the same as fractions
};
/// "centre-pixels", "centre-fractions", "corners-pixels" or "corners-fractions".
std::string_view name_of(BoxForm form);
/// InputError that lists all names for any other text.
BoxForm parse_box_form(std::string_view name);
std::vector<std::string> box_form_names();

enum class BoxSide { Left, Top, Right, Bottom };
/// "left", "top", "right" or "bottom".
std::string_view name_of(BoxSide side);
/// InputError that lists all names for any other text.
BoxSide parse_box_side(std::string_view name);
std::vector<std::string> box_side_names();

/// How a decoder was found.
enum class DecoderSource {
  Name,             ///< the caller named it
  Shapes,           ///< the only one that fits the shapes of the outputs
  ShapesAndLabels,  ///< of those that fit the shapes, the only one with as many classes as there are labels
};
/// "by its name", "by the shapes of the outputs", "by the shapes of the outputs and the number of class
/// names".
std::string_view describe(DecoderSource source);

struct DetectorOptions {
  /// A name from `decoders`; empty: the only one that fits the shapes of the outputs.
  std::string decoder = {};
  /// In place of the decoder's own form; for decoders with boxes and scores apart.
  std::optional<BoxForm> boxes = {};
  /// Names of the classes; empty: those of the model's file. Where there are names, their number is one of
  /// the ways to tell decoders apart.
  std::optional<Labels> labels = {};
  /// Replaces values of the decoder's own preprocessing.
  PreprocessingSpec preprocessing = {};
  /// Boxes with smaller scores are left out, 0 to 1.
  double min_score = 0.25;
  /// Of two boxes of one class that overlap by more than this (intersection over union, 0 to 1), the one with
  /// the smaller score is left out. None: the decoder's own, 0.45, or 1 for networks that give each object
  /// once.
  std::optional<double> max_overlap = {};
  std::int64_t most = 100;  ///< boxes that are kept, best first
  /// Size, precision, backend and threads; the detector sets the rest.
  ProgramOptions program = {};
};

/// One object found in a photo.
struct Detection {
  RealBox box;  ///< in the photo's pixels, cut at its edges
  std::int64_t class_index = 0;
  std::string label;  ///< the class's name, or "class 17"
  double score = 0;   ///< 0 to 1
  /// The candidate's number in the outputs.
  std::int64_t candidate = 0;
  /// Its place among the objects found in the photo, from 1, which is the one with the highest score.
  std::int64_t number = 1;
};

/// A network compiled to find objects in photos. It serves one thread at a time; copies share what is
/// compiled.
class Detector {
public:
  /// InputError for options out of range, and with the model's path for an unknown decoder, labels of another
  /// number than the classes, outputs that fit no decoder (with all forms) or several (with their names);
  /// ModelError as for Program::compile.
  explicit Detector(const Model& model, const DetectorOptions& options = {});
  ~Detector();
  Detector(const Detector& other);
  Detector& operator=(const Detector& other);
  Detector(Detector&&) noexcept;
  Detector& operator=(Detector&&) noexcept;

  /// The objects in a photo, best first. InputError if an output holds a value that is not finite, or scores
  /// or boxes that cannot be, since the decoder is not the network's.
  std::vector<Detection> operator()(const Image& photo);

  /// The number that says how sure the network is of a detection's class: objectness times class where there
  /// are both; before a softmax or sigmoid that the network leaves to its caller.
  Target score_target(const Detection& detection) const;
  /// The position of a side of its box, in pixels of the network's input, before the box is cut at the
  /// photo's edges.
  Target side_target(const Detection& detection, BoxSide side) const;
  /// Options of an explainer whose class k is detections[k]: its score, or the position of a side of its box.
  /// Labels are the boxes' numbers and names, as "1 bird", and the side; the layer of Grad-CAM and its
  /// variants is the last one before the network's paths for objects of several sizes part
  /// (last_common_spatial_layer). The method is the caller's to set. InputError if there are no detections.
  ExplainOptions explain_options(const std::vector<Detection>& detections,
                                 std::optional<BoxSide> side = {}) const;

  std::string_view decoder() const;
  DecoderSource decoder_source() const;
  /// The layer of Grad-CAM in `explain_options`; empty: there is none.
  const std::string& common_layer() const;
  const Labels& labels() const;
  const Preprocessing& preprocessing() const;
  const Program& program() const;

private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
  std::unique_ptr<Session> session_;  ///< empty until the first photo
};

}  // namespace fovea
