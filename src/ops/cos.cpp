#include "ops/cos.hpp"

#include "ir/gradient_context.hpp"
#include "ops/mul.hpp"
#include "ops/neg.hpp"
#include "ops/sin.hpp"
#include "ops/unary.hpp"

#include <cmath>

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return std::cos(x);
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(neg(), {c.emit(mul(), {c.dy(), c.emit(sin(), {c.x()})})})};
}

}  // namespace

const ir::Operator& cos() {
  static const ir::Operator op{"Cos", {"x"}, floating_type, unary_kernel<Function>, gradient};
  return op;
}

}  // namespace fovea::ops
