#include "ops/sub.hpp"

#include "ops/arithmetic.hpp"
#include "ops/broadcast.hpp"
#include "ops/functions.hpp"

namespace fovea::ops {
namespace {

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  std::vector<ir::ValueId> d = {ir::kNoValue, ir::kNoValue};
  if (c.needs(0))
    d[0] = sum_to_shape(c, c.dy(), c.shape(c.x(0)));
  if (c.needs(1))
    d[1] = c.emit(neg(), {sum_to_shape(c, c.dy(), c.shape(c.x(1)))});
  return d;
}

}  // namespace

const ir::Operator& sub() {
  static const ir::Operator op{"Sub",
                               {"a", "b"},
                               binary_type,
                               binary_kernel<Difference>,
                               gradient,
                               {},
                               {.pointwise = true, .relevance = ir::Relevance::PassThrough}};
  return op;
}

}  // namespace fovea::ops
