#include "ops/functions.hpp"

#include "ops/add.hpp"
#include "ops/arithmetic.hpp"
#include "ops/div.hpp"
#include "ops/mul.hpp"
#include "ops/unary.hpp"

#include <cmath>
#include <numbers>

namespace fovea::ops {
namespace {

std::vector<ir::ValueId> no_gradient(ir::GradientContext&) {
  return {ir::kNoValue};
}

std::vector<ir::ValueId> straight_through(ir::GradientContext& c) {
  return {c.dy()};
}

std::vector<ir::ValueId> atan_rule(ir::GradientContext& c) {
  const ir::ValueId square = c.emit(mul(), {c.x(), c.x()});
  return {c.emit(div(), {c.dy(), c.emit(add(), {square, c.scalar(1, c.dtype(c.x()))})})};
}

std::vector<ir::ValueId> cos_rule(ir::GradientContext& c) {
  return {c.emit(neg(), {c.emit(mul(), {c.dy(), c.emit(sin(), {c.x()})})})};
}

std::vector<ir::ValueId> neg_rule(ir::GradientContext& c) {
  return {c.emit(neg(), {c.dy()})};
}

std::vector<ir::ValueId> sin_rule(ir::GradientContext& c) {
  return {c.emit(mul(), {c.dy(), c.emit(cos(), {c.x()})})};
}

}  // namespace

const ir::Operator& abs() {
  static const ir::Operator op = numeric_function(
      "Abs",
      [](auto x) {
        using T = decltype(x);
        return x < T(0) ? negated(x) : x == T(0) ? T(0) : x;
      },
      from_x<abs_gradient>,
      {.homogeneous = true, .sign = ir::ResultSign::NonNegative, .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& abs_gradient() {
  static const ir::Operator op = slope("AbsGradient", "x", [](auto x) {
    using T = decltype(x);
    return T((x > T(0)) - (x < T(0)));
  });
  return op;
}

const ir::Operator& atan() {
  static const ir::Operator op = function("Atan", [](auto x) { return std::atan(x); }, atan_rule,
                                          {.relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& ceil() {
  static const ir::Operator op = function("Ceil", [](auto x) { return std::ceil(x); }, no_gradient,
                                          {.relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& clip() {
  static const ir::Operator op = function<ClipAttributes>(
      "Clip",
      [](auto x, const ClipAttributes& a) {
        using T = decltype(x);
        const T low = static_cast<T>(a.min), high = static_cast<T>(a.max);
        const T raised = x < low ? low : x;
        return raised > high ? high : raised;
      },
      from_x<clip_gradient>,
      {.piecewise_linear = true, .activation = true, .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& clip_gradient() {
  static const ir::Operator op =
      slope<ClipAttributes>("ClipGradient", "x",
                            [](auto x, const ClipAttributes& a) {
                              using T = decltype(x);
                              return x >= static_cast<T>(a.min) && x <= static_cast<T>(a.max) ? T(1) : T(0);
                            },
                            {.piecewise_linear = true});
  return op;
}

const ir::Operator& cos() {
  static const ir::Operator op = function("Cos", [](auto x) { return std::cos(x); }, cos_rule,
                                          {.relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& elu() {
  static const ir::Operator op = function<EluAttributes>(
      "Elu",
      [](auto x, const EluAttributes& a) {
        using T = decltype(x);
        return x > T(0) ? x : static_cast<T>(a.alpha) * std::expm1(x);
      },
      from_x<elu_gradient>, {.activation = true, .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& elu_gradient() {
  static const ir::Operator op = slope<EluAttributes>("EluGradient", "x", [](auto x, const EluAttributes& a) {
    using T = decltype(x);
    return x > T(0) ? T(1) : static_cast<T>(a.alpha) * std::exp(x);
  });
  return op;
}

const ir::Operator& erf() {
  static const ir::Operator op = function(
      "Erf", [](auto x) { return std::erf(x); }, from_x<erf_gradient>,
      {.activation = true, .gate = ir::Gate::IntoMinusOneToOne, .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& erf_gradient() {
  static const ir::Operator op = slope("ErfGradient", "x", [](auto x) {
    using T = decltype(x);
    return T(2 / std::sqrt(std::numbers::pi)) * std::exp(-x * x);
  });
  return op;
}

const ir::Operator& exp() {
  static const ir::Operator op =
      function("Exp", [](auto x) { return std::exp(x); }, from_y<mul>,
               {.sign = ir::ResultSign::NonNegative, .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& floor() {
  static const ir::Operator op = function("Floor", [](auto x) { return std::floor(x); }, no_gradient,
                                          {.relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& hard_sigmoid() {
  static const ir::Operator op =
      function<HardSigmoidAttributes>("HardSigmoid",
                                      [](auto x, const HardSigmoidAttributes& a) {
                                        using T = decltype(x);
                                        const T line = static_cast<T>(a.alpha) * x + static_cast<T>(a.beta);
                                        return line < T(0) ? T(0) : line > T(1) ? T(1) : line;
                                      },
                                      from_y<hard_sigmoid_gradient>,
                                      {.activation = true,
                                       .sign = ir::ResultSign::NonNegative,
                                       .gate = ir::Gate::IntoZeroToOne,
                                       .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& hard_sigmoid_gradient() {
  static const ir::Operator op =
      slope<HardSigmoidAttributes>("HardSigmoidGradient", "y", [](auto y, const HardSigmoidAttributes& a) {
        using T = decltype(y);
        return y > T(0) && y < T(1) ? static_cast<T>(a.alpha) : T(0);
      });
  return op;
}

const ir::Operator& hard_swish() {
  static const ir::Operator op =
      function("HardSwish",
               [](auto x) {
                 using T = decltype(x);
                 const T gate = x / T(6) + T(0.5);
                 return x * (gate < T(0) ? T(0) : gate > T(1) ? T(1) : gate);
               },
               from_x<hard_swish_gradient>, {.activation = true, .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& hard_swish_gradient() {
  static const ir::Operator op = slope("HardSwishGradient", "x", [](auto x) {
    using T = decltype(x);
    return x <= T(-3) ? T(0) : x >= T(3) ? T(1) : x / T(3) + T(0.5);
  });
  return op;
}

const ir::Operator& leaky_relu() {
  static const ir::Operator op =
      function<LeakyReluAttributes>("LeakyRelu",
                                    [](auto x, const LeakyReluAttributes& a) {
                                      using T = decltype(x);
                                      return x < T(0) ? static_cast<T>(a.alpha) * x : x;
                                    },
                                    from_x<leaky_relu_gradient>,
                                    {.piecewise_linear = true,
                                     .homogeneous = true,
                                     .activation = true,
                                     .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& leaky_relu_gradient() {
  static const ir::Operator op =
      slope<LeakyReluAttributes>("LeakyReluGradient", "x",
                                 [](auto x, const LeakyReluAttributes& a) {
                                   using T = decltype(x);
                                   return x > T(0) ? T(1) : static_cast<T>(a.alpha);
                                 },
                                 {.piecewise_linear = true});
  return op;
}

const ir::Operator& log() {
  static const ir::Operator op = function("Log", [](auto x) { return std::log(x); }, from_x<div>,
                                          {.relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& neg() {
  static const ir::Operator op =
      numeric_function("Neg", [](auto x) { return negated(x); }, neg_rule,
                       {.homogeneous = true, .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& reciprocal() {
  static const ir::Operator op =
      function("Reciprocal",
               [](auto x) {
                 using T = decltype(x);
                 return T(1) / x;
               },
               from_y<reciprocal_gradient>, {.relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& reciprocal_gradient() {
  static const ir::Operator op = slope("ReciprocalGradient", "y", [](auto y) { return -y * y; });
  return op;
}

const ir::Operator& relu() {
  static const ir::Operator op = function("Relu",
                                          [](auto x) {
                                            using T = decltype(x);
                                            return x < T(0) ? T(0) : x;
                                          },
                                          from_y<relu_gradient>,
                                          {.piecewise_linear = true,
                                           .homogeneous = true,
                                           .sign = ir::ResultSign::NonNegative,
                                           .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& relu_gradient() {
  static const ir::Operator op = slope("ReluGradient", "y",
                                       [](auto y) {
                                         using T = decltype(y);
                                         return y > T(0) ? T(1) : T(0);
                                       },
                                       {.piecewise_linear = true});
  return op;
}

const ir::Operator& round() {
  static const ir::Operator op = function("Round", [](auto x) { return std::nearbyint(x); }, no_gradient,
                                          {.relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& round_straight_through() {
  static const ir::Operator op = function("RoundStraightThrough", [](auto x) { return std::nearbyint(x); },
                                          straight_through, {.relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& sigmoid() {
  static const ir::Operator op = function("Sigmoid",
                                          [](auto x) {
                                            using T = decltype(x);
                                            const T e = std::exp(-std::abs(x));
                                            return (x < T(0) ? e : T(1)) / (T(1) + e);
                                          },
                                          from_y<sigmoid_gradient>,
                                          {.activation = true,
                                           .sign = ir::ResultSign::NonNegative,
                                           .gate = ir::Gate::IntoZeroToOne,
                                           .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& sigmoid_gradient() {
  static const ir::Operator op = slope("SigmoidGradient", "y", [](auto y) {
    using T = decltype(y);
    return y * (T(1) - y);
  });
  return op;
}

const ir::Operator& sin() {
  static const ir::Operator op = function("Sin", [](auto x) { return std::sin(x); }, sin_rule,
                                          {.relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& softplus() {
  static const ir::Operator op = function(
      "Softplus",
      [](auto x) {
        using T = decltype(x);
        return (x > T(0) ? x : T(0)) + std::log1p(std::exp(-std::abs(x)));
      },
      from_x<softplus_gradient>,
      {.activation = true, .sign = ir::ResultSign::NonNegative, .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& softplus_gradient() {
  static const ir::Operator op = slope("SoftplusGradient", "x", [](auto x) {
    using T = decltype(x);
    const T e = std::exp(-std::abs(x));
    return (x < T(0) ? e : T(1)) / (T(1) + e);
  });
  return op;
}

const ir::Operator& sqrt() {
  static const ir::Operator op =
      function("Sqrt", [](auto x) { return std::sqrt(x); }, from_y<sqrt_gradient>,
               {.sign = ir::ResultSign::NonNegative, .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& sqrt_gradient() {
  static const ir::Operator op = slope("SqrtGradient", "y", [](auto y) {
    using T = decltype(y);
    return T(0.5) / y;
  });
  return op;
}

const ir::Operator& tanh() {
  static const ir::Operator op = function(
      "Tanh", [](auto x) { return std::tanh(x); }, from_y<tanh_gradient>,
      {.activation = true, .gate = ir::Gate::IntoMinusOneToOne, .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& tanh_gradient() {
  static const ir::Operator op = slope("TanhGradient", "y", [](auto y) {
    using T = decltype(y);
    return T(1) - y * y;
  });
  return op;
}

}  // namespace fovea::ops
