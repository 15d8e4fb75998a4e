#include "ops/neg.hpp"

#include "ir/gradient_context.hpp"
#include "ops/arithmetic.hpp"
#include "ops/unary.hpp"

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return negated(x);
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(neg(), {c.dy()})};
}

}  // namespace

const ir::Operator& neg() {
  static const ir::Operator op{"Neg", {"x"}, numeric_type, unary_numeric_kernel<Function>, gradient};
  return op;
}

}  // namespace fovea::ops
