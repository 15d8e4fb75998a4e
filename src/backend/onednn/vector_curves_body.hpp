#pragma once

// The functions of one element that vector_kernels_body.hpp applies, in namespace FOVEA_VECTOR_LEVEL and
// under the same rules.
#include <cstdint>

namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL {
namespace {

/// 2^n for -126 <= n <= 127.
inline float power_of_two(std::int32_t n) {
  return __builtin_bit_cast(float, static_cast<std::uint32_t>(n + 127) << 23);
}

/// e^x: x = n ln 2 + r with |r| <= ln 2 / 2, the rest a polynomial of degree 7 fitted by least squares of the
/// relative error. Overflows to infinity, underflows through subnormal numbers to 0, keeps NaN.
inline float exponential(float x) {
  constexpr float kRounder = 12582912.0F;  // 1.5 * 2^23: a float next to it has no fraction
  x = x > 89.0F ? 89.0F : x;
  x = x < -104.0F ? -104.0F : x;
  const float shifted = x * 1.44269504F + kRounder;
  const float n = shifted - kRounder;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float y = 1.97667701e-4F;
  y = y * r + 1.39482517e-3F;
  y = y * r + 8.33357964e-3F;
  y = y * r + 4.16662246e-2F;
  y = y * r + 1.66666657e-1F;
  y = y * r + 0.5F;
  y = y * r + 1.0F;
  y = y * r + 1.0F;
  // In two factors, since 2^n itself may be no float. NaN has any n, but stays NaN in r.
  const auto exponent = static_cast<std::int32_t>(__builtin_bit_cast(std::uint32_t, shifted) - 0x4B400000U);
  const std::int32_t half = exponent >> 1;
  return y * power_of_two(half) * power_of_two(exponent - half);
}

/// erf(x): odd polynomials within |x| < 1, 1 - e^(polynomial) beyond, fitted by least squares.
inline float error_function(float x) {
  const float size = __builtin_fabsf(x);
  const float t = x * x;
  float near = -9.63499133e-6F;
  near = near * t + 1.12546404e-4F;
  near = near * t - 8.48250755e-4F;
  near = near * t + 5.22092311e-3F;
  near = near * t - 2.68653929e-2F;
  near = near * t + 1.12837821e-1F;
  near = near * t - 3.76126379e-1F;
  near = near * t + 1.12837923F;
  near *= x;
  const float s = (size > 4.0F ? 4.0F : size) - 2.5F;
  float far = -2.17903216e-5F;
  far = far * s + 6.12770527e-5F;
  far = far * s - 4.31978871e-4F;
  far = far * s + 2.16558645e-3F;
  far = far * s - 1.08537730e-2F;
  far = far * s - 9.43891764e-1F;
  far = far * s - 5.35268068F;
  far = far * s - 7.80681515F;
  const float beyond = __builtin_copysignf(1.0F - exponential(far), x);
  const float y = size < 1.0F ? near : beyond;
  return x != x ? x : y;
}

/// 2 artanh(s) for |s| <= 1/3: an odd polynomial fitted by least squares of the relative error.
inline float twice_artanh(float s) {
  const float t = s * s;
  float y = 2.18640745e-1F;
  y = y * t + 1.71261817e-1F;
  y = y * t + 2.23039180e-1F;
  y = y * t + 2.85682738e-1F;
  y = y * t + 4.00000542e-1F;
  y = y * t + 6.66666687e-1F;
  return 2.0F * s + s * (t * y);
}

/// ln(1 + x) for 0 <= x <= 1.
inline float logarithm_of_one_plus(float x) {
  return twice_artanh(x / (2.0F + x));
}

/// ln x: x = 2^n m with m from sqrt(1/2) to sqrt(2). NaN below 0, minus infinity at 0.
inline float logarithm(float x) {
  constexpr float kSmallest = 1.17549435e-38F;
  const bool is_subnormal = x < kSmallest;
  const float scaled = is_subnormal ? x * 8388608.0F : x;
  const auto bits = __builtin_bit_cast(std::uint32_t, scaled) - 0x3F3504F3U;  // of sqrt(1/2)
  const auto n = static_cast<std::int32_t>(bits) >> 23;
  const float m = __builtin_bit_cast(float, (bits & 0x007FFFFFU) + 0x3F3504F3U);
  const float power = static_cast<float>(n) - (is_subnormal ? 23.0F : 0.0F);
  const float y = power * 0.693359375F + (twice_artanh((m - 1.0F) / (m + 1.0F)) - power * 2.12194440e-4F);
  const float positive = x < __builtin_inff() ? y : x;  // infinity and NaN are their own logarithms
  return x > 0.0F || x != x ? positive : x == 0.0F ? -__builtin_inff() : __builtin_nanf("");
}

/// e^x - 1.
inline float exponential_less_one(float x) {
  float y = 1.99433161e-5F;
  y = y * x + 1.94671549e-4F;
  y = y * x + 1.38736609e-3F;
  y = y * x + 8.33299011e-3F;
  y = y * x + 4.16666269e-2F;
  y = y * x + 1.66666672e-1F;
  y = y * x + 5.00000000e-1F;
  const float near = x + x * x * y;
  return x > -0.5F && x < 0.1F ? near : exponential(x) - 1.0F;
}

/// tanh(x): an odd polynomial within |x| < 0.625, by e^(2|x|) beyond.
inline float hyperbolic_tangent(float x) {
  const float size = __builtin_fabsf(x);
  const float t = x * x;
  float y = 2.12274259e-3F;
  y = y * t - 8.15627631e-3F;
  y = y * t + 2.16926057e-2F;
  y = y * t - 5.39453775e-2F;
  y = y * t + 1.33331954e-1F;
  y = y * t - 3.33333313e-1F;
  const float near = x + x * (t * y);
  const float beyond = __builtin_copysignf(1.0F - 2.0F / (exponential(2.0F * size) + 1.0F), x);
  return size < 0.625F ? near : x != x ? x : beyond;
}

/// 1 / (1 + e^-x), by e^-|x|, which never overflows.
inline float logistic(float x) {
  const float e = exponential(-__builtin_fabsf(x));
  return (x < 0.0F ? e : 1.0F) / (1.0F + e);
}

struct Erf {
  static float of(float x, float, float, float) { return error_function(x); }
};
struct Abs {
  static float of(float x, float, float, float) { return __builtin_fabsf(x); }
};
struct AbsGradient {
  static float of(float dy, float x, float, float) { return x > 0.0F ? dy : x < 0.0F ? -dy : dy * 0.0F; }
};
struct Exp {
  static float of(float x, float, float, float) { return exponential(x); }
};
struct Log {
  static float of(float x, float, float, float) { return logarithm(x); }
};
struct Sqrt {
  static float of(float x, float, float, float) { return __builtin_sqrtf(x); }
};
struct Relu {
  static float of(float x, float, float, float) { return x < 0.0F ? 0.0F : x; }
};
struct ReluGradient {
  static float of(float dy, float y, float, float) { return dy * (y > 0.0F ? 1.0F : 0.0F); }
};
struct LeakyRelu {
  static float of(float x, float, float slope, float) { return x < 0.0F ? slope * x : x; }
};
struct LeakyReluGradient {
  static float of(float dy, float x, float slope, float) { return dy * (x > 0.0F ? 1.0F : slope); }
};
struct Clip {
  static float of(float x, float, float low, float high) {
    const float raised = x < low ? low : x;
    return raised > high ? high : raised;
  }
};
struct ClipGradient {
  static float of(float dy, float x, float low, float high) {
    return dy * (x >= low && x <= high ? 1.0F : 0.0F);
  }
};
struct Elu {
  static float of(float x, float, float alpha, float) {
    return x > 0.0F ? x : alpha * exponential_less_one(x);
  }
};
struct EluGradient {
  static float of(float dy, float x, float alpha, float) {
    return dy * (x > 0.0F ? 1.0F : alpha * exponential(x));
  }
};
struct Sigmoid {
  static float of(float x, float, float, float) { return logistic(x); }
};
struct SigmoidGradient {
  static float of(float dy, float y, float, float) { return dy * (y * (1.0F - y)); }
};
struct Tanh {
  static float of(float x, float, float, float) { return hyperbolic_tangent(x); }
};
struct TanhGradient {
  static float of(float dy, float y, float, float) { return dy * (1.0F - y * y); }
};
struct HardSwish {
  static float of(float x, float, float, float) {
    const float gate = x * (1.0F / 6.0F) + 0.5F;
    return x * (gate < 0.0F ? 0.0F : gate > 1.0F ? 1.0F : gate);
  }
};
struct HardSwishGradient {
  static float of(float dy, float x, float, float) {
    return dy * (x <= -3.0F ? 0.0F : x >= 3.0F ? 1.0F : x * (1.0F / 3.0F) + 0.5F);
  }
};
struct Softplus {
  static float of(float x, float, float, float) {
    return (x > 0.0F ? x : x != x ? x : 0.0F) + logarithm_of_one_plus(exponential(-__builtin_fabsf(x)));
  }
};
struct SoftplusGradient {
  static float of(float dy, float x, float, float) { return dy * logistic(x); }
};
struct ErfGradient {
  static float of(float dy, float x, float, float) { return dy * (1.12837917F * exponential(-x * x)); }
};
struct Neg {
  static float of(float x, float, float, float) { return -x; }
};
struct Reciprocal {
  static float of(float x, float, float, float) { return 1.0F / x; }
};
struct ReciprocalGradient {
  static float of(float dy, float y, float, float) { return dy * (-y * y); }
};
struct SqrtGradient {
  static float of(float dy, float y, float, float) { return dy * (0.5F / y); }
};
struct HardSigmoid {
  static float of(float x, float, float slope, float offset) {
    const float line = slope * x + offset;
    return line < 0.0F ? 0.0F : line > 1.0F ? 1.0F : line;
  }
};
struct HardSigmoidGradient {
  static float of(float dy, float y, float slope, float) {
    return dy * (y > 0.0F && y < 1.0F ? slope : 0.0F);
  }
};
struct Square {
  static float of(float x, float, float, float) { return x * x; }
};
struct Twice {
  static float of(float x, float, float, float) { return 2.0F * x; }
};
struct Round {
  static float of(float x, float, float, float) { return __builtin_rintf(x); }
};
struct Floor {
  static float of(float x, float, float, float) { return __builtin_floorf(x); }
};
struct Ceil {
  static float of(float x, float, float, float) { return __builtin_ceilf(x); }
};
struct Power {
  static float of(float x, float, float p, float) { return __builtin_powf(x, p); }
};
struct PowerBaseDerivative {
  static float of(float x, float, float p, float) { return p * __builtin_powf(x, p - 1.0F); }
};

}  // namespace
}  // namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL
