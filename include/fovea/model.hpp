#pragma once

#include "fovea/classes.hpp"
#include "fovea/custom.hpp"
#include "fovea/geometry.hpp"
#include "fovea/note.hpp"
#include "fovea/preprocessing.hpp"
#include "fovea/tensor.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fovea {

/// One input or output of a model as its file declares it.
struct ModelPort {
  std::string name;
  /// ONNX's word: "float32", "float16", "int64", ...; "undefined" where the file gives none; "sequence",
  /// "map", "optional" or "sparse tensor" for what is no tensor.
  std::string element_type;
  std::vector<std::int64_t> dims;    ///< -1 where symbolic, zero or negative
  std::vector<std::string> symbols;  ///< the symbol's name where symbolic, else empty
};

/// "float32[N,3,224,224]", "?" for an extent that is open and has no name.
std::string describe(const ModelPort& port);

/// The order of a picture's axes in a file.
enum class PictureLayout {
  ChannelsFirst,  ///< [N, channels, height, width]
  ChannelsLast,   ///< [N, height, width, channels], as TensorFlow has it
};

/// The one picture a classifier looks at.
struct ImageInput {
  std::string name;
  std::int64_t channels = 0;
  std::int64_t height = 0;  ///< 0 where symbolic
  std::int64_t width = 0;   ///< 0 where symbolic
  /// Of the file. A Program takes channels first all the same unless it is told to keep to the file:
  /// ProgramOptions::input_layout.
  PictureLayout layout = PictureLayout::ChannelsFirst;
  /// The file takes whole numbers; a Program takes them as floating numbers, 0..255 each.
  bool integer = false;
  /// Axes of the input in the file: 4; 3 for a grey picture [N,height,width] or one picture without a batch;
  /// 2 for [N, channels x height x width]. A Program takes [N,C,H,W] all the same.
  std::int64_t rank = 4;
  std::int64_t batch = 0;  ///< that the file fixes, or 0; 1 where it has no axis for it
};

/// A node that fovea cannot run.
struct UnsupportedNode {
  std::string node;
  std::string operator_name;
  std::string reason;
  bool needed = false;  ///< whether the first output needs it
};

struct LoadOptions {
  /// Operators of one's own, for this model only. Each takes all nodes of its domain and type, also where
  /// fovea knows the operator itself. InputError for one without a type or `forward`, for Constant, and for
  /// two of one domain and type.
  std::vector<CustomOperator> operators = {};
  /// Bytes that the constants of one import may take together (weights that are widened, tables for resizing,
  /// nodes whose operands are all constants), and that the value of a node may take for one picture;
  /// computing those constants may take one operation on an element for each byte. Where it is given, a
  /// session's memory is limited to it, too, else to the machine's. What exceeds it is a ModelError that
  /// names the node, before anything is allocated. 0: 2 GiB. InputError when negative.
  std::int64_t max_memory = 0;
};

/// An ONNX model: weights, nodes, labels and preprocessing. Immutable and cheap to copy; compile it with
/// Program::compile.
class Model {
public:
  /// Reads an ONNX file. ModelError when it is not one, or when every output needs something that is damaged
  /// or contradicts itself. Nodes that are not supported are no error here: see `unsupported_nodes`. What the
  /// outputs of a program do not need (dead nodes, other outputs, their weights and inputs) may be anything.
  /// The file is mapped, not copied, as long as the model lives: it may be replaced or deleted, but not
  /// written to or cut short in place (compiling such a model is a ModelError; a file cut short at the very
  /// moment raises SIGBUS). A compiled program no longer needs it.
  static Model load(const std::string& path, const LoadOptions& options = {});

  const std::string& path() const;
  std::int64_t ir_version() const;
  std::int64_t opset() const;
  const std::string& producer() const;
  const std::vector<ModelPort>& inputs() const;
  /// As the file declares them; what it leaves open of the first is filled in where it follows from the
  /// network.
  const std::vector<ModelPort>& outputs() const;
  /// ONNX operator types with how often each occurs, by name.
  const std::vector<std::pair<std::string, std::int64_t>>& operator_counts() const;
  /// Number of elements of all weights.
  std::int64_t parameters() const;
  const std::vector<UnsupportedNode>& unsupported_nodes() const;
  const std::vector<std::pair<std::string, std::string>>& metadata() const;

  /// Names of the outputs that need no unsupported node and nothing damaged.
  std::vector<std::string> computable_outputs() const;
  /// Names of the inputs that those values are computed from, in the file's order. Values are named as in
  /// ProgramOptions::outputs. InputError for an unknown name.
  std::vector<std::string> inputs_of(const std::vector<std::string>& values) const;
  /// The one picture input that the first output needs; ModelError when it needs several inputs, or it is not
  /// a picture of 1 to 4 channels. Where both axes could hold them ([N,3,8,3]), channels come first.
  ImageInput image_input() const;
  /// Class names: from the file's metadata, ImageNet's for 1000 classes, else empty.
  const Labels& labels() const;
  /// The same where the scores are another output or value, by its name.
  const Labels& labels_of(const std::string& output) const;
  /// From the file's metadata, if it has any; else that of a picture of whole numbers, which are fed as they
  /// are: 0..255, or -128..127 for int8.
  const std::optional<Preprocessing>& preprocessing() const;
  /// What of the file's metadata has fovea's keys (`labels`, `mean`, `std`, ...) but another meaning, and is
  /// left aside: one line each.
  const std::vector<std::string>& warnings() const;

private:
  friend struct ModelAccess;
  struct Impl;
  explicit Model(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// One floating value that a model computes from its picture.
struct LayerInfo {
  std::string name;                     ///< the ONNX value's: what ProgramOptions::target takes
  std::string node;                     ///< the ONNX node's; its first output's where the file gives none
  std::string operator_name;            ///< ONNX's
  Shape shape;                          ///< for a batch of 1
  std::optional<ReceptiveField> field;  ///< none: every unit may depend on the whole picture
  /// Height and width of the network's input.
  std::int64_t picture_height = 0, picture_width = 0;
  /// What each axis counts: "N" pictures, "C" channels, "H" rows, "W" columns, "T" positions in one row (the
  /// tokens of a transformer), several letters for an axis of several ("HW"), "?" where it is not known.
  std::vector<std::string> axes = {};
  /// Where channels and positions lie; as TensorInfo::layout.
  std::optional<LayerLayout> layout = {};

  /// The pixels of the network's input that the unit in row y and column x may depend on: the smallest such
  /// rectangle that fovea knows, cut to the picture. Empty for a unit that looks at padding alone.
  Rect field_of(std::int64_t y, std::int64_t x) const;
};

/// The axes of a layer as text: "[N,C,H,W]", "[N,H,W,C]", "[N,T,C]".
std::string axes_text(const LayerInfo& layer);

/// All layers in the order of computation. `height` and `width` are the picture's where the model leaves them
/// open. Values that the file names but that are the same as an earlier one (a Reshape to the shape that is
/// there) are left out. ModelError as for Program::compile.
std::vector<LayerInfo> layers(const Model& model, std::int64_t height = 0, std::int64_t width = 0);

/// Where several things of the model have that name, nodes or a value and another node: a note that says
/// which one is taken as a layer and by what names the others can be had. Else none. A Program that is
/// compiled for a layer has it among its notes.
std::optional<Note> layer_name_note(const Model& model, const std::string& name);

/// The layer with that value's name, or else that of the node with that name; InputError that lists the
/// nearest names.
const LayerInfo& find_layer(const std::vector<LayerInfo>& layers, std::string_view name);

}  // namespace fovea
