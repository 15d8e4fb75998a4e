#pragma once

#include "fovea/custom_operator.hpp"
#include "fovea/labels.hpp"
#include "fovea/preprocessing.hpp"
#include "fovea/tensor.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fovea {

/// One input or output of a model as its file declares it.
struct ModelPort {
  std::string name;
  std::string element_type;          ///< ONNX's word: "float32", "float16", "int64", ...
  std::vector<std::int64_t> dims;    ///< -1 where symbolic
  std::vector<std::string> symbols;  ///< the symbol's name where symbolic, else empty
};

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
};

/// A node that fovea cannot run.
struct UnsupportedNode {
  std::string node;
  std::string operator_name;
  std::string reason;
};

struct LoadOptions {
  /// Operators of one's own, for this model only. Each takes all nodes of its domain and type, also where
  /// fovea knows the operator itself. InputError for one without a type or `forward`, for Constant, and for
  /// two of one domain and type.
  std::vector<CustomOperator> operators = {};
};

/// An ONNX model: weights, nodes, labels and preprocessing. Immutable and cheap to copy; compile it with
/// Program::compile.
class Model {
public:
  /// Reads an ONNX file. ModelError when it is not one, is damaged or contradicts itself. Nodes that are not
  /// supported are no error here: see `unsupported_nodes`; compiling is what needs them.
  /// The file is mapped, not copied, as long as the model lives: it may be replaced or deleted, but not
  /// written to or cut short in place (compiling such a model is a ModelError; a file cut short at the very
  /// moment raises SIGBUS). A compiled program no longer needs it.
  static Model load(const std::string& path, const LoadOptions& options = {});

  const std::string& path() const;
  std::int64_t ir_version() const;
  std::int64_t opset() const;
  const std::string& producer() const;
  const std::vector<ModelPort>& inputs() const;
  const std::vector<ModelPort>& outputs() const;
  /// ONNX operator types with how often each occurs, by name.
  const std::vector<std::pair<std::string, std::int64_t>>& operator_counts() const;
  /// Number of elements of all weights.
  std::int64_t parameters() const;
  const std::vector<UnsupportedNode>& unsupported_nodes() const;
  const std::vector<std::pair<std::string, std::string>>& metadata() const;

  /// The model's one picture input; ModelError when there are several inputs, or it is not a picture of 1 to
  /// 4 channels. Where both axes could hold them ([N,3,8,3]), channels come first.
  ImageInput image_input() const;
  /// Class names: from the file's metadata, ImageNet's for 1000 classes, else empty.
  const Labels& labels() const;
  /// The same where the scores are another output or value, by its name.
  const Labels& labels_of(const std::string& output) const;
  /// From the file's metadata, if it has any.
  const std::optional<Preprocessing>& preprocessing() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

private:
  explicit Model(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace fovea
