#include "ops/mul.hpp"

#include "ops/arithmetic.hpp"
#include "ops/broadcast.hpp"

namespace fovea::ops {
namespace {

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  std::vector<ir::ValueId> d = {ir::kNoValue, ir::kNoValue};
  for (std::size_t i : {0, 1})
    if (c.needs(i))
      d[i] = sum_to_shape(c, c.emit(mul(), {c.dy(), c.x(1 - i)}), c.shape(c.x(i)));
  return d;
}

}  // namespace

const ir::Operator& mul() {
  static const ir::Operator op{
      "Mul",
      {"a", "b"},
      binary_type,
      binary_kernel<Product>,
      gradient,
      {},
      {.pointwise = true, .sign = ir::ResultSign::OfAll, .relevance = ir::Relevance::PassThrough}};
  return op;
}

}  // namespace fovea::ops
