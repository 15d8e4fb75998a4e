#include "passes/given_probabilities.hpp"

#include "ops/add.hpp"
#include "ops/average_pool.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/concat.hpp"
#include "ops/div.hpp"
#include "ops/functions.hpp"
#include "ops/gemm.hpp"
#include "ops/global_average_pool.hpp"
#include "ops/mat_mul.hpp"
#include "ops/max.hpp"
#include "ops/max_pool.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/pad.hpp"
#include "ops/pow.hpp"
#include "ops/reduce.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/reduce_prod.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/sub.hpp"
#include "ops/where.hpp"
#include "passes/final_activation.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

namespace fovea::passes {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The interval of a value's elements.
struct Range {
  double low = -kInfinity, high = kInfinity;
};

Range hull(const Range& a, const Range& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

/// The interval of op(a, b), for an operator that is monotone in each operand.
Range corners(const Range& a, const Range& b, const std::function<double(double, double)>& op) {
  const std::array<double, 4> values = {op(a.low, b.low), op(a.low, b.high), op(a.high, b.low),
                                        op(a.high, b.high)};
  if (std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); }))
    return {};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {*low, *high};
}

bool is_one_of(const ir::Operator* op, std::initializer_list<const ir::Operator*> all) {
  return std::find(all.begin(), all.end(), op) != all.end();
}

/// A value that is bounded to 0..1, or to 0..whole for percentages: whole * (scale * before + shift, clipped
/// at 0 and 1).
struct BoundedLine {
  ir::ValueId before = ir::kNoValue;
  double scale = 1, shift = 0;
  double whole = 1;
};

/// The bounds that a node puts on its operand.
struct Bounds {
  ir::ValueId x = ir::kNoValue;
  Range range;
};

std::optional<Bounds> bounds_of(const ir::Graph& graph, const ir::Node& node) {
  if (node.op == &ops::relu())
    return Bounds{node.inputs[0], {0, kInfinity}};
  if (node.op == &ops::clip()) {
    const auto& clip = node.attributes.as<ops::ClipAttributes>();
    return Bounds{node.inputs[0], {clip.min, clip.max}};
  }
  if (node.op != &ops::max() && node.op != &ops::min())
    return std::nullopt;
  for (std::size_t side = 0; side < 2; ++side)
    if (const auto number = uniform_constant(graph, node.inputs[side]);
        number && graph.shape(node.inputs[1 - side]) == graph.shape(node.outputs[0]))
      return Bounds{node.inputs[1 - side],
                    node.op == &ops::max() ? Range{*number, kInfinity} : Range{-kInfinity, *number}};
  return std::nullopt;
}

/// Finds a line that is cut off at 0 and 1, however that is written: HardSigmoid, a Clip, a Min of a Max,
/// relu6(x + 3) / 6. Times 100 it is a percentage; other multiples count of a HardSigmoid alone, since the
/// bounds of a ReLU6 are no probabilities.
std::optional<BoundedLine> bounded_line(const ir::Graph& graph, ir::ValueId value) {
  constexpr int most_steps = 16;
  BoundedLine line{peeled(graph, value)};
  Range range;
  bool is_bounded = false, is_hard_sigmoid = false;
  for (int i = 0; i < most_steps; ++i) {
    const ir::Node* node = graph.producer(line.before);
    if (!node)
      break;
    if (node->op == &ops::hard_sigmoid() && !is_bounded) {
      const auto& inner = node->attributes.as<ops::HardSigmoidAttributes>();
      range = {line.shift, line.scale + line.shift};
      line = {node->inputs[0], line.scale * inner.alpha, line.scale * inner.beta + line.shift, 1};
      is_bounded = is_hard_sigmoid = true;
      break;
    }
    if (const auto bounds = bounds_of(graph, *node)) {
      const double low = line.scale * bounds->range.low + line.shift,
                   high = line.scale * bounds->range.high + line.shift;
      range = {std::max(range.low, std::min(low, high)), std::min(range.high, std::max(low, high))};
      line.before = peeled(graph, bounds->x);
      is_bounded = true;
      continue;
    }
    // The line within the bounds is part of the scores.
    const auto step = is_bounded ? std::nullopt : affine_step(graph, *node);
    if (!step)
      break;
    line = {peeled(graph, step->input), line.scale * step->scale, line.scale * step->shift + line.shift, 1};
  }
  constexpr double rounding = 1e-6;
  const double low = std::min(range.low, range.high), high = std::max(range.low, range.high);
  const auto is_whole = [&](double number) { return std::abs(high - number) <= rounding * number; };
  if (!is_bounded || !(high > 0) || std::abs(low) > rounding * high ||
      !(is_whole(1) || is_whole(100) || is_hard_sigmoid))
    return std::nullopt;
  if (!is_whole(1)) {
    line.whole = high;
    line.scale /= high;
    line.shift /= high;
  }
  return line;
}

