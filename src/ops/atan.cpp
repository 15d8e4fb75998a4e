#include "ops/atan.hpp"

#include "ir/gradient_context.hpp"
#include "ops/add.hpp"
#include "ops/div.hpp"
#include "ops/mul.hpp"
#include "ops/unary.hpp"

#include <cmath>

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return std::atan(x);
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const ir::ValueId square = c.emit(mul(), {c.x(), c.x()});
  return {c.emit(div(), {c.dy(), c.emit(add(), {square, c.scalar(1, c.dtype(c.x()))})})};
}

}  // namespace

const ir::Operator& atan() {
  static const ir::Operator op{"Atan", {"x"}, floating_type, unary_kernel<Function>, gradient};
  return op;
}

}  // namespace fovea::ops
