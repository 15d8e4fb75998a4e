#include "autodiff/rules/value_range.hpp"

#include "autodiff/rules/relevance_graph.hpp"
#include "base/check.hpp"
#include "ops/add.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/display_name.hpp"
#include "ops/div.hpp"
#include "ops/functions.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/sub.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace fovea::autodiff {
namespace {

/// Bounds by channel as a constant; for `shape` = [N,C,...] one value for each channel, or one for all.
ir::ValueId constant_bound(ir::GradientContext& c, const std::vector<double>& by_channel,
                           const Shape& shape) {
  Tensor tensor(DType::F64, shape);
  auto values = tensor.data<double>();
  const std::int64_t channels = shape.rank() > 1 ? shape[1] : 1;
  const std::size_t plane =
      values.size() / static_cast<std::size_t>(std::max<std::int64_t>(shape[0] * channels, 1));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = by_channel[i / plane % by_channel.size()];
  return c.graph().add_constant(c.node().name + "/grad/bound",
                                tensor.cast(c.dtype(c.graph().inputs().front())));
}

/// Whether bounds of the operands give bounds of the results.
enum class Direction { Kept, KeptOrTurned, Unknown };

/// Whether the operator is a function of one value that falls nowhere.
bool never_falls(const ir::Operator& op) {
  const std::array functions = {&ops::atan(),    &ops::ceil(),
                                &ops::clip(),    &ops::elu(),
                                &ops::erf(),     &ops::exp(),
                                &ops::floor(),   &ops::log(),
                                &ops::relu(),    &ops::round(),
                                &ops::sigmoid(), &ops::sqrt(),
                                &ops::tanh(),    &ops::round_straight_through()};
  return std::find(functions.begin(), functions.end(), &op) != functions.end();
}

Direction direction_of(const ir::Graph& graph, const ir::Node& node) {
  const ir::Relevance relevance = node.op->traits.relevance;
  if (relevance == ir::Relevance::Routed || relevance == ir::Relevance::FixedSum || never_falls(*node.op))
    return Direction::Kept;
  if (node.op == &ops::neg() || node.op == &ops::batch_normalization() ||
      (node.op == &ops::div() && graph.is_constant(node.inputs[1])))
    return Direction::KeptOrTurned;
  const bool is_affine = node.op == &ops::add() || node.op == &ops::sub() || node.op == &ops::mul();
  if (is_affine && has_constant_operand(graph, node))
    return Direction::KeptOrTurned;
  return node.op == &ops::add() ? Direction::Kept : Direction::Unknown;
}

/// Copies of a node that compute its results from the lowest and from the highest operands.
void append_bounds(ir::GradientContext& c, const ir::Node node, std::map<ir::ValueId, ValueRange>& known) {
  const Direction direction = direction_of(c.graph(), node);
  FOVEA_CHECK(
      direction != Direction::Unknown,
      "the z-box rule needs the lowest and the highest value of what '{}' reads, and '{}' ({}) before "
      "it does not tell them: choose lrp-epsilon-plus-flat",
      c.node().name, node.name, ops::display_name(node));
  std::vector<ir::ValueId> low = node.inputs, high = node.inputs;
  for (std::size_t i = 0; i < node.inputs.size(); ++i)
    if (const auto found = known.find(node.inputs[i]); found != known.end()) {
      low[i] = found->second.low;
      high[i] = found->second.high;
    }
  const auto outputs_for = [&](const std::vector<ir::ValueId>& inputs) {
    return c.graph().add_node(*node.op, node.attributes, inputs, c.node().name + "/grad").outputs;
  };
  const std::vector<ir::ValueId> at_low = outputs_for(low), at_high = outputs_for(high);
  for (std::size_t i = 0; i < node.outputs.size(); ++i)
    known[node.outputs[i]] = direction == Direction::Kept
                                 ? ValueRange{at_low[i], at_high[i]}
                                 : ValueRange{c.emit(ops::min(), {at_low[i], at_high[i]}),
                                              c.emit(ops::max(), {at_low[i], at_high[i]})};
}

}  // namespace

ValueRange range_of(ir::GradientContext& c, ir::ValueId value, const InputRange& range) {
  const ir::ValueId picture = c.graph().inputs().front();
  Shape shape = c.shape(picture);
  const auto bounds = range.lowest.size();
  FOVEA_CHECK(
      bounds > 0 && bounds == range.highest.size() &&
          (bounds == 1 || (shape.rank() > 1 && static_cast<std::int64_t>(bounds) == shape[1])),
      "the z-box rule needs the lowest and the highest value of the input {}, one for all channels or "
      "one for each: {} and {} are given",
      to_string(shape), bounds, range.highest.size());
  if (value == picture && shape.rank() > 2)
    shape[0] = 1;
  std::map<ir::ValueId, ValueRange> known{
      {picture, {constant_bound(c, range.lowest, shape), constant_bound(c, range.highest, shape)}}};
  for (ir::NodeId id : nodes_between(c.graph(), picture, value))
    append_bounds(c, c.graph().nodes()[static_cast<std::size_t>(id)], known);
  return known.at(value);
}

}  // namespace fovea::autodiff
