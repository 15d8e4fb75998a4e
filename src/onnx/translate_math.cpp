#include "onnx/translate_families.hpp"

#include "onnx/legacy.hpp"
#include "ops/abs.hpp"
#include "ops/add.hpp"
#include "ops/ceil.hpp"
#include "ops/div.hpp"
#include "ops/equal.hpp"
#include "ops/exp.hpp"
#include "ops/floor.hpp"
#include "ops/greater.hpp"
#include "ops/greater_or_equal.hpp"
#include "ops/less.hpp"
#include "ops/less_or_equal.hpp"
#include "ops/log.hpp"
#include "ops/logical_and.hpp"
#include "ops/logical_not.hpp"
#include "ops/logical_or.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/neg.hpp"
#include "ops/pow.hpp"
#include "ops/reciprocal.hpp"
#include "ops/round.hpp"
#include "ops/sqrt.hpp"
#include "ops/sub.hpp"
#include "ops/where.hpp"

namespace fovea::onnx_import {
namespace {

void binary(TranslateContext& c, const ir::Operator& op) {
  c.output(c.emit(op, {c.x(0), second_operand(c)}));
}

/// The same of an operator that gives whole numbers of whole numbers: a constant of them is made floating
/// beside a picture of whole numbers, which is floating here (ImportOptions::floating_picture).
void whole_binary(TranslateContext& c, const ir::Operator& op) {
  ir::ValueId a = c.x(0), b = second_operand(c);
  const auto joins = [&](ir::ValueId constant, ir::ValueId other) {
    return c.options().floating_picture && c.is_constant(constant) && c.dtype(constant) == DType::I64 &&
           is_floating(c.dtype(other));
  };
  if (joins(b, a))
    b = c.cast(b, c.dtype(a));
  else if (joins(a, b))
    a = c.cast(a, c.dtype(b));
  c.output(c.emit(op, {a, b}));
}

/// One or more operands, combined from the left. The last node stands for the whole.
ir::ValueId chain(TranslateContext& c, const ir::Operator& op, bool more_follows = false) {
  FOVEA_CHECK(c.input_count() > 0, "has no inputs");
  if (c.input_count() == 1)
    return c.pass(c.x());
  ir::ValueId result = c.x(0);
  for (int i = 1; i < c.input_count(); ++i)
    result = c.emit(op, {result, c.x(i)}, {}, i + 1 == c.input_count() && !more_follows ? "" : "/partial");
  return result;
}

}  // namespace

void translate_abs(TranslateContext& c) {
  c.output(c.emit(ops::abs(), {c.x()}));
}
void translate_ceil(TranslateContext& c) {
  c.output(c.emit(ops::ceil(), {c.x()}));
}
void translate_exp(TranslateContext& c) {
  c.output(c.emit(ops::exp(), {c.x()}));
}
void translate_floor(TranslateContext& c) {
  c.output(c.emit(ops::floor(), {c.x()}));
}
void translate_log(TranslateContext& c) {
  c.output(c.emit(ops::log(), {c.x()}));
}
void translate_neg(TranslateContext& c) {
  c.output(c.emit(ops::neg(), {c.x()}));
}
void translate_not(TranslateContext& c) {
  c.output(c.emit(ops::logical_not(), {c.x()}));
}
void translate_reciprocal(TranslateContext& c) {
  c.output(c.emit(ops::reciprocal(), {c.x()}));
}
void translate_round(TranslateContext& c) {
  c.output(c.emit(ops::round(), {c.x()}));
}
void translate_sqrt(TranslateContext& c) {
  c.output(c.emit(ops::sqrt(), {c.x()}));
}

void translate_add(TranslateContext& c) {
  whole_binary(c, ops::add());
}
void translate_and(TranslateContext& c) {
  binary(c, ops::logical_and());
}
void translate_div(TranslateContext& c) {
  binary(c, ops::div());
}
void translate_equal(TranslateContext& c) {
  binary(c, ops::equal());
}
void translate_greater(TranslateContext& c) {
  binary(c, ops::greater());
}
void translate_greater_or_equal(TranslateContext& c) {
  binary(c, ops::greater_or_equal());
}
void translate_less(TranslateContext& c) {
  binary(c, ops::less());
}
void translate_less_or_equal(TranslateContext& c) {
  binary(c, ops::less_or_equal());
}
void translate_mul(TranslateContext& c) {
  whole_binary(c, ops::mul());
}
void translate_or(TranslateContext& c) {
  binary(c, ops::logical_or());
}
void translate_sub(TranslateContext& c) {
  whole_binary(c, ops::sub());
}

void translate_mod(TranslateContext& c) {
  const ir::ValueId divisor = c.x(1);
  const bool is_integer = c.dtype(c.x(0)) == DType::I64, has_sign_of_x = c.node().flag("fmod", false);
  FOVEA_CHECK(is_integer || has_sign_of_x, "fmod = 0 is for integers, found {}", name_of(c.dtype(c.x(0))));
  if (!is_integer) {
    const ir::ValueId quotient = c.emit(ops::div(), {c.x(0), divisor}, {}, "/quotient");
    const ir::ValueId negative = c.emit(ops::less(), {quotient, c.scalar_like(quotient, 0)}, {}, "/negative");
    const ir::ValueId whole = c.emit(ops::where(),
                                     {negative, c.emit(ops::ceil(), {quotient}, {}, "/ceil"),
                                      c.emit(ops::floor(), {quotient}, {}, "/floor")},
                                     {}, "/whole");
    return c.output(c.emit(ops::sub(), {c.x(0), c.emit(ops::mul(), {whole, divisor}, {}, "/product")}));
  }
  auto truncated = [&](ir::ValueId value, std::string_view suffix) {
    const ir::ValueId quotient = c.emit(ops::div(), {value, divisor}, {}, "/quotient");
    return c.emit(ops::sub(), {value, c.emit(ops::mul(), {quotient, divisor}, {}, "/product")}, {}, suffix);
  };
  if (has_sign_of_x)
    return c.output(truncated(c.x(0), ""));
  // Div truncates, but the result has the divisor's sign: one more divisor brings the remainder to its side.
  const ir::ValueId remainder = truncated(c.x(0), "/remainder");
  c.output(truncated(c.emit(ops::add(), {remainder, divisor}, {}, "/shifted"), ""));
}

void translate_pow(TranslateContext& c) {
  const DType result = c.dtype(c.x(0));  // ONNX: of the base's type, whatever the exponent's
  const DType computed = is_floating(result) ? result : c.options().floating;
  const ir::ValueId base = c.cast(c.x(0), computed), exponent = c.cast(second_operand(c), computed);
  c.output(c.cast(c.emit(ops::pow(), {base, exponent}), result));
}

void translate_max(TranslateContext& c) {
  c.output(chain(c, ops::max()));
}
void translate_min(TranslateContext& c) {
  c.output(chain(c, ops::min()));
}
void translate_sum(TranslateContext& c) {
  c.output(chain(c, ops::add()));
}

void translate_mean(TranslateContext& c) {
  const ir::ValueId sum = chain(c, ops::add(), true);
  c.output(c.input_count() == 1 ? sum : c.emit(ops::mul(), {sum, c.scalar_like(sum, 1.0 / c.input_count())}));
}

void translate_where(TranslateContext& c) {
  c.output(c.emit(ops::where(), {c.x(0), c.x(1), c.x(2)}));
}

}  // namespace fovea::onnx_import