/// Walks back from a value to activations.
class Search {
public:
  explicit Search(const ir::Graph& graph) : graph_(graph) {}

  /// The interval of a value that is computed from probabilities; nothing for others.
  std::optional<Range> find(ir::ValueId value) {
    constexpr int most_steps = 100;
    if (const auto known = known_.find(value); known != known_.end())
      return known->second;
    if (depth_ >= most_steps)
      return std::nullopt;
    ++depth_;
    const std::optional<Range> range = search(value);
    --depth_;
    known_[value] = range;
    return range;
  }

  /// "Softmax 'prob'", of the activation that was found first.
  const std::string& source() const { return source_; }

private:
  std::optional<Range> search(ir::ValueId value);
  std::optional<Range> start(ir::ValueId value);
  std::optional<Range> share(ir::ValueId value);
  std::optional<Range> step(const ir::Node& node);
  std::optional<Range> combined(const ir::Node& node);
  std::optional<Range> product_of_softmax(const ir::Node& node);
  /// The interval of an operand, which may be constant; sets `any` if it is computed from probabilities.
  std::optional<Range> operand(ir::ValueId value, bool& any);

  const ir::Graph& graph_;
  std::map<ir::ValueId, std::optional<Range>> known_;
  std::string source_;
  int depth_ = 0;
};

std::optional<Range> Search::search(ir::ValueId value) {
  const ir::Node* node = graph_.producer(value);
  if (!node || !is_floating(graph_.type(value).dtype))
    return std::nullopt;
  if (const ir::ValueId inner = peeled(graph_, value); inner != value)
    return find(inner);
  if (auto range = start(value)) {
    if (source_.empty())
      source_ = fmt::format("{} '{}'", node->op->name, node->name);
    return range;
  }
  if (auto range = share(value))
    return range;
  if (auto range = step(*node))
    return range;
  return combined(*node);
}

/// What is divided by its own sum.
std::optional<Range> Search::share(ir::ValueId value) {
  const auto parts = quotient(graph_, value);
  if (!parts || parts->numerator == ir::kNoValue ||
      !axes_summed(graph_, parts->denominator, parts->numerator))
    return std::nullopt;
  const auto summed = find(parts->numerator);
  return summed && summed->low >= 0 ? std::optional(hull({0, 0}, {parts->factor, parts->factor}))
                                    : std::nullopt;
}

std::optional<Range> Search::start(ir::ValueId value) {
  if (const auto line = bounded_line(graph_, value))
    return Range{0, line->whole};
  const auto found = final_activation(graph_, value);
  if (!found)
    return std::nullopt;
  if (found->is_logarithm)
    return found->scale > 0 ? std::optional(Range{-kInfinity, found->shift}) : std::nullopt;
  const Range range =
      hull({found->shift, found->shift}, {found->shift + found->scale, found->shift + found->scale});
  // A Tanh is an activation of hidden layers as well.
  return range.low >= 0 && range.high <= 1 ? std::optional(range) : std::nullopt;
}

