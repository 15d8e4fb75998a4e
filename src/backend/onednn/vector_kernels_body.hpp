#pragma once

// The kernels of vector_kernels.hpp in namespace FOVEA_VECTOR_LEVEL, for files that compile them with the
// options of one set of instructions each. Nothing here may call an inline function of another header: the
// linker would keep one copy of it for the whole program, perhaps one of these files'. Loops are plain, for
// the compiler to make vector instructions of.
#include "backend/onednn/vector_curves_body.hpp"
#include "backend/onednn/vector_kernels.hpp"
#include "backend/onednn/vector_type.hpp"

namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL {
namespace {

template <class F>
void unary(const float* a, const float*, float* y, Count count, float p, float q) {
#pragma omp simd
  for (Count i = 0; i < count; ++i)
    y[i] = F::of(a[i], 0.0F, p, q);
}

template <class F>
void gradient(const float* a, const float* b, float* y, Count count, float p, float q) {
#pragma omp simd
  for (Count i = 0; i < count; ++i)
    y[i] = F::of(a[i], b[i], p, q);
}

struct Add {
  static float of(float a, float b) { return a + b; }
};
struct Sub {
  static float of(float a, float b) { return a - b; }
};
struct Mul {
  static float of(float a, float b) { return a * b; }
};
struct Div {
  static float of(float a, float b) { return a / b; }
};
struct Max {
  static float of(float a, float b) { return a > b || a != a ? a : b; }
};
struct Min {
  static float of(float a, float b) { return a < b || a != a ? a : b; }
};

template <class F>
void binary(const float* a, Count a_step, const float* b, Count b_step, float* z, Count count) {
  if (a_step == 1 && b_step == 1) {
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      z[i] = F::of(a[i], b[i]);
  } else if (a_step == 1 && b_step == 0) {
    const float second = *b;
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      z[i] = F::of(a[i], second);
  } else if (a_step == 0 && b_step == 1) {
    const float first = *a;
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      z[i] = F::of(first, b[i]);
  } else {
    for (Count i = 0; i < count; ++i)
      z[i] = F::of(a[i * a_step], b[i * b_step]);
  }
}

/// term(0) + ... + term(count - 1).
template <class Term>
inline float sum_of(Count count, const Term& term) {
  constexpr Count kLanes = 32;
  float partial[kLanes] = {};
  Count i = 0;
  for (; i + kLanes <= count; i += kLanes)
#pragma omp simd
    for (Count lane = 0; lane < kLanes; ++lane)
      partial[lane] += term(i + lane);
  float sum = 0;
  for (Count lane = 0; lane < kLanes; ++lane)
    sum += partial[lane];
  for (; i < count; ++i)
    sum += term(i);
  return sum;
}

/// The largest element.
inline float largest_of(const float* x, Count count) {
  constexpr Count kLanes = 32;
  float partial[kLanes];
  for (Count lane = 0; lane < kLanes; ++lane)
    partial[lane] = -__builtin_inff();
  Count i = 0;
  for (; i + kLanes <= count; i += kLanes)
#pragma omp simd
    for (Count lane = 0; lane < kLanes; ++lane)
      partial[lane] = x[i + lane] > partial[lane] ? x[i + lane] : partial[lane];
  float largest = -__builtin_inff();
  for (Count lane = 0; lane < kLanes; ++lane)
    largest = partial[lane] > largest ? partial[lane] : largest;
  for (; i < count; ++i)
    largest = x[i] > largest ? x[i] : largest;
  return largest;
}

void softmax(const float* x, float* y, Count rows, Count count) {
  for (Count row = 0; row < rows; ++row, x += count, y += count) {
    const float largest = largest_of(x, count);
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      y[i] = exponential(x[i] - largest);
    const float* terms = y;
    const float sum = sum_of(count, [=](Count i) { return terms[i]; });
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      y[i] /= sum;
  }
}

void softmax_gradient(const float* dy, const float* y, float* dx, Count rows, Count count) {
  for (Count row = 0; row < rows; ++row, dy += count, y += count, dx += count) {
    const float sum = sum_of(count, [=](Count i) { return dy[i] * y[i]; });
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      dx[i] = y[i] * (dy[i] - sum);
  }
}

/// Mean and 1 / sqrt(variance + epsilon) of a row, in two passes over it.
struct Statistics {
  float mean, factor;
  Statistics(const float* x, Count count, float epsilon)
      : mean(sum_of(count, [=](Count i) { return x[i]; }) / static_cast<float>(count)) {
    const float centre = mean;
    const float squares = sum_of(count, [=](Count i) { return (x[i] - centre) * (x[i] - centre); });
    factor = 1.0F / __builtin_sqrtf(squares / static_cast<float>(count) + epsilon);
  }
};

void layer_normalization(const float* x, const float* scale, const float* bias, float* y, Count rows,
                         Count count, float epsilon) {
  for (Count row = 0; row < rows; ++row, x += count, y += count) {
    const Statistics s(x, count, epsilon);
    if (scale && bias) {
#pragma omp simd
      for (Count i = 0; i < count; ++i)
        y[i] = (x[i] - s.mean) * s.factor * scale[i] + bias[i];
    } else {
      for (Count i = 0; i < count; ++i)
        y[i] = (x[i] - s.mean) * s.factor * (scale ? scale[i] : 1.0F) + (bias ? bias[i] : 0.0F);
    }
  }
}

template <class G>
inline void layer_normalization_gradient_row(const float* x, float* dx, Count count, float epsilon,
                                             const G& g) {
  const Statistics s(x, count, epsilon);
  const auto whole = static_cast<float>(count);
  const float mean = sum_of(count, g) / whole;
  const float tilt =
      sum_of(count, [=](Count i) { return g(i) * (x[i] - s.mean); }) * s.factor * s.factor / whole;
#pragma omp simd
  for (Count i = 0; i < count; ++i)
    dx[i] = s.factor * (g(i) - mean - (x[i] - s.mean) * tilt);
}

void layer_normalization_gradient(const float* dy, const float* x, const float* scale, float* dx, Count rows,
                                  Count count, float epsilon) {
  for (Count row = 0; row < rows; ++row, dy += count, x += count, dx += count) {
    if (scale)
      layer_normalization_gradient_row(x, dx, count, epsilon, [=](Count i) { return dy[i] * scale[i]; });
    else
      layer_normalization_gradient_row(x, dx, count, epsilon, [=](Count i) { return dy[i]; });
  }
}

void sum_rows(const float* x, float* y, Count rows, Count count, float factor) {
  for (Count row = 0; row < rows; ++row, x += count)
    y[row] = factor * sum_of(count, [=](Count i) { return x[i]; });
}

void sum_columns(const float* x, float* y, Count count, Count stride, Count width, float factor) {
  constexpr Count kBlock = 256;
  for (Count begin = 0; begin < width; begin += kBlock) {
    const Count size = width - begin < kBlock ? width - begin : kBlock;
    float sums[kBlock] = {};
    for (Count k = 0; k < count; ++k) {
      const float* row = x + k * stride + begin;
#pragma omp simd
      for (Count i = 0; i < size; ++i)
        sums[i] += row[i];
    }
    for (Count i = 0; i < size; ++i)
      y[begin + i] = factor * sums[i];
  }
}

}  // namespace

const VectorKernels kernels = {
    {unary<Erf>,
     gradient<ErfGradient>,
     unary<Neg>,
     unary<Reciprocal>,
     gradient<ReciprocalGradient>,
     gradient<SqrtGradient>,
     unary<HardSigmoid>,
     gradient<HardSigmoidGradient>,
     unary<Square>,
     unary<Twice>,
     unary<Power>,
     unary<PowerBaseDerivative>,
     unary<Abs>,
     gradient<AbsGradient>,
     unary<Exp>,
     unary<Log>,
     unary<Sqrt>,
     unary<Relu>,
     gradient<ReluGradient>,
     unary<LeakyRelu>,
     gradient<LeakyReluGradient>,
     unary<Clip>,
     gradient<ClipGradient>,
     unary<Elu>,
     gradient<EluGradient>,
     unary<Sigmoid>,
     gradient<SigmoidGradient>,
     unary<Tanh>,
     gradient<TanhGradient>,
     unary<HardSwish>,
     gradient<HardSwishGradient>,
     unary<Softplus>,
     gradient<SoftplusGradient>},
    {binary<Add>, binary<Sub>, binary<Mul>, binary<Div>, binary<Max>, binary<Min>},
    softmax,
    softmax_gradient,
    layer_normalization,
    layer_normalization_gradient,
    sum_rows,
    sum_columns,
};

}  // namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL
