#include "onnx/export/export_graph.hpp"

#include "base/check.hpp"
#include "onnx/export/node_writer.hpp"
#include "ops/display_name.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace fovea::onnx_export {
namespace {

void check_writable(const ir::Graph& graph) {
  std::vector<std::string> gaps;
  for (const ir::Node& node : graph.nodes())
    if (!find_writer(*node.op))
      gaps.push_back(fmt::format("{} ({})", ops::display_name(node), node.name));
  FOVEA_CHECK(gaps.empty(), "these have no ONNX form: {}", fmt::join(gaps, ", "));
}

/// Names that are the same in every graph stay, others get a number where two would meet.
std::vector<std::string> value_names(const ir::Graph& graph, ModelBuilder& model) {
  std::vector<std::string> names(graph.values().size());
  for (const std::string& output : graph.output_names())
    model.reserve(output);
  for (ir::ValueId id : graph.inputs())
    names[static_cast<std::size_t>(id)] = model.unique_name(graph.value(id).name);
  // An output that a node computes has the output's name; others are copied at the end.
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    std::string& name = names[static_cast<std::size_t>(graph.outputs()[i])];
    if (name.empty() && graph.producer(graph.outputs()[i]))
      name = graph.output_names()[i];
  }
  for (std::size_t id = 0; id < names.size(); ++id)
    if (names[id].empty() && !graph.values()[id].constant)
      names[id] = model.unique_name(graph.values()[id].name);
  return names;
}

/// The constants that nodes read or that are outputs.
void write_constants(const ir::Graph& graph, std::vector<std::string>& names, ModelBuilder& model) {
  const std::vector<int> uses = graph.use_counts();
  for (std::size_t id = 0; id < names.size(); ++id)
    if (graph.values()[id].constant && uses[id] > 0)
      names[id] = model.constant(*graph.values()[id].constant, graph.values()[id].name);
}

void write_nodes(const ir::Graph& graph, std::vector<std::string>& names, ModelBuilder& model) {
  for (const ir::Node& node : graph.nodes()) {
    NodeWriter writer(graph, node, names, model);
    try {
      find_writer (*node.op)(writer);
    } catch (const InputError& error) {
      throw InputError(fmt::format("node '{}': {}", node.name, error.what()));
    }
  }
}

}  // namespace

std::string export_graph(const ir::Graph& graph, const WriteOptions& options) {
  FOVEA_CHECK(options.opset >= 13 && options.opset <= 17, "opset {} cannot be written: 13 to 17 can",
              options.opset);
  check_writable(graph);
  ModelBuilder model(options.opset);
  std::vector<std::string> names = value_names(graph, model);
  for (ir::ValueId id : graph.inputs())
    model.add_input(names[static_cast<std::size_t>(id)], graph.type(id).dtype, graph.shape(id));
  write_constants(graph, names, model);
  write_nodes(graph, names, model);
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    const ir::ValueId id = graph.outputs()[i];
    const std::string& output = graph.output_names()[i];
    if (names[static_cast<std::size_t>(id)] != output)
      model.node("Identity", {names[static_cast<std::size_t>(id)]}, {}, output);
    model.add_output(output, graph.type(id).dtype, graph.shape(id));
  }
  for (const auto& [key, value] : options.metadata)
    model.add_metadata(key, value);
  return model.bytes();
}

}  // namespace fovea::onnx_export
