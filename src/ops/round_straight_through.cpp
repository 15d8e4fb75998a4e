#include "ops/round_straight_through.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

#include <cmath>

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return std::nearbyint(x);
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.dy()};
}

}  // namespace

const ir::Operator& round_straight_through() {
  static const ir::Operator op{
      "RoundStraightThrough", {"x"}, floating_type, unary_kernel<Function>, gradient};
  return op;
}

}  // namespace fovea::ops
