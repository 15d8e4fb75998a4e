#pragma once

#include <cstdint>

/// Kernels of float32 for one thread, each compiled for several sets of vector instructions from one source,
/// vector_kernels_body.hpp. Counts are of elements; pointers need no alignment. A result may lie in the
/// memory of an operand of the same shape, element for element. What a result may differ by from the plain
/// kernel's: sums are taken in another order, products and sums are fused, and exp, log, erf and tanh are
/// polynomials that are exact to a few units in the last place.
namespace fovea::backend::onednn_detail {

/// Functions of one element, y = f(a; p, q), or of two, y = f(a, b; p, q) with a the gradient dy.
enum class Curve {
  Erf,
  ErfGradient,  ///< dy, x
  Neg,
  Reciprocal,
  ReciprocalGradient,   ///< dy, y
  SqrtGradient,         ///< dy, y
  HardSigmoid,          ///< p: slope, q: offset
  HardSigmoidGradient,  ///< dy, y; p: slope
  Square,
  Twice,
  Power,                ///< p: the exponent
  PowerBaseDerivative,  ///< p: the exponent
  Abs,
  AbsGradient,  ///< dy, x
  Exp,
  Log,
  Sqrt,
  Relu,
  ReluGradient,       ///< dy, y
  LeakyRelu,          ///< p: the slope below 0
  LeakyReluGradient,  ///< dy, x; p: the slope below 0
  Clip,               ///< p: the lower bound, q: the upper one
  ClipGradient,       ///< dy, x; p: the lower bound, q: the upper one
  Elu,                ///< p: alpha
  EluGradient,        ///< dy, x; p: alpha
  Sigmoid,
  SigmoidGradient,  ///< dy, y
  Tanh,
  TanhGradient,  ///< dy, y
  HardSwish,
  HardSwishGradient,  ///< dy, x
  Softplus,
  SoftplusGradient,  ///< dy, x
  Round,             ///< halves to the even number
  Floor,
  Ceil,
};
inline constexpr int kCurves = 36;

/// Functions of two operands with broadcasting.
enum class Binary {
  Add,
  Sub,
  Mul,
  Div,
  Max,
  Min,
  PRelu,  ///< x, the slope below 0
};
inline constexpr int kBinaries = 7;

/// Functions of three operands with broadcasting.
enum class Ternary {
  PReluGradient,  ///< dy, x, the slope
  MaxGradient,    ///< dy, a, b: the gradient for a
  MinGradient,    ///< dy, a, b: the gradient for a
};
inline constexpr int kTernaries = 3;

/// The window of a local response normalisation along a row, and s = bias + factor * the sum of squares in
/// it, to the power of -beta.
struct ResponseWindow {
  std::int64_t before = 0, after = 0;  ///< elements on both sides of each
  float factor = 0, bias = 0, beta = 0;
};
/// The longest row that has a response_gradient.
inline constexpr std::int64_t kMostResponses = 4096;

struct VectorKernels {
  using CurveKernel = void (*)(const float* a, const float* b, float* y, std::int64_t count, float p,
                               float q);
  /// Elements a[k * a_step] and b[k * b_step].
  using BinaryKernel = void (*)(const float* a, std::int64_t a_step, const float* b, std::int64_t b_step,
                                float* z, std::int64_t count);
  using TernaryKernel = void (*)(const float* a, std::int64_t a_step, const float* b, std::int64_t b_step,
                                 const float* c, std::int64_t c_step, float* z, std::int64_t count);
  CurveKernel curves[kCurves];
  BinaryKernel binaries[kBinaries];
  TernaryKernel ternaries[kTernaries];

  // Rows of `count` elements, one after another; or columns side by side, `width` of them, whose `count`
  // elements are `stride` apart.
  using RowsOfOne = void (*)(const float* x, float* y, std::int64_t rows, std::int64_t count);
  using RowsOfTwo = void (*)(const float* a, const float* b, float* y, std::int64_t rows, std::int64_t count);
  using ColumnsOfOne = void (*)(const float* x, float* y, std::int64_t count, std::int64_t stride,
                                std::int64_t width);
  using ColumnsOfTwo = void (*)(const float* a, const float* b, float* y, std::int64_t count,
                                std::int64_t stride, std::int64_t width);
  RowsOfOne softmax, log_softmax;
  RowsOfTwo softmax_gradient, log_softmax_gradient;  ///< dy, y
  ColumnsOfOne softmax_columns, log_softmax_columns;
  ColumnsOfTwo softmax_gradient_columns, log_softmax_gradient_columns;
  /// `scale` and `bias` may be null.
  void (*layer_normalization)(const float* x, const float* scale, const float* bias, float* y,
                              std::int64_t rows, std::int64_t count, float epsilon);
  void (*layer_normalization_gradient)(const float* dy, const float* x, const float* scale, float* dx,
                                       std::int64_t rows, std::int64_t count, float epsilon);
  /// y[row] = factor * the sum of the row.
  void (*sum_rows)(const float* x, float* y, std::int64_t rows, std::int64_t count, float factor);
  /// y[i] = factor * the sum over k < count of x[k * stride + i], for i < width.
  void (*sum_columns)(const float* x, float* y, std::int64_t count, std::int64_t stride, std::int64_t width,
                      float factor);
  /// y: the largest element of each row or column, NaN where it has one.
  RowsOfOne largest_rows;
  ColumnsOfOne largest_columns;
  /// dx, over the rows or columns: dy where x is y, divided among ties, else 0. One dy and one y for each.
  void (*largest_gradient_rows)(const float* dy, const float* x, const float* y, float* dx, std::int64_t rows,
                                std::int64_t count);
  void (*largest_gradient_columns)(const float* dy, const float* x, const float* y, float* dx,
                                   std::int64_t count, std::int64_t stride, std::int64_t width);
  /// Local response normalisation, y = x * s^-beta, and dx of it; results must not lie in an operand's
  /// memory.
  void (*response)(const float* x, float* y, std::int64_t rows, std::int64_t count,
                   const ResponseWindow& window);
  void (*response_gradient)(const float* dy, const float* x, float* dx, std::int64_t rows, std::int64_t count,
                            const ResponseWindow& window);
};

/// Those for the level that vector_level() gives.
const VectorKernels& vector_kernels();

namespace plain {
extern const VectorKernels kernels;
}
namespace avx2 {
extern const VectorKernels kernels;
}
namespace avx512 {
extern const VectorKernels kernels;
}

}  // namespace fovea::backend::onednn_detail
