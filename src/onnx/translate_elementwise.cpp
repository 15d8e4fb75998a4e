#include "onnx/translate_families.hpp"

#include "onnx/legacy.hpp"
#include "ops/abs.hpp"
#include "ops/add.hpp"
#include "ops/atan.hpp"
#include "ops/cos.hpp"
#include "ops/div.hpp"
#include "ops/elu.hpp"
#include "ops/equal.hpp"
#include "ops/exp.hpp"
#include "ops/greater.hpp"
#include "ops/less.hpp"
#include "ops/log.hpp"
#include "ops/logical_not.hpp"
#include "ops/logical_or.hpp"
#include "ops/mul.hpp"
#include "ops/sigmoid.hpp"
#include "ops/sin.hpp"
#include "ops/sqrt.hpp"
#include "ops/sub.hpp"
#include "ops/where.hpp"

#include <cmath>
#include <limits>

namespace fovea::onnx_import {
namespace {

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

}  // namespace

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

void translate_atan(TranslateContext& c) {
  c.output(c.emit(ops::atan(), {c.x()}));
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

void translate_cos(TranslateContext& c) {
  c.output(c.emit(ops::cos(), {c.x()}));
}
void translate_cosh(TranslateContext& c) {
  hyperbolic(c, ops::add());
}
void translate_sin(TranslateContext& c) {
  c.output(c.emit(ops::sin(), {c.x()}));
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

}  // namespace fovea::onnx_import
