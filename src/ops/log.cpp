#include "ops/log.hpp"

#include "ir/gradient_context.hpp"
#include "ops/div.hpp"
#include "ops/unary.hpp"

#include <cmath>

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return std::log(x);
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(div(), {c.dy(), c.x()})};
}

}  // namespace

const ir::Operator& log() {
  static const ir::Operator op{"Log", {"x"}, floating_type, unary_kernel<Function>, gradient};
  return op;
}

}  // namespace fovea::ops
