#include "ops/div.hpp"

#include "ops/arithmetic.hpp"
#include "ops/broadcast.hpp"
#include "ops/functions.hpp"
#include "ops/mul.hpp"

namespace fovea::ops {
namespace {

/// da = dy / b, db = -dy / b * z.
std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  std::vector<ir::ValueId> d = {ir::kNoValue, ir::kNoValue};
  const ir::ValueId scaled = c.emit(div(), {c.dy(), c.x(1)});
  if (c.needs(0))
    d[0] = sum_to_shape(c, scaled, c.shape(c.x(0)));
  if (c.needs(1))
    d[1] = c.emit(neg(), {sum_to_shape(c, c.emit(mul(), {scaled, c.y()}), c.shape(c.x(1)))});
  return d;
}

}  // namespace

const ir::Operator& div() {
  static const ir::Operator op{"Div",
                               {"a", "b"},
                               binary_type,
                               binary_kernel<Quotient>,
                               gradient,
                               {},
                               {.pointwise = true, .relevance = ir::Relevance::PassThrough}};
  return op;
}

}  // namespace fovea::ops
