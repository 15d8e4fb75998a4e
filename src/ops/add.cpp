#include "ops/add.hpp"

#include "ops/arithmetic.hpp"
#include "ops/broadcast.hpp"

namespace fovea::ops {
namespace {

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.needs(0) ? sum_to_shape(c, c.dy(), c.shape(c.x(0))) : ir::kNoValue,
          c.needs(1) ? sum_to_shape(c, c.dy(), c.shape(c.x(1))) : ir::kNoValue};
}

}  // namespace

const ir::Operator& add() {
  static const ir::Operator op{
      "Add",
      {"a", "b"},
      binary_type,
      binary_kernel<Sum>,
      gradient,
      {},
      {.pointwise = true, .sign = ir::ResultSign::OfAll, .relevance = ir::Relevance::PassThrough}};
  return op;
}

}  // namespace fovea::ops
