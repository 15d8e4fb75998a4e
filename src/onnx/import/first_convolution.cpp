#include "onnx/import/first_convolution.hpp"

#include "onnx/file/node_reader.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

namespace fovea::onnx_import {
namespace {

/// Operators, of any domain, whose first input is convolved by the weights at another.
struct ConvolutionType {
  std::string_view op_type;
  int weights;
};
constexpr std::array kConvolutions = {ConvolutionType{"Conv", 1}, ConvolutionType{"ConvInteger", 1},
                                      ConvolutionType{"ConvTranspose", 1}, ConvolutionType{"FusedConv", 1},
                                      ConvolutionType{"QLinearConv", 3}};

/// The weight that a value is, also behind nodes that keep its shape.
const StoredTensor* find_weight(const OnnxFile::Contents& contents, std::string name) {
  constexpr int nodes = 4;
  for (int i = 0; i < nodes; ++i) {
    if (const auto weight = contents.weights.find(name); weight != contents.weights.end())
      return &weight->second;
    const auto writer = contents.writers.find(name);
    if (writer == contents.writers.end())
      return nullptr;
    const onnx::NodeProto& node = contents.model->graph().node(writer->second);
    const std::string& type = node.op_type();
    if (node.input_size() == 0 ||
        (type != "Identity" && type != "Cast" && type != "DequantizeLinear" && type != "QuantizeLinear"))
      return nullptr;
    name = node.input(0);
  }
  return nullptr;
}

/// 1 where the attribute is absent or no convolution can have it.
std::int64_t groups_of(const onnx::NodeProto& node) {
  constexpr std::int64_t most = std::int64_t{1} << 31;  // as many channels as a tensor has elements
  for (const auto& attribute : node.attribute())
    if (attribute.name() == "group")
      return attribute.i() >= 1 && attribute.i() <= most ? attribute.i() : 1;
  return 1;
}

}  // namespace

std::optional<FirstConvolution> find_first_convolution(const OnnxFile& file, const std::string& input) {
  const OnnxFile::Contents& contents = file.contents();
  const onnx::GraphProto& graph = contents.model->graph();
  FirstConvolution found;
  std::unordered_set<std::string> reached = {input};
  for (int n : contents.order) {
    const onnx::NodeProto& node = graph.node(n);
    if (std::none_of(node.input().begin(), node.input().end(),
                     [&](const std::string& name) { return reached.count(name) > 0; }))
      continue;
    if (node.op_type() == "Reshape" && node.input_size() == 2) {
      const auto target = contents.weights.find(node.input(1));
      if (target != contents.weights.end() && target->second.dtype() == DType::I64 &&
          target->second.shape() == Shape({4})) {
        const Tensor values = target->second.tensor();
        found.reshapes.emplace_back(values.data<std::int64_t>().begin(), values.data<std::int64_t>().end());
      }
    }
    const auto* type = std::find_if(kConvolutions.begin(), kConvolutions.end(), [&](const auto& each) {
      return each.op_type == node.op_type() && node.input_size() > each.weights;
    });
    if (type != kConvolutions.end() && node.output_size() > 0 && reached.count(node.input(0)) > 0) {
      const StoredTensor* weights = find_weight(contents, node.input(type->weights));
      if (weights && weights->shape().rank() != 4)
        return std::nullopt;
      if (weights)
        found.channels =
            type->op_type == "ConvTranspose" ? weights->shape()[0] : weights->shape()[1] * groups_of(node);
      found.output = node.output(0);
      return found;
    }
    reached.insert(node.output().begin(), node.output().end());
    reached.erase("");
  }
  return std::nullopt;
}

}  // namespace fovea::onnx_import
