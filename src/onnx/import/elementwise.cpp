#include "onnx/import/families.hpp"
#include "onnx/import/legacy_attributes.hpp"
#include "ops/add.hpp"
#include "ops/comparison.hpp"
#include "ops/div.hpp"
#include "ops/functions.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/pow.hpp"
#include "ops/sub.hpp"
#include "ops/where.hpp"

#include <cmath>
#include <limits>

namespace fovea::onnx_import {
namespace {

template <const ir::Operator& (*op)()>
void binary(TranslateContext& c) {
  c.output(c.emit(op(), {c.x(0), second_operand(c)}));
}

/// Translates an operator that gives whole numbers for whole numbers: a constant of them is made floating
/// beside a picture of whole numbers, which is floating here (ImportOptions::floating_picture).
template <const ir::Operator& (*op)()>
void whole_binary(TranslateContext& c) {
  ir::ValueId a = c.x(0), b = second_operand(c);
  const auto joins = [&](ir::ValueId constant, ir::ValueId other) {
    return c.options().floating_picture && c.is_constant(constant) && c.dtype(constant) == DType::I64 &&
           is_floating(c.dtype(other));
  };
  if (joins(b, a))
    b = c.cast(b, c.dtype(a));
  else if (joins(a, b))
    a = c.cast(a, c.dtype(b));
  c.output(c.emit(op(), {a, b}));
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

/// Short words for formulas. The last step of a translation is emitted without a suffix.
struct Formula {
  TranslateContext& c;

  ir::ValueId number(double value) { return c.scalar_like(c.x(), value); }
  ir::ValueId of(const ir::Operator& op, ir::ValueId a) { return c.emit(op, {a}, {}, "/part"); }
  ir::ValueId of(const ir::Operator& op, ir::ValueId a, ir::ValueId b) {
    return c.emit(op, {a, b}, {}, "/part");
  }
  ir::ValueId square() { return of(ops::mul(), c.x(), c.x()); }
  ir::ValueId sign() {
    const ir::ValueId above = of(ops::greater(), c.x(), number(0)), below = of(ops::less(), c.x(), number(0));
    const DType dtype = c.dtype(c.x());
    return of(ops::sub(), c.cast(above, dtype), c.cast(below, dtype));
  }
};

/// (e^x + sign * e^-x) / 2.
void hyperbolic(TranslateContext& c, const ir::Operator& combine) {
  Formula f{c};
  const ir::ValueId up = f.of(ops::exp(), c.x());
  const ir::ValueId down = f.of(ops::exp(), f.of(ops::mul(), c.x(), f.number(-1)));
  c.output(c.emit(ops::mul(), {f.of(combine, up, down), f.number(0.5)}));
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

void translate_asin(TranslateContext& c) {
  Formula f{c};
  const ir::ValueId cosine = f.of(ops::sqrt(), f.of(ops::sub(), f.number(1), f.square()));
  c.output(c.emit(ops::atan(), {f.of(ops::div(), c.x(), cosine)}));
}

void translate_acos(TranslateContext& c) {
  Formula f{c};
  const ir::ValueId cosine = f.of(ops::sqrt(), f.of(ops::sub(), f.number(1), f.square()));
  const ir::ValueId arc = f.of(ops::atan(), f.of(ops::div(), c.x(), cosine));
  c.output(c.emit(ops::sub(), {f.number(std::acos(0.0)), arc}));
}

void translate_asinh(TranslateContext& c) {
  // Of the magnitude, with the sign put back: the sum of x and the root would cancel where x is far below 0.
  Formula f{c};
  const ir::ValueId root = f.of(ops::sqrt(), f.of(ops::add(), f.square(), f.number(1)));
  const ir::ValueId size = f.of(ops::log(), f.of(ops::add(), f.of(ops::abs(), c.x()), root));
  const ir::ValueId negative = f.of(ops::less(), c.x(), f.number(0));
  c.output(c.emit(ops::where(), {negative, f.of(ops::mul(), size, f.number(-1)), size}));
}

void translate_acosh(TranslateContext& c) {
  Formula f{c};
  const ir::ValueId root = f.of(ops::sqrt(), f.of(ops::sub(), f.square(), f.number(1)));
  c.output(c.emit(ops::log(), {f.of(ops::add(), c.x(), root)}));
}

void translate_atanh(TranslateContext& c) {
  Formula f{c};
  const ir::ValueId ratio =
      f.of(ops::div(), f.of(ops::add(), f.number(1), c.x()), f.of(ops::sub(), f.number(1), c.x()));
  c.output(c.emit(ops::mul(), {f.of(ops::log(), ratio), f.number(0.5)}));
}

void translate_cosh(TranslateContext& c) {
  hyperbolic(c, ops::add());
}

void translate_sinh(TranslateContext& c) {
  hyperbolic(c, ops::sub());
}

void translate_tan(TranslateContext& c) {
  Formula f{c};
  c.output(c.emit(ops::div(), {f.of(ops::sin(), c.x()), f.of(ops::cos(), c.x())}));
}

void translate_celu(TranslateContext& c) {
  Formula f{c};
  const double alpha = c.node().number("alpha", 1);
  FOVEA_CHECK(alpha != 0, "attribute 'alpha': unexpected value 0");
  const ir::ValueId scaled = f.of(ops::mul(), c.x(), f.number(1 / alpha));
  const ir::ValueId elu = c.emit(ops::elu(), {scaled}, ops::EluAttributes{.alpha = 1}, "/elu");
  c.output(c.emit(ops::mul(), {elu, f.number(alpha)}));
}

void translate_is_inf(TranslateContext& c) {
  Formula f{c};
  const bool above = c.node().flag("detect_positive", true), below = c.node().flag("detect_negative", true);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const ir::ValueId high =
      c.emit(ops::equal(), {c.x(), f.number(infinity)}, {}, above && !below ? "" : "/high");
  const ir::ValueId low =
      c.emit(ops::equal(), {c.x(), f.number(-infinity)}, {}, below && !above ? "" : "/low");
  if (above != below)
    return c.output(above ? high : low);
  if (above)
    return c.output(c.emit(ops::logical_or(), {high, low}));
  c.output(c.emit(ops::less(), {high, high}));  // looked for neither: false everywhere
}

void translate_is_nan(TranslateContext& c) {
  c.output(c.emit(ops::logical_not(), {c.emit(ops::equal(), {c.x(), c.x()}, {}, "/is_number")}));
}

void translate_shrink(TranslateContext& c) {
  Formula f{c};
  const double lambda = c.node().number("lambd", 0.5F), bias = c.node().number("bias", 0);
  const ir::ValueId below = f.of(ops::less(), c.x(), f.number(-lambda));
  const ir::ValueId above = f.of(ops::greater(), c.x(), f.number(lambda));
  const ir::ValueId high =
      c.emit(ops::where(), {above, f.of(ops::sub(), c.x(), f.number(bias)), f.number(0)}, {}, "/high");
  c.output(c.emit(ops::where(), {below, f.of(ops::add(), c.x(), f.number(bias)), high}));
}

void translate_sign(TranslateContext& c) {
  c.output(c.pass(Formula{c}.sign()));
}

void translate_softsign(TranslateContext& c) {
  Formula f{c};
  const ir::ValueId divisor = f.of(ops::add(), f.of(ops::abs(), c.x()), f.number(1));
  c.output(c.emit(ops::div(), {c.x(), divisor}));
}

void translate_swish(TranslateContext& c) {
  Formula f{c};
  const double alpha = c.node().number("alpha", 1);
  const ir::ValueId scaled = alpha == 1 ? c.x() : f.of(ops::mul(), c.x(), f.number(alpha));
  c.output(c.emit(ops::mul(), {c.x(), f.of(ops::sigmoid(), scaled)}));
}

void translate_thresholded_relu(TranslateContext& c) {
  Formula f{c};
  const ir::ValueId above = f.of(ops::greater(), c.x(), f.number(c.node().number("alpha", 1)));
  c.output(c.emit(ops::where(), {above, c.x(), f.number(0)}));
}

void translate_xor(TranslateContext& c) {
  c.output(c.emit(ops::logical_not(), {c.emit(ops::equal(), {c.x(0), second_operand(c)}, {}, "/same")}));
}

}  // namespace

Family elementwise_family() {
  return {
      {"Abs", unary<ops::abs>},
      {"Acos", translate_acos},
      {"Acosh", translate_acosh},
      {"Add", whole_binary<ops::add>},
      {"And", binary<ops::logical_and>},
      {"Asin", translate_asin},
      {"Asinh", translate_asinh},
      {"Atan", unary<ops::atan>},
      {"Atanh", translate_atanh},
      {"Ceil", unary<ops::ceil>},
      {"Celu", translate_celu},
      {"Cos", unary<ops::cos>},
      {"Cosh", translate_cosh},
      {"Div", binary<ops::div>},
      {"Equal", binary<ops::equal>},
      {"Exp", unary<ops::exp>},
      {"Floor", unary<ops::floor>},
      {"Greater", binary<ops::greater>},
      {"GreaterOrEqual", binary<ops::greater_or_equal>},
      {"IsInf", translate_is_inf},
      {"IsNaN", translate_is_nan},
      {"Less", binary<ops::less>},
      {"LessOrEqual", binary<ops::less_or_equal>},
      {"Log", unary<ops::log>},
      {"Max", translate_max},
      {"Mean", translate_mean},
      {"Min", translate_min},
      {"Mod", translate_mod},
      {"Mul", whole_binary<ops::mul>},
      {"Neg", unary<ops::neg>},
      {"Not", unary<ops::logical_not>},
      {"Or", binary<ops::logical_or>},
      {"Pow", translate_pow},
      {"Reciprocal", unary<ops::reciprocal>},
      {"Round", unary<ops::round>},
      {"Shrink", translate_shrink},
      {"Sign", translate_sign},
      {"Sin", unary<ops::sin>},
      {"Sinh", translate_sinh},
      {"Softsign", translate_softsign},
      {"Sqrt", unary<ops::sqrt>},
      {"Sub", whole_binary<ops::sub>},
      {"Sum", translate_sum},
      {"Swish", translate_swish},
      {"Tan", translate_tan},
      {"ThresholdedRelu", translate_thresholded_relu},
      {"Where", translate_where},
      {"Xor", translate_xor},
  };
}

}  // namespace fovea::onnx_import
