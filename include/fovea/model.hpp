#pragma once

#include "fovea/classes.hpp"
#include "fovea/custom.hpp"
#include "fovea/geometry.hpp"
#include "fovea/library.hpp"
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
  /// The element type in ONNX's terms: "float32", "float16", "int64", ...; "undefined" if the file gives
  /// none; "sequence", "map", "optional" or "sparse tensor" for other kinds of values.
  std::string element_type;
  bool has_shape = true;             ///< false if the file does not give the rank
  std::vector<std::int64_t> dims;    ///< -1 where symbolic, zero or negative
  std::vector<std::string> symbols;  ///< the symbol's name if symbolic, else empty
};

/// "float32[N,3,224,224]", with "?" for an open extent without a name; "float32[...]" for an unknown shape.
std::string describe(const ModelPort& port);

/// The order of a picture's axes in a file.
enum class PictureLayout {
  ChannelsFirst,  ///< [N, channels, height, width]
  ChannelsLast,   ///< [N, height, width, channels], as in TensorFlow
};

/// The picture input of a classifier.
struct ImageInput {
  std::string name;
  std::int64_t channels = 0;
  std::int64_t height = 0;  ///< 0 where symbolic
  std::int64_t width = 0;   ///< 0 where symbolic
  /// The layout in the file. A Program takes channels first anyway, unless ProgramOptions::input_layout says
  /// otherwise.
  PictureLayout layout = PictureLayout::ChannelsFirst;
  /// True if the file takes whole numbers. A Program takes them as floating-point numbers, 0..255 each.
  bool is_integer = false;
  /// Number of axes of the input in the file: 4; 3 for a grey picture [N,height,width] or one picture without
  /// a batch; 2 for [N, channels x height x width]. A Program takes [N,C,H,W] anyway.
  std::int64_t rank = 4;
  std::int64_t batch = 0;  ///< the batch that the file fixes, or 0; 1 if the input has no axis for it
};

/// A node that fovea cannot run.
struct UnsupportedNode {
  std::string node;
  std::string operator_name;
  std::string reason;
  bool is_needed = false;  ///< whether the first output needs it
};

struct LoadOptions {
  /// Custom operators for this model. Each handles all nodes of its domain and type, even if fovea knows the
  /// operator. InputError for an operator without a type or `forward`, for Constant, and for two of one
  /// domain and type.
  std::vector<CustomOperator> operators = {};
  /// Memory limit in bytes for the constants of one import together (widened weights, tables for resizing,
  /// nodes whose operands are all constants) and for the value of a node for one picture; computing these
  /// constants may take one elementary operation for each byte. If given, it also limits the memory of a
  /// session, which otherwise is limited to the machine's. Whatever exceeds it is a ModelError that names the
  /// node, before anything is allocated. 0: 2 GiB. InputError if negative.
  std::int64_t max_memory = 0;
};

/// An ONNX model: weights, nodes, labels and preprocessing. Immutable and cheap to copy; compile it with
/// Program::compile.
class Model {
public:
  /// Reads an ONNX file. ModelError if it is not one, or if every output needs something that is damaged or
  /// contradictory. Unsupported nodes are no error here: see `unsupported_nodes`. Parts that a program's
  /// outputs do not need (dead nodes, other outputs, their weights and inputs) are not checked. The file is
  /// mapped, not copied, as long as the model lives: it may be replaced or deleted, but must not be modified
  /// or truncated in place (compiling such a model is a ModelError; truncation during an access raises
  /// SIGBUS). A compiled program no longer needs the file.
  static Model load(const std::string& path, const LoadOptions& options = {});

  const std::string& path() const;
  std::int64_t ir_version() const;
  std::int64_t opset() const;
  const std::string& producer() const;
  const std::vector<ModelPort>& inputs() const;
  /// The outputs as the file declares them; open extents of the first are filled in if they follow from the
  /// network.
  const std::vector<ModelPort>& outputs() const;
  /// ONNX operator types with their numbers of nodes, sorted by name.
  const std::vector<std::pair<std::string, std::int64_t>>& operator_counts() const;
  /// Number of elements of all weights.
  std::int64_t parameters() const;
  const std::vector<UnsupportedNode>& unsupported_nodes() const;
  const std::vector<std::pair<std::string, std::string>>& metadata() const;

  /// Names of the outputs that need no unsupported node and nothing damaged.
  std::vector<std::string> computable_outputs() const;
  /// Names of the inputs that the given values are computed from, in the file's order. Values are named as in
  /// ProgramOptions::outputs. InputError for an unknown name.
  std::vector<std::string> inputs_of(const std::vector<std::string>& values) const;
  /// The only picture input that the first output needs. ModelError if it needs several inputs, or if the
  /// input is not a picture of 1 to 4 channels. If two axes could be the channels ([N,3,8,3]), they come
  /// first.
  ImageInput image_input() const;
  /// Class names: those in the file's metadata, or ImageNet's for 1000 classes, or none.
  const Labels& labels() const;
  /// Class names for scores that are another output or value, given by its name.
  const Labels& labels_of(const std::string& output) const;
  /// The preprocessing in the file's metadata. Without it, a picture of whole numbers gets the preprocessing
  /// that passes pixels on unchanged: 0..255, or -128..127 for int8.
  const std::optional<Preprocessing>& preprocessing() const;
  /// Entries of the file's metadata that have fovea's keys (`labels`, `mean`, `std`, ...) but another
  /// meaning, and are ignored: one line each.
  const std::vector<std::string>& warnings() const;

private:
  friend struct ModelAccess;
  struct Impl;
  explicit Model(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// A floating-point value that a model computes from its picture.
struct LayerInfo {
  std::string name;                     ///< name of the ONNX value, for ProgramOptions::layer
  std::string node;                     ///< name of the ONNX node, or of its first output if it has none
  std::string operator_name;            ///< ONNX's
  Shape shape;                          ///< for a batch of 1
  std::optional<ReceptiveField> field;  ///< none: every unit may depend on the whole picture
  /// Height and width of the network's input.
  std::int64_t picture_height = 0, picture_width = 0;
  /// The meaning of each axis: "N" pictures, "C" channels, "H" rows, "W" columns, "T" positions in one row
  /// (the tokens of a transformer), several letters for a combined axis ("HW"), "?" if unknown.
  std::vector<std::string> axes = {};
  /// The arrangement of channels and positions: see TensorInfo::layout.
  std::optional<LayerLayout> layout = {};

  /// The pixels of the network's input that the unit in row y and column x may depend on: the smallest such
  /// rectangle that fovea can derive, clipped to the picture. Empty for a unit that depends on padding alone.
  Rect field_of(std::int64_t y, std::int64_t x) const;
};

/// The axes of a layer as text: "[N,C,H,W]", "[N,H,W,C]", "[N,T,C]".
std::string axes_text(const LayerInfo& layer);

/// All layers in the order of computation. `height` and `width` give the picture's size if the model leaves
/// it open. Named values that equal an earlier one (a Reshape to the same shape) are left out. ModelError as
/// for Program::compile.
std::vector<LayerInfo> layers(const Model& model, std::int64_t height = 0, std::int64_t width = 0);

/// A note if several things of the model have that name (nodes, or a value and another node), saying which of
/// them is taken as a layer and by what names the others can be selected; otherwise none. A Program that is
/// compiled for such a layer has this note.
std::optional<Note> layer_name_note(const Model& model, const std::string& name);

/// The layer whose value has that name, or else the layer of the node with that name. InputError that lists
/// the nearest names.
const LayerInfo& find_layer(const std::vector<LayerInfo>& layers, std::string_view name);

}  // namespace fovea
