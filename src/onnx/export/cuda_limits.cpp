#include "onnx/export/cuda_limits.hpp"

#include "onnx/file/tensor_proto.hpp"

#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <cctype>

// Each function states what a file of ONNX Runtime 1.21.0 does; paths are below
// onnxruntime/core/providers/cuda.

namespace fovea::onnx_export {
namespace {

using onnx_import::NodeReader;

struct Node {
  const NodeReader& reader;
  std::int64_t opset;
  const std::vector<std::string>& element_types;
};

const char* kWrittenOut = "its steps written out, as 'fovea export canonical' writes them";

bool has_unequal_pads(const NodeReader& node) {
  const std::vector<std::int64_t> pads = node.integers("pads").value_or(std::vector<std::int64_t>());
  const auto half = static_cast<std::ptrdiff_t>(pads.size() / 2);
  return !std::equal(pads.begin(), pads.begin() + half, pads.begin() + half, pads.end());
}

/// cuda_execution_provider.cc, ConvTransposeNeedFallbackToCPU
CudaLimit conv_transpose(const Node& node) {
  const char* instead = "equal pads and a Slice behind it";
  const std::string automatic = node.reader.text("auto_pad", "NOTSET");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER")
    return {fmt::format("auto_pad {}: it takes explicit pads only", automatic), instead};
  if (has_unequal_pads(node.reader))
    return {fmt::format("pads {}: it takes equal ones at both sides only",
                        fmt::join(*node.reader.integers("pads"), ",")),
            instead};
  return {};
}

/// cuda_execution_provider.cc, ArgMaxOrArgMinNeedFallbackToCPU
CudaLimit arg_extremum(const Node& node) {
  if (node.opset >= 12 && node.reader.integer("select_last_index", 0) != 0)
    return {"select_last_index 1: it finds the first of equal elements only",
            "comparisons with the largest element"};
  return {};
}

/// cuda_execution_provider.cc, CastNeedFallbackToCPU
CudaLimit cast(const Node& node) {
  if (node.reader.integer("to", 0) == onnx::TensorProto::STRING)
    return {"a cast to text", ""};
  return {};
}

/// Whether the activations differ from cuDNN's, without regard to upper and lower case.
bool has_other_activations(const NodeReader& node, const std::vector<std::string>& activations) {
  const onnx::AttributeProto* given = node.find("activations", onnx::AttributeProto::STRINGS);
  for (int i = 0; given && i < given->strings_size(); ++i) {
    std::string name = given->strings(i);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (static_cast<std::size_t>(i) >= activations.size() || activations[static_cast<std::size_t>(i)] != name)
      return true;
  }
  return false;
}

/// cuda_execution_provider.cc, RNNNeedFallbackToCPU; rnn/cudnn_rnn_base.h for layout
CudaLimit recurrent(const Node& node, const std::vector<std::string>& activations) {
  for (const char* name : {"activation_alpha", "activation_beta", "clip"})
    if (node.reader.has(name))
      return {fmt::format("cuDNN has no {}", name), kWrittenOut};
  if (has_other_activations(node.reader, activations))
    return {"cuDNN has the default activations only", kWrittenOut};
  if (node.reader.integer("layout", 0) != 0)
    return {"layout 1: it has layout 0 only", "layout 0 between two Transpose nodes"};
  return {};
}

CudaLimit rnn(const Node& node) {
  return recurrent(node, {"tanh", "tanh"});
}

CudaLimit gru(const Node& node) {
  if (node.reader.integer("linear_before_reset", 0) != 1)
    return {"linear_before_reset 0: cuDNN has 1 only", kWrittenOut};
  return recurrent(node, {"sigmoid", "tanh", "sigmoid", "tanh"});
}

CudaLimit lstm(const Node& node) {
  if (node.reader.integer("input_forget", 0) != 0)
    return {"input_forget 1: cuDNN has 0 only", kWrittenOut};
  if (node.reader.proto().input_size() > 7 && !node.reader.proto().input(7).empty())
    return {"cuDNN has no peepholes", kWrittenOut};
  return recurrent(node, {"sigmoid", "tanh", "tanh", "sigmoid", "tanh", "tanh"});
}

/// nn/lrn.cc
CudaLimit lrn(const Node& node) {
  if (const std::int64_t size = node.reader.integer("size", 1); size % 2 == 0)
    return {fmt::format("size {}: it takes odd ones only", size),
            "a Conv of 1x1 with ones, as 'fovea export canonical' writes it"};
  return {};
}

/// nn/pool.cc gives cuDNN the pads of one side only (ONNX Runtime's pull request 29631 mends it).
CudaLimit average_pool(const Node& node) {
  const char* instead = "a Conv with ones and a Mul, as 'fovea export canonical' writes it";
  if (node.reader.text("auto_pad", "NOTSET").starts_with("SAME") || has_unequal_pads(node.reader))
    return {"its averages are wrong where the pads of two sides differ", instead};
  if (node.reader.integer("ceil_mode", 0) != 0)
    return {"with ceil_mode its averages are wrong in windows beyond the border", instead};
  return {};
}

/// nn/max_pool_with_index.cu, which computes pools with dilations (ONNX Runtime's issue 29637)
CudaLimit max_pool(const Node& node) {
  const auto any_above = [&](const char* name, std::int64_t least) {
    const std::vector<std::int64_t> values = node.reader.integers(name).value_or(std::vector<std::int64_t>());
    return std::any_of(values.begin(), values.end(), [&](std::int64_t value) { return value > least; });
  };
  const bool pads = any_above("pads", 0) || node.reader.text("auto_pad", "NOTSET").starts_with("SAME");
  if (pads && any_above("dilations", 1))
    return {"its results are wrong where pads and dilations meet", "a Pad before it"};
  return {};
}

/// nn/batch_norm.h
CudaLimit batch_normalization(const Node& node) {
  if (node.opset >= 14 && node.reader.integer("training_mode", 0) != 0)
    return {"training_mode 1: it has inference only", "training_mode 0"};
  return {};
}

/// tensor/scatter_nd_impl.cu, ScatterNDImplReduction
CudaLimit scatter_nd(const Node& node) {
  const std::string reduction = node.reader.text("reduction", "none");
  const std::string type = node.element_types.empty() ? "" : node.element_types.front();
  if (reduction != "none" && !type.empty() && type != "float32" && type != "float16")
    return {fmt::format("reduction {} of {}: it takes float32 and float16 only", reduction, type), ""};
  return {};
}

struct Row {
  const char* type;
  CudaLimit (*find)(const Node& node);
};

constexpr std::array kRows = {
    Row{"ConvTranspose", conv_transpose},
    Row{"ArgMax", arg_extremum},
    Row{"ArgMin", arg_extremum},
    Row{"Cast", cast},
    Row{"RNN", rnn},
    Row{"GRU", gru},
    Row{"LSTM", lstm},
    Row{"LRN", lrn},
    Row{"AveragePool", average_pool},
    Row{"MaxPool", max_pool},
    Row{"BatchNormalization", batch_normalization},
    Row{"ScatterND", scatter_nd},
};

}  // namespace

CudaLimit find_cuda_limit(const NodeReader& node, std::int64_t opset,
                          const std::vector<std::string>& element_types) {
  for (const Row& row : kRows)
    if (node.proto().op_type() == row.type)
      return row.find({node, opset, element_types});
  return {};
}

}  // namespace fovea::onnx_export
