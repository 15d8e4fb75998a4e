#include "passes/rewriter.hpp"

namespace fovea::passes {

Rewriter::Rewriter(const ir::Graph& from) : from_(from), mapped_(from.values().size(), ir::kNoValue) {
  for (ir::ValueId id : from.inputs())
    replace(id, to_.add_input(from.value(id).name, from.type(id)));
}

ir::ValueId Rewriter::map(ir::ValueId old) {
  if (old == ir::kNoValue)
    return old;
  ir::ValueId& id = mapped_[static_cast<std::size_t>(old)];
  if (id == ir::kNoValue) {
    const ir::Value& value = from_.value(old);
    FOVEA_ASSERT(value.constant.has_value());
    id = to_.add_constant(value.name, *value.constant);
  }
  return id;
}

void Rewriter::copy(const ir::Node& node) {
  std::vector<ir::ValueId> inputs;
  for (ir::ValueId id : node.inputs)
    inputs.push_back(map(id));
  const std::vector<ir::ValueId> outputs =
      to_.add_node(*node.op, node.attributes, std::move(inputs), node.name).outputs;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    to_.rename(outputs[i], from_.value(node.outputs[i]).name);
    replace(node.outputs[i], outputs[i]);
  }
}

void Rewriter::replace(ir::ValueId old, ir::ValueId value) {
  mapped_[static_cast<std::size_t>(old)] = value;
}

ir::Graph Rewriter::finish() {
  for (std::size_t i = 0; i < from_.outputs().size(); ++i)
    to_.add_output(map(from_.outputs()[i]), from_.output_names()[i]);
  return std::move(to_);
}

bool is_read_by(const ir::Graph& graph, const ir::Node& node, int readers) {
  return graph.readers(node.outputs[0]).size() == static_cast<std::size_t>(readers);
}

ir::Graph bypass(const ir::Graph& graph, const std::function<bool(const ir::Node&)>& is_bypassed) {
  Rewriter rewriter(graph);
  for (const ir::Node& node : graph.nodes()) {
    if (is_bypassed(node))
      rewriter.replace(node.outputs[0], rewriter.map(node.inputs[0]));
    else
      rewriter.copy(node);
  }
  return rewriter.finish();
}

}  // namespace fovea::passes
