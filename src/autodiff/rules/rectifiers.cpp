#include "autodiff/rules/rectifiers.hpp"

#include "ops/clip.hpp"
#include "ops/elu.hpp"
#include "ops/erf.hpp"
#include "ops/hard_sigmoid.hpp"
#include "ops/hard_swish.hpp"
#include "ops/leaky_relu.hpp"
#include "ops/max.hpp"
#include "ops/prelu.hpp"
#include "ops/relu.hpp"
#include "ops/sigmoid.hpp"
#include "ops/softplus.hpp"
#include "ops/tanh.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::autodiff {
namespace {

/// dy masked; `sign` is any value that is above 0 exactly where the rectifier's input is.
template <Mask mask>
ir::ValueId masked(ir::GradientContext& c, ir::ValueId dy, ir::ValueId sign) {
  if (mask == Mask::OfGradientAndForward)
    dy = c.emit(ops::relu_gradient(), {dy, sign});
  return c.emit(ops::relu(), {dy});
}

template <Mask mask>
std::vector<ir::ValueId> relu_rule(ir::GradientContext& c) {
  return {masked<mask>(c, c.dy(), c.y())};
}

bool starts_at_zero(const ir::Graph&, const ir::Node& node) {
  const auto& attributes = node.attributes.as<ops::ClipAttributes>();
  return attributes.min == 0 && attributes.max > 0;
}

template <Mask mask>
std::vector<ir::ValueId> clip_rule(ir::GradientContext& c) {
  const double bound = c.attributes<ops::ClipAttributes>().max;
  const ir::ValueId dy =
      std::isinf(bound) ? c.dy()
                        : c.emit(ops::clip_gradient(), {c.dy(), c.x()}, ops::ClipAttributes{.max = bound});
  return {masked<mask>(c, dy, c.x())};
}

bool is_zeros(const ir::Graph& graph, ir::ValueId id) {
  if (!graph.is_constant(id) || !is_floating(graph.type(id).dtype))
    return false;
  const Tensor values = graph.value(id).constant->cast(DType::F64);
  const auto data = values.data<double>();
  return std::all_of(data.begin(), data.end(), [](double value) { return value == 0; });
}

/// Which operand of a Max is rectified, as the other one is zeros that do not widen it; 2: none.
std::size_t rectified_operand(const ir::Graph& graph, const ir::Node& node) {
  for (std::size_t i : {0, 1})
    if (is_zeros(graph, node.inputs[1 - i]) && graph.shape(node.inputs[i]) == graph.shape(node.outputs[0]))
      return i;
  return 2;
}

bool has_zeros(const ir::Graph& graph, const ir::Node& node) {
  return rectified_operand(graph, node) < 2;
}

template <Mask mask>
std::vector<ir::ValueId> max_rule(ir::GradientContext& c) {
  std::vector<ir::ValueId> gradients = {ir::kNoValue, ir::kNoValue};
  gradients[rectified_operand(c.graph(), c.node())] = masked<mask>(c, c.dy(), c.y());
  return gradients;
}

template <Mask mask>
std::vector<RuleOverride> overrides() {
  return {{&ops::relu(), relu_rule<mask>, nullptr},
          {&ops::clip(), clip_rule<mask>, starts_at_zero},
          {&ops::max(), max_rule<mask>, has_zeros}};
}

}  // namespace

std::vector<RuleOverride> mask_at_rectifiers(Mask mask) {
  return mask == Mask::OfGradient ? overrides<Mask::OfGradient>() : overrides<Mask::OfGradientAndForward>();
}

std::vector<const ir::Operator*> other_activations() {
  return {&ops::clip(),       &ops::elu(),   &ops::erf(),     &ops::hard_sigmoid(), &ops::hard_swish(),
          &ops::leaky_relu(), &ops::prelu(), &ops::sigmoid(), &ops::softplus(),     &ops::tanh()};
}

}  // namespace fovea::autodiff
