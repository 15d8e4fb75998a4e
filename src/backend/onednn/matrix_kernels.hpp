#pragma once

#include <cstdint>

namespace fovea::backend::onednn_detail {

/// The kernel of matrix products of float32 for one thread, compiled for several sets of vector instructions
/// from one source, matrix_kernels_body.hpp. The right matrix is cut into panels, each of which holds some
/// columns row by row, so that it is read from front to back.
struct MatrixKernels {
  int panel;  ///< columns of a panel
  int rows;   ///< rows that are computed at once: blocks of a multiple of them leave no register unused

  /// y[r * y_stride + c] = the sum over k < depth of a[r * a_stride + k] * panel[k * columns + c], in this
  /// order, for r < rows and all columns c of the panel. `adds`: to what y holds already.
  void (*multiply)(const float* a, std::int64_t a_stride, std::int64_t rows, const float* panel,
                   std::int64_t depth, float* y, std::int64_t y_stride, bool adds);
};

/// Those for the level that vector_level() gives.
const MatrixKernels& matrix_kernels();

namespace plain {
extern const MatrixKernels matrices;
}
namespace avx2 {
extern const MatrixKernels matrices;
}
namespace avx512 {
extern const MatrixKernels matrices;
}

}  // namespace fovea::backend::onednn_detail
