#pragma once

// The functions of rows and columns of elements for vector_kernels_body.hpp, in namespace FOVEA_VECTOR_LEVEL
// and under the same rules.
#include "backend/onednn/vector_curves_body.hpp"
#include "backend/onednn/vector_kernels.hpp"
#include "backend/onednn/vector_type.hpp"

namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL {
namespace {

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

void log_softmax(const float* x, float* y, Count rows, Count count) {
  for (Count row = 0; row < rows; ++row, x += count, y += count) {
    const float largest = largest_of(x, count);
    const float sum = sum_of(count, [=](Count i) { return exponential(x[i] - largest); });
    const float log = logarithm(sum);
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      y[i] = x[i] - largest - log;
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

void log_softmax_gradient(const float* dy, const float* y, float* dx, Count rows, Count count) {
  for (Count row = 0; row < rows; ++row, dy += count, y += count, dx += count) {
    const float sum = sum_of(count, [=](Count i) { return dy[i]; });
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      dx[i] = dy[i] - exponential(y[i]) * sum;
  }
}

/// Columns that are worked on together.
constexpr Count kBlock = 256;

/// Calls f(first, size) for every block of columns.
template <class F>
inline void for_each_block(Count width, const F& f) {
  for (Count first = 0; first < width; first += kBlock)
    f(first, width - first < kBlock ? width - first : kBlock);
}

template <bool is_logarithm>
void softmax_columns(const float* x_begin, float* y_begin, Count count, Count stride, Count width) {
  for_each_block(width, [=](Count first, Count size) {
    const float* x = x_begin + first;
    float* y = y_begin + first;
    float largest[kBlock], sums[kBlock] = {};
    for (Count i = 0; i < size; ++i)
      largest[i] = -__builtin_inff();
    for (Count k = 0; k < count; ++k)
#pragma omp simd
      for (Count i = 0; i < size; ++i)
        largest[i] = x[k * stride + i] > largest[i] ? x[k * stride + i] : largest[i];
    for (Count k = 0; k < count; ++k)
#pragma omp simd
      for (Count i = 0; i < size; ++i) {
        const float term = exponential(x[k * stride + i] - largest[i]);
        sums[i] += term;
        if (!is_logarithm)
          y[k * stride + i] = term;
      }
    if (is_logarithm) {
#pragma omp simd
      for (Count i = 0; i < size; ++i)
        sums[i] = logarithm(sums[i]);
    }
    for (Count k = 0; k < count; ++k)
#pragma omp simd
      for (Count i = 0; i < size; ++i)
        y[k * stride + i] =
            is_logarithm ? x[k * stride + i] - largest[i] - sums[i] : y[k * stride + i] / sums[i];
  });
}

template <bool is_logarithm>
void softmax_gradient_columns(const float* dy_begin, const float* y_begin, float* dx_begin, Count count,
                              Count stride, Count width) {
  for_each_block(width, [=](Count first, Count size) {
    const float *dy = dy_begin + first, *y = y_begin + first;
    float* dx = dx_begin + first;
    float sums[kBlock] = {};
    for (Count k = 0; k < count; ++k)
#pragma omp simd
      for (Count i = 0; i < size; ++i)
        sums[i] += is_logarithm ? dy[k * stride + i] : dy[k * stride + i] * y[k * stride + i];
    for (Count k = 0; k < count; ++k)
#pragma omp simd
      for (Count i = 0; i < size; ++i) {
        const float gradient = dy[k * stride + i], value = y[k * stride + i];
        dx[k * stride + i] =
            is_logarithm ? gradient - exponential(value) * sums[i] : value * (gradient - sums[i]);
      }
  });
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
  for_each_block(width, [=](Count first, Count size) {
    float sums[kBlock] = {};
    for (Count k = 0; k < count; ++k) {
      const float* row = x + k * stride + first;
#pragma omp simd
      for (Count i = 0; i < size; ++i)
        sums[i] += row[i];
    }
    for (Count i = 0; i < size; ++i)
      y[first + i] = factor * sums[i];
  });
}

/// A NaN, once there, stays.
inline float larger(float a, float b) {
  return b > a || b != b ? b : a;
}

void largest_rows(const float* x, float* y, Count rows, Count count) {
  constexpr Count kLanes = 32;
  for (Count row = 0; row < rows; ++row, x += count) {
    float partial[kLanes];
    for (Count lane = 0; lane < kLanes; ++lane)
      partial[lane] = -__builtin_inff();
    Count i = 0;
    for (; i + kLanes <= count; i += kLanes)
#pragma omp simd
      for (Count lane = 0; lane < kLanes; ++lane)
        partial[lane] = larger(partial[lane], x[i + lane]);
    float largest = -__builtin_inff();
    for (Count lane = 0; lane < kLanes; ++lane)
      largest = larger(largest, partial[lane]);
    for (; i < count; ++i)
      largest = larger(largest, x[i]);
    y[row] = largest;
  }
}

void largest_columns(const float* x, float* y, Count count, Count stride, Count width) {
  for_each_block(width, [=](Count first, Count size) {
    float* largest = y + first;
    for (Count i = 0; i < size; ++i)
      largest[i] = -__builtin_inff();
    for (Count k = 0; k < count; ++k) {
      const float* row = x + k * stride + first;
#pragma omp simd
      for (Count i = 0; i < size; ++i)
        largest[i] = larger(largest[i], row[i]);
    }
  });
}

void largest_gradient_rows(const float* dy, const float* x, const float* y, float* dx, Count rows,
                           Count count) {
  for (Count row = 0; row < rows; ++row, x += count, dx += count) {
    const float largest = y[row];
    const float ties = sum_of(count, [=](Count i) { return x[i] == largest ? 1.0F : 0.0F; });
    const float share = dy[row] / ties;
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      dx[i] = x[i] == largest ? share : 0.0F;
  }
}

void largest_gradient_columns(const float* dy, const float* x, const float* y, float* dx, Count count,
                              Count stride, Count width) {
  for_each_block(width, [=](Count first, Count size) {
    float ties[kBlock] = {};
    const float* largest = y + first;
    for (Count k = 0; k < count; ++k)
#pragma omp simd
      for (Count i = 0; i < size; ++i)
        ties[i] += x[k * stride + first + i] == largest[i] ? 1.0F : 0.0F;
#pragma omp simd
    for (Count i = 0; i < size; ++i)
      ties[i] = dy[first + i] / ties[i];
    for (Count k = 0; k < count; ++k)
#pragma omp simd
      for (Count i = 0; i < size; ++i)
        dx[k * stride + first + i] = x[k * stride + first + i] == largest[i] ? ties[i] : 0.0F;
  });
}

/// sums[i] += the sum of term(k) over i - before <= k <= i + after within the row.
template <class Term>
inline void sum_windows(float* sums, Count count, Count before, Count after, const Term& term) {
  for (Count shift = -before; shift <= after; ++shift) {
    const Count begin = shift < 0 ? -shift : 0, end = shift > 0 ? count - shift : count;
#pragma omp simd
    for (Count i = begin; i < end; ++i)
      sums[i] += term(i + shift);
  }
}

inline float power(float base, float exponent) {
  return exponential(exponent * logarithm(base));
}

void response(const float* x, float* y, Count rows, Count count, const ResponseWindow& w) {
  for (Count row = 0; row < rows; ++row, x += count, y += count) {
    for (Count i = 0; i < count; ++i)
      y[i] = 0;
    sum_windows(y, count, w.before, w.after, [=](Count k) { return x[k] * x[k]; });
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      y[i] = x[i] * power(w.bias + w.factor * y[i], -w.beta);
  }
}

// With y[c] = x[c] s[c]^-beta: dx[i] = dy[i] s[i]^-beta - 2 factor beta x[i] * the sum of
// dy[c] x[c] s[c]^(-beta - 1) over all c whose window holds i, which are i - after <= c <= i + before.
void response_gradient(const float* dy, const float* x, float* dx, Count rows, Count count,
                       const ResponseWindow& w) {
  float terms[kMostResponses], sums[kMostResponses];
  for (Count row = 0; row < rows; ++row, dy += count, x += count, dx += count) {
    for (Count i = 0; i < count; ++i)
      dx[i] = sums[i] = 0;
    sum_windows(dx, count, w.before, w.after, [=](Count k) { return x[k] * x[k]; });
#pragma omp simd
    for (Count i = 0; i < count; ++i) {
      const float s = w.bias + w.factor * dx[i];
      dx[i] = dy[i] * power(s, -w.beta);
      terms[i] = dx[i] * x[i] / s;
    }
    sum_windows(sums, count, w.after, w.before, [&terms](Count k) { return terms[k]; });
#pragma omp simd
    for (Count i = 0; i < count; ++i)
      dx[i] -= 2.0F * w.factor * w.beta * x[i] * sums[i];
  }
}

}  // namespace
}  // namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL
