#include "autodiff/rules/relevance_graph.hpp"

#include "ops/add.hpp"
#include "ops/div.hpp"
#include "ops/functions.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/sub.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <unordered_set>

namespace fovea::autodiff {
namespace {

/// The number of nodes over which a question about a value is traced back.
constexpr int kReach = 12;

bool is_one_of(const ir::Node& node, std::initializer_list<const ir::Operator*> operators) {
  return std::find(operators.begin(), operators.end(), node.op) != operators.end();
}

bool is_non_negative(const ir::Graph& graph, ir::ValueId id, int reach) {
  const ir::Node* node = graph.producer(id);
  if (!node || reach == 0)
    return false;
  if (node->op == &ops::clip())
    return node->attributes.as<ops::ClipAttributes>().min >= 0;
  const auto behind = [&](ir::ValueId input) { return is_non_negative(graph, input, reach - 1); };
  switch (node->op->traits.sign) {
  case ir::ResultSign::NonNegative:
    return true;
  case ir::ResultSign::OfFirst:
    return behind(node->inputs[0]);
  case ir::ResultSign::OfAll:
    return std::all_of(node->inputs.begin(), node->inputs.end(), behind);
  case ir::ResultSign::Any:
    break;
  }
  return false;
}

bool is_layer(const ir::Node& node) {
  return node.op->traits.relevance == ir::Relevance::LinearLayer;
}

/// The evidence that a value is a weight and not a signal; 0 without evidence.
int gate_rank(const ir::Graph& graph, ir::ValueId id) {
  for (int reach = kReach; reach > 0; --reach) {
    const ir::Node* node = graph.producer(id);
    if (!node)
      return 0;
    if (node->op->traits.gate == ir::Gate::IntoZeroToOne)
      return 3;
    if (node->op->traits.gate == ir::Gate::IntoMinusOneToOne)
      return 2;
    if (node->op == &ops::clip()) {
      const auto& a = node->attributes.as<ops::ClipAttributes>();
      return std::isfinite(a.min) && std::isfinite(a.max) ? 1 : 0;
    }
    if (node->op == &ops::min())
      return has_constant_operand(graph, *node) ? 1 : 0;
    const bool is_affine = is_one_of(*node, {&ops::add(), &ops::sub(), &ops::mul(), &ops::div()}) &&
                           has_constant_operand(graph, *node);
    if (!is_affine && node->op != &ops::neg() && !node->op->traits.moves_elements)
      return 0;
    id = node->inputs[is_affine && graph.is_constant(node->inputs[0]) ? 1 : 0];
  }
  return 0;
}

/// All nodes that the values are computed by.
std::vector<const ir::Node*> nodes_before(const ir::Graph& graph, std::vector<ir::ValueId> values) {
  std::vector<const ir::Node*> nodes;
  std::unordered_set<const ir::Node*> known;
  while (!values.empty()) {
    const ir::ValueId id = values.back();
    values.pop_back();
    const ir::Node* node = id == ir::kNoValue ? nullptr : graph.producer(id);
    if (!node || !known.insert(node).second)
      continue;
    nodes.push_back(node);
    values.insert(values.end(), node->inputs.begin(), node->inputs.end());
  }
  return nodes;
}

/// The only node that reads a value, or nullptr.
const ir::Node* only_reader(const ir::Graph& graph, ir::ValueId id) {
  const std::vector<ir::NodeId>& readers = graph.readers(id);
  return readers.size() != 1 || graph.is_output(id)
             ? nullptr
             : &graph.nodes()[static_cast<std::size_t>(readers.front())];
}

}  // namespace

bool is_non_negative(const ir::Graph& graph, ir::ValueId id) {
  return is_non_negative(graph, id, kReach);
}

bool is_shared(const ir::Graph&, const ir::Node& node) {
  return node.op->traits.relevance == ir::Relevance::FixedSum;
}

bool has_constant_operand(const ir::Graph& graph, const ir::Node& node) {
  return graph.is_constant(node.inputs[0]) || graph.is_constant(node.inputs[1]);
}

bool takes_own(const ir::Graph& graph, const ir::Node& sub, const ir::Operator& reduction) {
  const ir::Node* made = graph.producer(sub.inputs[1]);
  for (int reach = kReach; made && reach > 0 && (made->op->traits.moves_elements || made->op == &ops::clip());
       --reach)
    made = graph.producer(made->inputs[0]);
  return made && made->op == &reduction && made->inputs[0] == sub.inputs[0];
}

std::optional<std::size_t> signal_of(const ir::Graph& graph, const ir::Node& product) {
  if (has_constant_operand(graph, product))
    return {};
  const auto signal = [](auto gate_a, auto gate_b) { return std::optional<std::size_t>(gate_a > gate_b); };
  const ir::ValueId a = product.inputs[0], b = product.inputs[1];
  const int rank_a = gate_rank(graph, a), rank_b = gate_rank(graph, b);
  if (rank_a != rank_b)
    return signal(rank_a, rank_b);
  const std::int64_t size_a = graph.shape(a).elements(), size_b = graph.shape(b).elements();
  if (product.op == &ops::mul() && size_a != size_b)
    return signal(size_b, size_a);  // the smaller one is the gate
  return {};
}

ir::ValueId bias_behind(const ir::Graph& graph, const ir::Node& layer) {
  const ir::ValueId y = layer.outputs[0];
  const ir::Node* add = is_layer(layer) ? only_reader(graph, y) : nullptr;
  if (!add || add->op != &ops::add() || graph.shape(add->outputs[0]) != graph.shape(y))
    return ir::kNoValue;
  const ir::ValueId other = add->inputs[add->inputs[0] == y ? 1 : 0];
  return graph.is_constant(other) ? other : ir::kNoValue;
}

const ir::Node* layer_of_bias(const ir::Graph& graph, const ir::Node& add) {
  for (ir::ValueId id : add.inputs)
    if (const ir::Node* layer = graph.producer(id); layer && bias_behind(graph, *layer) != ir::kNoValue)
      return layer;
  return nullptr;
}

bool has_layer_before(const ir::Graph& graph, const ir::Node& node) {
  const std::vector<const ir::Node*> before = nodes_before(graph, node.inputs);
  return std::any_of(before.begin(), before.end(), [](const ir::Node* other) { return is_layer(*other); });
}

std::vector<ir::NodeId> nodes_between(const ir::Graph& graph, ir::ValueId from, ir::ValueId to) {
  std::vector<ir::NodeId> nodes;
  for (const ir::Node* node : nodes_before(graph, {to})) {
    const std::vector<const ir::Node*> before = nodes_before(graph, node->inputs);
    const auto reads = [&](const ir::Node& reader) {
      return std::find(reader.inputs.begin(), reader.inputs.end(), from) != reader.inputs.end();
    };
    if (reads(*node) ||
        std::any_of(before.begin(), before.end(), [&](const ir::Node* n) { return reads(*n); }))
      nodes.push_back(static_cast<ir::NodeId>(node - graph.nodes().data()));
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

}  // namespace fovea::autodiff