/// Operators that move elements, take means and maxima of them, or change them one by one. The intervals of
/// results stand here and not beside the operators: no one else asks for them, and an operator without one
/// only means that probabilities are not found behind it.
std::optional<Range> Search::step(const ir::Node& node) {
  const ir::Operator* op = node.op;
  if (op->traits.moves_elements ||
      is_one_of(op, {&ops::reduce_max(), &ops::reduce_mean(), &ops::global_average_pool(), &ops::max_pool(),
                     &ops::round(), &ops::round_straight_through()}))
    return find(node.inputs[0]);
  if (!is_one_of(op, {&ops::average_pool(), &ops::pad(), &ops::neg(), &ops::abs(), &ops::exp(), &ops::log(),
                      &ops::sqrt(), &ops::reciprocal(), &ops::relu(), &ops::clip(), &ops::reduce_sum(),
                      &ops::reduce_prod(), &ops::batch_normalization()}))
    return std::nullopt;
  const auto x = find(node.inputs[0]);
  if (!x)
    return std::nullopt;
  if (op == &ops::average_pool())
    return hull(*x, {0, 0});
  if (op == &ops::pad()) {
    const double value = node.attributes.as<ops::PadAttributes>().value;
    return hull(*x, {value, value});
  }
  if (op == &ops::neg())
    return Range{-x->high, -x->low};
  if (op == &ops::exp())
    return Range{std::exp(x->low), std::exp(x->high)};
  if (op == &ops::relu())
    return Range{std::max(x->low, 0.0), std::max(x->high, 0.0)};
  if (op == &ops::clip()) {
    const auto& clip = node.attributes.as<ops::ClipAttributes>();
    return Range{std::clamp(x->low, clip.min, clip.max), std::clamp(x->high, clip.min, clip.max)};
  }
  if (x->low < 0)
    return Range{};
  if (op == &ops::log())
    return Range{std::log(x->low), std::log(x->high)};
  if (op == &ops::sqrt())
    return Range{std::sqrt(x->low), std::sqrt(x->high)};
  if (op == &ops::abs() || (op == &ops::reduce_prod() && x->high <= 1))
    return op == &ops::abs() ? *x : Range{0, 1};
  return Range{};
}

std::optional<Range> Search::operand(ir::ValueId value, bool& any) {
  if (const auto& constant = graph_.value(value).constant) {
    const Tensor wide = constant->cast(DType::F64);
    const auto numbers = wide.data<double>();
    if (numbers.empty())
      return std::nullopt;
    const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
    return Range{*low, *high};
  }
  const auto range = find(value);
  any = any || range;
  return range;
}

/// Operators of several operands, all computed from probabilities or constant.
std::optional<Range> Search::combined(const ir::Node& node) {
  const ir::Operator* op = node.op;
  if (op == &ops::mat_mul() || op == &ops::gemm())
    return product_of_softmax(node);
  const bool chooses = op == &ops::where();
  if (!chooses && !is_one_of(op, {&ops::add(), &ops::sub(), &ops::mul(), &ops::div(), &ops::pow(),
                                  &ops::max(), &ops::min(), &ops::concat()}))
    return std::nullopt;
  std::vector<Range> ranges;
  bool any = false;
  for (std::size_t i = chooses ? 1 : 0; i < node.inputs.size(); ++i) {
    const auto range = operand(node.inputs[i], any);
    if (!range)
      return std::nullopt;
    ranges.push_back(*range);
  }
  if (!any)
    return std::nullopt;
  if (chooses || op == &ops::concat()) {
    Range all = ranges.front();
    for (const Range& range : ranges)
      all = hull(all, range);
    return all;
  }
  const Range &a = ranges[0], &b = ranges[1];
  if (op == &ops::add())
    return corners(a, b, std::plus<>());
  if (op == &ops::sub())
    return corners(a, b, std::minus<>());
  if (op == &ops::mul())
    return corners(a, b, std::multiplies<>());
  if (op == &ops::div())
    return b.low > 0 || b.high < 0 ? corners(a, b, std::divides<>()) : Range{};
  if (op == &ops::pow())
    return a.low >= 0 && b.low >= 0 ? corners(a, b, [](double x, double y) { return std::pow(x, y); })
                                    : Range{};
  return corners(a, b,
                 [op](double x, double y) { return op == &ops::max() ? std::max(x, y) : std::min(x, y); });
}

