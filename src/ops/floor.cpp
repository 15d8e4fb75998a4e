#include "ops/floor.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

#include <cmath>

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return std::floor(x);
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext&) {
  return {ir::kNoValue};
}

}  // namespace

const ir::Operator& floor() {
  static const ir::Operator op{"Floor", {"x"}, floating_type, unary_kernel<Function>, gradient};
  return op;
}

}  // namespace fovea::ops
