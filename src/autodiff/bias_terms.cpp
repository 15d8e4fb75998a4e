#include "autodiff/bias_terms.hpp"

#include "ops/add.hpp"
#include "ops/concat.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/div.hpp"
#include "ops/functions.hpp"
#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/pad.hpp"
#include "ops/reduce_prod.hpp"
#include "ops/reshape.hpp"
#include "ops/scatter.hpp"
#include "ops/sub.hpp"
#include "ops/where.hpp"

#include <algorithm>

namespace fovea::autodiff {
namespace {

ir::ValueId product(ir::GradientContext& c, ir::ValueId a, ir::ValueId b) {
  return c.emit(ops::mul(), {a, b});
}

/// factor * y dy
ir::ValueId share_of_result(ir::GradientContext& c, double factor) {
  const ir::ValueId whole = product(c, c.y(), c.dy());
  return factor == 1 ? whole : product(c, whole, c.scalar(factor, c.dtype(whole)));
}

/// The bias of a layer, in a shape that broadcasts to the result's; kNoValue if it has none.
ir::ValueId bias_of(ir::GradientContext& c) {
  if (c.input_count() < 3 || c.x(2) == ir::kNoValue || c.needs(2))
    return ir::kNoValue;
  if (c.node().op == &ops::gemm()) {
    const double beta = c.attributes<ops::GemmAttributes>().beta;
    return beta == 1 ? c.x(2) : product(c, c.x(2), c.scalar(beta, c.dtype(c.x(2))));
  }
  return c.emit(ops::reshape(), {c.x(2)}, ops::ReshapeAttributes{{1, c.shape(c.x(2)).elements(), 1, 1}});
}

/// A layer: b dy; less y dy - b dy where both factors are computed.
ir::ValueId term_of_layer(ir::GradientContext& c) {
  const ir::ValueId bias = bias_of(c);
  const bool is_product = c.needs(0) && c.needs(1);
  if (bias == ir::kNoValue)
    return is_product ? share_of_result(c, -1) : ir::kNoValue;
  const ir::ValueId of_bias = product(c, c.dy(), bias);
  return is_product ? c.emit(ops::sub(), {c.emit(ops::add(), {of_bias, of_bias}), share_of_result(c, 1)})
                    : of_bias;
}

/// x + b, x - b, b - x
ir::ValueId term_of_sum(ir::GradientContext& c) {
  for (std::size_t i = 0; i < 2; ++i)
    if (!c.needs(i)) {
      const ir::ValueId term = product(c, c.dy(), c.x(i));
      return c.node().op == &ops::sub() && i == 1 ? c.emit(ops::neg(), {term}) : term;
    }
  return ir::kNoValue;
}

ir::ValueId term_of_quotient(ir::GradientContext& c) {
  return c.needs(1) ? share_of_result(c, c.needs(0) ? 1 : 2) : ir::kNoValue;
}

/// An operator that places values beside each other: (y - y') dy, y' being the same without constants.
ir::ValueId term_of_placed_constants(ir::GradientContext& c) {
  bool has_constants = false;
  std::vector<ir::ValueId> inputs = c.node().inputs;
  ir::Attributes attributes = c.node().attributes;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i] != ir::kNoValue && !c.needs(i) && is_floating(c.dtype(inputs[i]))) {
      has_constants = true;
      inputs[i] =
          c.graph().add_constant(c.node().name + "/zeros", Tensor(c.dtype(inputs[i]), c.shape(inputs[i])));
    }
  if (c.node().op == &ops::pad()) {
    ops::PadAttributes pad = c.attributes<ops::PadAttributes>();
    has_constants = pad.mode == "constant" && pad.value != 0;
    pad.value = 0;
    attributes = pad;
  }
  if (!has_constants)
    return ir::kNoValue;
  const ir::ValueId without = c.emit(*c.node().op, inputs, attributes);
  return product(c, c.emit(ops::sub(), {c.y(), without}), c.dy());
}

/// y dy - x dx, element by element; kNoValue where an operand has another shape than the result.
ir::ValueId term_of_function(ir::GradientContext& c, const std::vector<ir::ValueId>& dx) {
  for (std::size_t i = 0; i < dx.size(); ++i)
    if (c.needs(i) && (dx[i] == ir::kNoValue || c.shape(c.x(i)) != c.shape(c.y())))
      return ir::kNoValue;
  ir::ValueId term = share_of_result(c, 1);
  for (std::size_t i = 0; i < dx.size(); ++i)
    if (c.needs(i))
      term = c.emit(ops::sub(), {term, product(c, c.x(i), dx[i])});
  return term;
}

bool is_one_of(const ir::Operator& op, std::initializer_list<const ir::Operator*> operators) {
  return std::find(operators.begin(), operators.end(), &op) != operators.end();
}

}  // namespace

ir::ValueId bias_term(ir::GradientContext& c, const std::vector<ir::ValueId>& dx) {
  const ir::Operator& op = *c.node().op;
  if (c.dy() == ir::kNoValue || op.traits.homogeneous || op.traits.relevance == ir::Relevance::FixedSum)
    return ir::kNoValue;
  if (is_one_of(op, {&ops::conv(), &ops::conv_transpose(), &ops::gemm(), &ops::mat_mul(), &ops::mul()}))
    return term_of_layer(c);
  if (is_one_of(op, {&ops::add(), &ops::sub()}))
    return term_of_sum(c);
  if (&op == &ops::div())
    return term_of_quotient(c);
  if (&op == &ops::reduce_prod())
    return share_of_result(c, 1 - static_cast<double>(c.shape(c.x()).elements()) /
                                      static_cast<double>(c.shape(c.y()).elements()));
  if (is_one_of(op, {&ops::concat(), &ops::pad(), &ops::scatter(), &ops::where()}))
    return term_of_placed_constants(c);
  if (op.traits.relevance == ir::Relevance::Routed && !is_one_of(op, {&ops::max(), &ops::min()}))
    return ir::kNoValue;
  return term_of_function(c, dx);
}

}  // namespace fovea::autodiff