/// Each result of p W + b with constants lies between the least and the largest weight, plus b, since a
/// Softmax's p sum to 1. Products of other probabilities are layers of hidden units.
std::optional<Range> Search::product_of_softmax(const ir::Node& node) {
  const ir::ValueId p = peeled(graph_, node.inputs[0]);
  const auto found = final_activation(graph_, p);
  const std::int64_t last = graph_.shape(p).rank() - 1;
  if (!found || found->kind != Activation::Softmax || found->is_logarithm || found->scale != 1 ||
      found->shift != 0 || found->axes != std::vector<std::int64_t>{last} || !find(p))
    return std::nullopt;
  bool any = false;
  Range range;
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    if (!graph_.is_constant(node.inputs[i]))
      return std::nullopt;
    const Range weights = operand(node.inputs[i], any).value_or(Range{});
    range = i == 1 ? weights : corners(range, weights, std::plus<>());
  }
  if (node.op == &ops::gemm()) {
    const auto& gemm = node.attributes.as<ops::GemmAttributes>();
    if (gemm.alpha != 1 || gemm.beta != 1 || gemm.trans_a)
      return Range{};
  }
  return range;
}

/// The value that final bounds of 0 and 1, or 0 and 100, are applied to, in the rewriter's graph; kNoValue if
/// there are none.
ir::ValueId before_bounds(const ir::Graph& graph, Rewriter& rewriter) {
  const ir::ValueId output = graph.outputs().front();
  const std::optional<BoundedLine> line = bounded_line(graph, output);
  if (!line)
    return ir::kNoValue;
  ir::Graph& to = rewriter.to();
  const auto constant = [&](const char* name, double value) {
    return to.add_constant(name, Tensor::scalar(value).cast(graph.type(line->before).dtype));
  };
  ir::ValueId scores = rewriter.map(line->before);
  if (line->scale != 1)
    scores = to.add(ops::mul(), {}, {scores, constant("bounded_scale", line->scale)});
  if (line->shift != 0)
    scores = to.add(ops::add(), {}, {scores, constant("bounded_shift", line->shift)});
  return scores;
}

}  // namespace

std::optional<GivenProbabilities> find_given_probabilities(const ir::Graph& graph, Notes& notes) {
  const ir::ValueId output = graph.outputs().front();
  Search search(graph);
  const std::optional<Range> range = search.find(output);
  if (!range)
    return std::nullopt;
  // Exporters add small numbers against divisions by zero.
  constexpr double slack = 0.011;
  Rewriter rewriter(graph);
  for (const ir::Node& node : graph.nodes())
    rewriter.copy(node);
  const ir::ValueId unbounded = before_bounds(graph, rewriter);
  ir::Graph& to = rewriter.to();
  to.add_output(unbounded == ir::kNoValue ? rewriter.map(output) : unbounded, graph.output_names().front());
  for (std::size_t i = 1; i < graph.outputs().size(); ++i)
    to.add_output(rewriter.map(graph.outputs()[i]), graph.output_names()[i]);
  const std::string& name = graph.output_names().front();
  const bool within = unbounded != ir::kNoValue || (range->low >= -slack && range->high <= 1 + slack);
  if (unbounded != ir::kNoValue)
    notes.push_back({NoteKind::ScoresBeforeBounds, {}, {name}});
  else
    notes.push_back({within ? NoteKind::ProbabilitiesExplained : NoteKind::NumbersExplained,
                     {},
                     {name, search.source()}});
  return GivenProbabilities{std::move(to), within ? Activation::Given : Activation::None};
}

}  // namespace fovea::passes
