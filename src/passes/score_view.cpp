#include "passes/score_view.hpp"

#include "ops/concat.hpp"
#include "ops/functions.hpp"
#include "ops/global_average_pool.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/reduce.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/reshape.hpp"
#include "ops/table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace fovea::passes {
namespace {

/// Between an activation and an output lie a few nodes; a longer walk is not gone.
constexpr int kMostSteps = 100;
/// The largest distance of a bound from 0 or 1, as a fraction of the whole range of probabilities.
constexpr double kBound = 0.011;

/// Whether a node holds elements of its first input at places that are known.
bool is_selection(const ir::Graph& graph, const ir::Node& node) {
  return node.op->traits.moves_elements &&
         std::all_of(node.inputs.begin() + 1, node.inputs.end(),
                     [&](ir::ValueId input) { return graph.is_constant(input); });
}

/// Whether a node reduces over axes of extent 1 only, so that it is a Reshape.
bool reduces_nothing(const ir::Graph& graph, const ir::Node& node) {
  const ir::Operator* op = node.op;
  const bool reduces = op == &ops::reduce_max() || op == &ops::reduce_mean() || op == &ops::reduce_sum() ||
                       op == &ops::global_average_pool();
  return reduces && graph.shape(node.inputs[0]).elements() == graph.shape(node.outputs[0]).elements();
}

/// Bounds of a node that limits its first input, from below or above.
struct Bounds {
  ir::ValueId input = ir::kNoValue;
  double min = -std::numeric_limits<double>::infinity(), max = std::numeric_limits<double>::infinity();
};

std::optional<Bounds> bounds_of(const ir::Graph& graph, const ir::Node& node) {
  if (node.op == &ops::clip()) {
    const auto& clip = node.attributes.as<ops::ClipAttributes>();
    return Bounds{node.inputs[0], clip.min, clip.max};
  }
  if (node.op != &ops::max() && node.op != &ops::min())
    return std::nullopt;
  for (std::size_t side = 0; side < 2; ++side)
    if (const auto number = uniform_constant(graph, node.inputs[side])) {
      Bounds bounds{node.inputs[1 - side]};
      (node.op == &ops::max() ? bounds.min : bounds.max) = *number;
      if (graph.shape(bounds.input) == graph.shape(node.outputs[0]))
        return bounds;
    }
  return std::nullopt;
}

/// Whether bounds leave the order of all but extreme probabilities.
bool are_wide(const Bounds& bounds, const ScoreView& view) {
  const double scale = std::abs(view.scale);
  if (view.is_logarithm)
    return view.scale > 0 && bounds.max >= view.shift - kBound * scale &&
           bounds.min <= view.shift + scale * std::log(kBound);
  const double low = std::min(view.shift, view.shift + view.scale);
  return bounds.min <= low + kBound * scale && bounds.max >= low + scale - kBound * scale;
}

bool are_alike(const ScoreView& a, const ScoreView& b) {
  const auto near = [](double x, double y) { return std::abs(x - y) <= 1e-6 * std::max(1.0, std::abs(x)); };
  return a.kind == b.kind && a.is_logarithm == b.is_logarithm && near(a.scale, b.scale) &&
         near(a.shift, b.shift);
}

/// Results of a node for the numbers of elements.
Tensor moved_elements(const ir::Graph& graph, const ir::Node& node, const std::vector<Tensor>& elements,
                      std::size_t output) {
  std::vector<Tensor> operands = elements;
  for (std::size_t i = elements.size(); i < node.inputs.size(); ++i)
    operands.push_back(*graph.value(node.inputs[i]).constant);
  return ops::evaluate(*node.op, node.attributes, operands)[output];
}

std::string describe(const ir::Graph& graph, ir::ValueId value) {
  const ir::Node* node = graph.producer(peeled(graph, value));
  const bool is_one_node =
      node->op->name == "Softmax" || node->op->name == "LogSoftmax" || node->op->name == "Sigmoid";
  return is_one_node ? fmt::format("{} '{}'", node->op->name, node->name) : std::string();
}

}  // namespace

std::optional<ScoreView> ScoreWalk::view_of(ir::ValueId value) {
  if (const auto known = known_.find(value); known != known_.end())
    return known->second;
  if (depth_ >= kMostSteps)
    return std::nullopt;
  ++depth_;
  std::optional<ScoreView> view = find(value);
  --depth_;
  known_[value] = view;
  return view;
}

std::optional<ScoreView> ScoreWalk::find(ir::ValueId value) {
  const ir::Node* node = graph_.producer(value);
  if (!node || !is_floating(graph_.type(value).dtype))
    return std::nullopt;
  if (const ir::ValueId inner = peeled(graph_, value); inner != value)
    return view_of(inner);
  if (const auto found = final_activation(graph_, value))
    return start(*found, value);
  if (is_selection(graph_, *node) || reduces_nothing(graph_, *node))
    return moved(*node, value);
  if (node->op == &ops::concat())
    return concatenated(*node);
  if (auto renormalised = start_renormalised(value))
    return renormalised;
  return transformed(*node);
}

void ScoreWalk::number(ScoreView& view, const Shape& shape, const std::vector<std::int64_t>& axes) {
  ScoreSource source{view.scores, elements_, {}};
  view.elements = Tensor(DType::I64, shape);
  auto numbers = view.elements.data<std::int64_t>();
  std::iota(numbers.begin(), numbers.end(), elements_);
  elements_ += shape.elements();
  source.groups.resize(numbers.size());
  ops::for_each_reduced(shape, axes, [&](std::int64_t i, std::int64_t group) {
    source.groups[static_cast<std::size_t>(i)] = groups_ + group;
  });
  groups_ += ops::kept_shape(shape, axes).elements();
  sources_.push_back(std::move(source));
}

