#include "support/interpreter.hpp"

#include "ops/table.hpp"

namespace fovea::test {

std::vector<Tensor> interpret(const ir::Graph& graph, const std::vector<Tensor>& inputs) {
  FOVEA_CHECK(inputs.size() == graph.inputs().size(), "expected {} inputs, found {}", graph.inputs().size(),
              inputs.size());
  std::vector<Tensor> values(graph.values().size());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (const auto& constant = graph.values()[i].constant)
      values[i] = *constant;
  auto at = [&](ir::ValueId id) -> Tensor& { return values[static_cast<std::size_t>(id)]; };
  for (std::size_t i = 0; i < inputs.size(); ++i)
    at(graph.inputs()[i]) = inputs[i];
  for (const ir::Node& node : graph.nodes()) {
    std::vector<Tensor> operands;
    for (ir::ValueId id : node.inputs)
      operands.push_back(id == ir::kNoValue ? Tensor() : at(id));
    std::vector<Tensor> results = ops::evaluate(*node.op, node.attributes, operands);
    for (std::size_t i = 0; i < results.size(); ++i)
      at(node.outputs[i]) = std::move(results[i]);
  }
  std::vector<Tensor> outputs;
  for (ir::ValueId id : graph.outputs())
    outputs.push_back(at(id));
  return outputs;
}

}  // namespace fovea::test
