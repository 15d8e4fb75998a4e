#pragma once

// The kernels of matrix_kernels.hpp in namespace FOVEA_VECTOR_LEVEL, under the rules of
// vector_kernels_body.hpp. FOVEA_MULTIPLY_ROWS is the number of rows whose sums, two vectors each, fit into
// the registers.
#include "backend/onednn/matrix_kernels.hpp"
#include "backend/onednn/vector_type.hpp"

namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL {
namespace {

constexpr Count kPanel = 2 * kFloats;
constexpr int kRows = FOVEA_MULTIPLY_ROWS;

/// `Rows` rows of one panel, their sums in registers.
template <int Rows>
void multiply_rows(const float* a, Count a_stride, const float* panel, Count depth, float* y, Count y_stride,
                   bool adds) {
  Vector sums[Rows][2] = {};
  if (adds)
#pragma GCC unroll 16
    for (int row = 0; row < Rows; ++row) {
      sums[row][0] = load<Vector>(y + row * y_stride);
      sums[row][1] = load<Vector>(y + row * y_stride + kFloats);
    }
  for (Count k = 0; k < depth; ++k, panel += kPanel) {
    const Vector left = load<Vector>(panel), right = load<Vector>(panel + kFloats);
#pragma GCC unroll 16
    for (int row = 0; row < Rows; ++row) {
      const float factor = a[row * a_stride + k];
      sums[row][0] += factor * left;
      sums[row][1] += factor * right;
    }
  }
#pragma GCC unroll 16
  for (int row = 0; row < Rows; ++row) {
    store<Vector>(y + row * y_stride, sums[row][0]);
    store<Vector>(y + row * y_stride + kFloats, sums[row][1]);
  }
}

/// `multiply_rows<Rows>` for a number of rows that is known at run time, at most Most.
template <int Most>
void multiply_some(Count rows, const float* a, Count a_stride, const float* panel, Count depth, float* y,
                   Count y_stride, bool adds) {
  if (rows == Most)
    return multiply_rows<Most>(a, a_stride, panel, depth, y, y_stride, adds);
  if constexpr (Most > 1)
    multiply_some<Most - 1>(rows, a, a_stride, panel, depth, y, y_stride, adds);
}

/// In groups of nearly equal size: 7 rows as 4 and 3, not as 6 and 1.
void multiply(const float* a, Count a_stride, Count rows, const float* panel, Count depth, float* y,
              Count y_stride, bool adds) {
  for (Count groups = (rows + kRows - 1) / kRows; groups > 0; --groups) {
    const Count some = (rows + groups - 1) / groups;
    multiply_some<kRows>(some, a, a_stride, panel, depth, y, y_stride, adds);
    a += some * a_stride;
    y += some * y_stride;
    rows -= some;
  }
}

}  // namespace

const MatrixKernels matrices = {static_cast<int>(kPanel), kRows, multiply};

}  // namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL
