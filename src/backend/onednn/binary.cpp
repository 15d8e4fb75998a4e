#include "backend/onednn/lowerings.hpp"
#include "ops/add.hpp"
#include "ops/div.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/sub.hpp"

namespace fovea::backend::onednn_detail {
namespace {

using dnnl::algorithm;

algorithm algorithm_of(const ir::Node& node) {
  if (node.op == &ops::add())
    return algorithm::binary_add;
  if (node.op == &ops::sub())
    return algorithm::binary_sub;
  if (node.op == &ops::mul())
    return algorithm::binary_mul;
  if (node.op == &ops::div())
    return algorithm::binary_div;
  return node.op == &ops::max() ? algorithm::binary_max : algorithm::binary_min;
}

bool is_commutative(const ir::Node& node) {
  return node.op != &ops::sub() && node.op != &ops::div();
}

/// The operand that already has the result's shape goes first; oneDNN stretches the second one alone.
std::pair<ir::ValueId, ir::ValueId> ordered(const ir::Graph& graph, const ir::Node& node) {
  const bool swap = is_commutative(node) && graph.shape(node.inputs[0]) != graph.shape(node.outputs[0]);
  return swap ? std::pair(node.inputs[1], node.inputs[0]) : std::pair(node.inputs[0], node.inputs[1]);
}

bool supports_binary(const ir::Graph& graph, const ir::Node& node) {
  const auto [a, b] = ordered(graph, node);
  return graph.shape(a) == graph.shape(node.outputs[0]) && graph.shape(b).rank() <= graph.shape(a).rank();
}

void lower_binary(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const auto [a, b] = ordered(graph, node);
  const Place first = builder.place(a);
  Place second;
  if (graph.shape(b) == graph.shape(a)) {
    second = builder.place(b, first.desc);
  } else {
    std::vector<std::int64_t> dims(static_cast<std::size_t>(graph.shape(a).rank() - graph.shape(b).rank()),
                                   1);
    dims.insert(dims.end(), graph.shape(b).begin(), graph.shape(b).end());
    second = {builder.plain(b).buffer, OneDnnBuilder::plain_desc(Shape(dims))};
  }
  builder.add_primitive(node.op->name,
                        binary(builder.engine(), algorithm_of(node), first.desc, second.desc, first.desc),
                        {{DNNL_ARG_SRC_0, first}, {DNNL_ARG_SRC_1, second}},
                        {{DNNL_ARG_DST, builder.produce_in_place(a, first, node.outputs[0])}});
}

}  // namespace

std::vector<OperatorLowering> binary_lowerings() {
  std::vector<OperatorLowering> lowerings;
  for (const ir::Operator* op :
       {&ops::add(), &ops::sub(), &ops::mul(), &ops::div(), &ops::max(), &ops::min()})
    lowerings.push_back({op, supports_binary, lower_binary});
  return lowerings;
}

}  // namespace fovea::backend::onednn_detail
