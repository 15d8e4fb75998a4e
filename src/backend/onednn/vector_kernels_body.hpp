#pragma once

// The kernels of vector_kernels.hpp in namespace FOVEA_VECTOR_LEVEL, for files that compile them with the
// options of one set of instructions each. Nothing here may call an inline function of another header: the
// linker would keep one copy of it for the whole program, perhaps one of these files'. Loops are plain, for
// the compiler to make vector instructions of.
#include "backend/onednn/vector_curves_body.hpp"
#include "backend/onednn/vector_kernels.hpp"
#include "backend/onednn/vector_rows_body.hpp"
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
struct PRelu {
  static float of(float x, float slope) { return x < 0.0F ? slope * x : x; }
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

struct PReluGradient {
  static float of(float dy, float x, float slope) { return x > 0.0F ? dy : dy * slope; }
};
struct MaxGradient {
  static float of(float dy, float a, float b) { return a > b ? dy : a == b ? dy * 0.5F : 0.0F; }
};
struct MinGradient {
  static float of(float dy, float a, float b) { return a < b ? dy : a == b ? dy * 0.5F : 0.0F; }
};

template <class F>
void ternary(const float* a, Count a_step, const float* b, Count b_step, const float* c, Count c_step,
             float* z, Count count) {
  if (a_step == 1 && b_step == 1 && c_step == 1) {
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      z[i] = F::of(a[i], b[i], c[i]);
  } else if (a_step == 1 && b_step == 1 && c_step == 0) {
    const float third = *c;
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      z[i] = F::of(a[i], b[i], third);
  } else if (a_step == 1 && b_step == 0 && c_step == 1) {
    const float second = *b;
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      z[i] = F::of(a[i], second, c[i]);
  } else {
    for (Count i = 0; i < count; ++i)
      z[i] = F::of(a[i * a_step], b[i * b_step], c[i * c_step]);
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
     gradient<SoftplusGradient>,
     unary<Round>,
     unary<Floor>,
     unary<Ceil>},
    {binary<Add>, binary<Sub>, binary<Mul>, binary<Div>, binary<Max>, binary<Min>, binary<PRelu>},
    {ternary<PReluGradient>, ternary<MaxGradient>, ternary<MinGradient>},
    softmax,
    log_softmax,
    softmax_gradient,
    log_softmax_gradient,
    softmax_columns<false>,
    softmax_columns<true>,
    softmax_gradient_columns<false>,
    softmax_gradient_columns<true>,
    layer_normalization,
    layer_normalization_gradient,
    sum_rows,
    sum_columns,
    largest_rows,
    largest_columns,
    largest_gradient_rows,
    largest_gradient_columns,
    response,
    response_gradient,
};

}  // namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL
