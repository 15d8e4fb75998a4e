#include "ops/clip.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes& attributes) : a(attributes.as<ClipAttributes>()) {}
  template <class T>
  T operator()(T x) const {
    const T low = static_cast<T>(a.min), high = static_cast<T>(a.max);
    const T raised = x < low ? low : x;
    return raised > high ? high : raised;
  }
  template <class T>
  T derivative(T x) const {
    return x >= static_cast<T>(a.min) && x <= static_cast<T>(a.max) ? T(1) : T(0);
  }
  const ClipAttributes& a;
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(clip_gradient(), {c.dy(), c.x()}, c.node().attributes)};
}

}  // namespace

const ir::Operator& clip() {
  static const ir::Operator op{"Clip",   {"x"},           floating_type, unary_kernel<Function>,
                               gradient, ClipAttributes{}};
  return op;
}

const ir::Operator& clip_gradient() {
  static const ir::Operator op{"ClipGradient",
                               {"dy", "x"},
                               same_type_pair,
                               unary_gradient_kernel<Function>,
                               ir::not_differentiable("second derivatives are not computed"),
                               ClipAttributes{}};
  return op;
}

}  // namespace fovea::ops