ScoreView ScoreWalk::start(const FinalActivation& found, ir::ValueId value) {
  ScoreView view{found.kind, found.is_logarithm, found.scale, found.shift, rewriter_.map(found.before), {},
                 {}};
  if (found.factor == -1) {
    view.scores = rewriter_.to().add(ops::neg(), {}, {view.scores});
  } else if (found.factor != 1) {
    const Tensor factor = Tensor::scalar(found.factor).cast(graph_.type(value).dtype);
    view.scores = rewriter_.to().add(ops::mul(), {},
                                     {view.scores, rewriter_.to().add_constant("score_factor", factor)});
  }
  std::string name = describe(graph_, value);
  if (name.empty())
    name = fmt::format("{}{} written out at '{}'", found.is_logarithm ? "logarithm of a " : "",
                       name_of(found.kind), graph_.value(value).name);
  view.names = {std::move(name)};
  number(view, graph_.shape(value), found.axes);
  return view;
}

/// A view divided by its own sum: a softmax of what was selected.
std::optional<ScoreView> ScoreWalk::start_renormalised(ir::ValueId value) {
  const auto parts = quotient(graph_, value);
  if (!parts || parts->numerator == ir::kNoValue || graph_.shape(parts->numerator) != graph_.shape(value))
    return std::nullopt;
  const auto axes = axes_summed(graph_, parts->denominator, parts->numerator);
  std::optional<ScoreView> view = axes ? view_of(parts->numerator) : std::nullopt;
  if (!view || view->kind != Activation::Softmax || view->is_logarithm || view->scale <= 0 ||
      std::abs(view->shift) > kBound * view->scale)
    return std::nullopt;
  view->scale = parts->factor;
  view->shift = 0;
  for (std::string& name : view->names)
    name += ", renormalised";
  number(*view, graph_.shape(value), *axes);
  return view;
}

std::optional<ScoreView> ScoreWalk::moved(const ir::Node& node, ir::ValueId value) {
  std::optional<ScoreView> view = view_of(node.inputs[0]);
  if (!view)
    return std::nullopt;
  const Shape& shape = graph_.shape(value);
  const std::string name = graph_.value(value).name + "/scores";
  if (!is_selection(graph_, node)) {
    view->elements = view->elements.reshaped(shape);
    view->scores = rewriter_.to().add(ops::reshape(), ops::ReshapeAttributes{shape}, {view->scores}, name);
    return view;
  }
  const auto output = static_cast<std::size_t>(std::find(node.outputs.begin(), node.outputs.end(), value) -
                                               node.outputs.begin());
  view->elements = moved_elements(graph_, node, {view->elements}, output);
  std::vector<ir::ValueId> inputs = {view->scores};
  for (std::size_t i = 1; i < node.inputs.size(); ++i)
    inputs.push_back(rewriter_.map(node.inputs[i]));
  view->scores = rewriter_.to().add_node(*node.op, node.attributes, inputs, name).outputs[output];
  return view;
}

std::optional<ScoreView> ScoreWalk::concatenated(const ir::Node& node) {
  std::vector<Tensor> elements;
  std::vector<ir::ValueId> scores;
  std::optional<ScoreView> first;
  std::vector<std::string> names;
  for (ir::ValueId input : node.inputs) {
    const std::optional<ScoreView> part = view_of(input);
    if (!part || (first && !are_alike(*first, *part)))
      return std::nullopt;
    if (!first)
      first = part;
    for (const std::string& name : part->names)
      if (std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(name);
    elements.push_back(part->elements);
    scores.push_back(part->scores);
  }
  if (!first)
    return std::nullopt;
  first->names = std::move(names);
  first->elements = moved_elements(graph_, node, elements, 0);
  first->scores = rewriter_.to().add(ops::concat(), node.attributes, scores,
                                     graph_.value(node.outputs[0]).name + "/scores");
  return first;
}

/// Operators that change numbers one by one and keep their order.
std::optional<ScoreView> ScoreWalk::transformed(const ir::Node& node) {
  if (node.op == &ops::round() || node.op == &ops::round_straight_through())
    return view_of(node.inputs[0]);
  if (const auto bounds = bounds_of(graph_, node)) {
    std::optional<ScoreView> view = view_of(bounds->input);
    return view && are_wide(*bounds, *view) ? view : std::nullopt;
  }
  if (node.op == &ops::log()) {
    std::optional<ScoreView> view = view_of(node.inputs[0]);
    if (!view || view->is_logarithm || view->scale <= 0 || std::abs(view->shift) > kBound * view->scale)
      return std::nullopt;
    view->is_logarithm = true;
    view->shift = std::log(view->scale);
    view->scale = 1;
    return view;
  }
  if (node.op == &ops::exp()) {
    std::optional<ScoreView> view = view_of(node.inputs[0]);
    if (!view || !view->is_logarithm || std::abs(view->scale - 1) > 1e-6)
      return std::nullopt;
    view->is_logarithm = false;
    view->scale = std::exp(view->shift);
    view->shift = 0;
    return view;
  }
  const auto step = affine_step(graph_, node);
  std::optional<ScoreView> view = step ? view_of(step->input) : std::nullopt;
  if (!view)
    return std::nullopt;
  view->scale *= step->scale;
  view->shift = view->shift * step->scale + step->shift;
  if (view->kind == Activation::Sigmoid && !view->is_logarithm && view->scale < 0) {
    // -a p + b = a (1 - p) + (b - a), and 1 - sigmoid(s) = sigmoid(-s).
    view->shift += view->scale;
    view->scale = -view->scale;
    view->scores = rewriter_.to().add(ops::neg(), {}, {view->scores});
  }
  return view;
}

}  // namespace fovea::passes
