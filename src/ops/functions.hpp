#pragma once

#include "ir/operator.hpp"

#include <limits>

namespace fovea::ops {

// Functions of one value, element by element; functions.cpp is their table. Operands are floating-point
// unless stated otherwise.

/// y = |x|. Floating or int64.
const ir::Operator& abs();
/// dx = dy * sign(x), 0 at 0. Inputs (dy, x).
const ir::Operator& abs_gradient();

/// y = the angle in radians, from -pi/2 to pi/2, whose tangent is x. dx = dy / (1 + x^2).
const ir::Operator& atan();

/// y = the smallest whole number that is not below x. No gradient flows: it is 0 almost everywhere.
const ir::Operator& ceil();

struct ClipAttributes {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("min", self.min);
    f("max", self.max);
  }
};

/// y = min(max(x, a.min), a.max), so `max` wins where the bounds cross. A NaN stays a NaN.
const ir::Operator& clip();
/// dx = dy * 1(min <= x <= max): 1 at the bounds. So Clip(0, 6) after a Relu, a common form of ReLU6, does
/// not mask the many zeros of its input, whatever the rule of the Relu is. Inputs (dy, x).
const ir::Operator& clip_gradient();

/// y = the cosine of x, in radians.
const ir::Operator& cos();

struct EluAttributes {
  double alpha = 1;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("alpha", self.alpha);
  }
};

/// y = x for x > 0, alpha * (exp(x) - 1) elsewhere.
const ir::Operator& elu();
/// dx = dy * (x > 0 ? 1 : alpha * exp(x)). Inputs (dy, x).
const ir::Operator& elu_gradient();

/// y = the error function of x, from which ONNX graphs construct GELU.
const ir::Operator& erf();
/// dx = dy * 2 / sqrt(pi) * exp(-x^2). Inputs (dy, x).
const ir::Operator& erf_gradient();

/// y = e to the power of x.
const ir::Operator& exp();

/// y = the largest whole number that is not above x. No gradient flows: it is 0 almost everywhere.
const ir::Operator& floor();

struct HardSigmoidAttributes {
  double alpha = 0.2;
  double beta = 0.5;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("alpha", self.alpha);
    f("beta", self.beta);
  }
};

/// y = min(max(alpha * x + beta, 0), 1). A NaN stays a NaN.
const ir::Operator& hard_sigmoid();
/// dx = dy * alpha * 1(0 < y < 1), from the output of HardSigmoid. Inputs (dy, y).
const ir::Operator& hard_sigmoid_gradient();

/// y = x * min(max(x / 6 + 1/2, 0), 1).
const ir::Operator& hard_swish();
/// dx = dy * (0 for x <= -3, 1 for x >= 3, x / 3 + 1/2 between). Inputs (dy, x).
const ir::Operator& hard_swish_gradient();

struct LeakyReluAttributes {
  double alpha = 0.01;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("alpha", self.alpha);
  }
};

/// y = x for x >= 0, alpha * x elsewhere. A NaN stays a NaN.
const ir::Operator& leaky_relu();
/// dx = dy * (x > 0 ? 1 : alpha): alpha at 0. Inputs (dy, x).
const ir::Operator& leaky_relu_gradient();

/// y = the natural logarithm of x; NaN for negative x.
const ir::Operator& log();

/// y = -x. Floating or int64.
const ir::Operator& neg();

/// y = 1 / x.
const ir::Operator& reciprocal();
/// dx = -dy * y^2, from the output of Reciprocal. Inputs (dy, y).
const ir::Operator& reciprocal_gradient();

/// y = max(x, 0). A NaN stays a NaN.
const ir::Operator& relu();
/// dx = dy * 1(y > 0), from the output of Relu: y > 0 exactly where x > 0, so x need not be kept. The
/// derivative at 0 is 0. Inputs (dy, y).
const ir::Operator& relu_gradient();

/// y = the whole number nearest to x, the even one of two. No gradient flows: it is 0 almost everywhere.
const ir::Operator& round();

/// y = x rounded to the nearest whole number, halves to the even one; dx = dy, which is not the derivative
/// (that is 0) but the straight-through estimator. For quantisation. Source: bengio2013estimating.
const ir::Operator& round_straight_through();

/// y = 1 / (1 + exp(-x)), without overflow for any x.
const ir::Operator& sigmoid();
/// dx = dy * y * (1 - y), from the output of Sigmoid. Inputs (dy, y).
const ir::Operator& sigmoid_gradient();

/// y = the sine of x, in radians.
const ir::Operator& sin();

/// y = log(1 + exp(x)), without overflow for any x.
const ir::Operator& softplus();
/// dx = dy / (1 + exp(-x)). Inputs (dy, x).
const ir::Operator& softplus_gradient();

/// y = the square root of x; NaN for negative x.
const ir::Operator& sqrt();
/// dx = dy / (2 * y), from the output of Sqrt. Inputs (dy, y).
const ir::Operator& sqrt_gradient();

/// y = the hyperbolic tangent of x.
const ir::Operator& tanh();
/// dx = dy * (1 - y^2), from the output of Tanh. Inputs (dy, y).
const ir::Operator& tanh_gradient();

}  // namespace fovea::ops
