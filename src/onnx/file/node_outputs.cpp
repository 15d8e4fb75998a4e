#include "onnx/file/node_outputs.hpp"

#include "base/check.hpp"
#include "base/closest_names.hpp"
#include "onnx/file/contents.hpp"
#include "onnx/file/node_reader.hpp"

#include <onnx/onnx_pb.h>

#include <fmt/ranges.h>

#include <algorithm>

namespace fovea::onnx_import {

std::vector<NodeOutput> node_outputs(const OnnxFile& file) {
  std::vector<NodeOutput> outputs;
  std::size_t position = 0;
  for (int n : file.contents().order) {
    if (file.contents().constants.count(n) > 0)
      continue;
    const NodeReader node(file.contents().model->graph().node(n), &file.contents().read);
    for (const std::string& value : node.proto().output())
      if (!value.empty())
        outputs.push_back({value, node.name(), node.operator_name(), position});
    ++position;
  }
  return outputs;
}

std::optional<Note> ambiguity_of(const OnnxFile& file, const std::string& name) {
  const std::vector<NodeOutput> outputs = node_outputs(file);
  const auto value = std::find_if(outputs.begin(), outputs.end(),
                                  [&](const NodeOutput& output) { return output.value == name; });
  const bool is_value = value != outputs.end();
  std::vector<const NodeOutput*> nodes;  // of that name, by their first outputs
  for (const NodeOutput& output : outputs)
    if (output.node == name && (nodes.empty() || nodes.back()->position != output.position) &&
        !(is_value && value->position == output.position))
      nodes.push_back(&output);
  if (nodes.empty() || (!is_value && nodes.size() == 1))
    return {};
  Note note{is_value ? NoteKind::NameOfValueAndNodes : NoteKind::NameOfSeveralNodes,
            {static_cast<std::int64_t>(nodes.size())},
            {name}};
  if (is_value)
    note.names.insert(note.names.end(), {value->operator_name, value->node});
  constexpr std::size_t most = 5;  // others
  for (std::size_t i = 0; i < std::min(nodes.size(), most + (is_value ? 0 : 1)); ++i)
    note.names.insert(note.names.end(), {nodes[i]->value, nodes[i]->operator_name});
  return note;
}

std::string value_named(const OnnxFile& file, const std::string& name) {
  const OnnxFile::Contents& contents = file.contents();
  const auto has_name = [&](const auto& port) { return port.name == name; };
  if (contents.writers.count(name) > 0 || contents.weights.count(name) > 0 ||
      std::any_of(file.inputs.begin(), file.inputs.end(), has_name) ||
      std::any_of(file.outputs.begin(), file.outputs.end(), has_name))
    return name;
  const std::vector<NodeOutput> outputs = node_outputs(file);
  const auto node = std::find_if(outputs.begin(), outputs.end(),
                                 [&](const NodeOutput& output) { return output.node == name; });
  if (node != outputs.end())
    return node->value;
  std::vector<std::string> names;
  for (const NodeOutput& output : outputs)
    names.insert(names.end(), {output.value, output.node});
  throw InputError(fmt::format("there is no value or node named '{}'; the nearest are {}", name,
                               closest_names(name, names)));
}

}  // namespace fovea::onnx_import
