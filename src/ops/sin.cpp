#include "ops/sin.hpp"

#include "ir/gradient_context.hpp"
#include "ops/cos.hpp"
#include "ops/mul.hpp"
#include "ops/unary.hpp"

#include <cmath>

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return std::sin(x);
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(mul(), {c.dy(), c.emit(cos(), {c.x()})})};
}

}  // namespace

const ir::Operator& sin() {
  static const ir::Operator op{"Sin", {"x"}, floating_type, unary_kernel<Function>, gradient};
  return op;
}

}  // namespace fovea::ops
