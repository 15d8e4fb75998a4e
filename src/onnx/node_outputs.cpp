#include "onnx/node_outputs.hpp"

#include "base/check.hpp"
#include "base/closest_names.hpp"
#include "onnx/contents.hpp"
#include "onnx/node_reader.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>

namespace fovea::onnx_import {

std::vector<NodeOutput> node_outputs(const OnnxFile& file) {
  std::vector<NodeOutput> outputs;
  for (int n : file.contents().order) {
    const NodeReader node(file.contents().model->graph().node(n), &file.contents().read);
    for (const std::string& value : node.proto().output())
      if (!value.empty())
        outputs.push_back({value, node.name(), node.operator_name()});
  }
  return outputs;
}

ir::ValueId find_value(const ir::Graph& graph, const OnnxFile& file, const std::string& name) {
  if (const ir::ValueId id = graph.find(name); id != ir::kNoValue)
    return id;
  const std::vector<NodeOutput> outputs = node_outputs(file);
  const auto node = std::find_if(outputs.begin(), outputs.end(),
                                 [&](const NodeOutput& output) { return output.node == name; });
  const ir::ValueId id = node == outputs.end() ? ir::kNoValue : graph.find(node->value);
  std::vector<std::string> names;
  for (const NodeOutput& output : outputs)
    names.insert(names.end(), {output.value, output.node});
  FOVEA_CHECK(id != ir::kNoValue, "there is no value or node named '{}'; the nearest are {}", name,
              closest_names(name, names));
  return id;
}

}  // namespace fovea::onnx_import
