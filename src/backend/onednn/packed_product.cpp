#include "backend/onednn/packed_product.hpp"

#include "backend/onednn/matrix_kernels.hpp"
#include "backend/onednn/parallel.hpp"

#include <cstring>

namespace fovea::backend::onednn_detail {
namespace {

using Count = std::int64_t;

constexpr Count kDepth = 384;             ///< terms of a sum at once, whose panel fits into the first cache
constexpr Count kSmallMatrix = 64 << 10;  ///< floats of a right matrix that stays in the second cache
constexpr Count kSmallBlock = 24 << 10;   ///< floats of rows that stay there beside it
constexpr Count kLargeBlock = 192;        ///< rows of which a part of kDepth stays there

/// One thread's share, by blocks of rows.
void multiply_part(const PackedProduct& p, Count block, Count first_row, Count last_row, Count first_panel,
                   Count last_panel, const float* a, const float* panels, float* y) {
  const MatrixKernels& kernels = matrix_kernels();
  for (Count row = first_row; row < last_row; row += block) {
    const Count rows = std::min(block, last_row - row);
    for (Count k = 0; k < p.depth; k += kDepth)
      for (Count panel = first_panel; panel < last_panel; ++panel)
        kernels.multiply(a + row * p.depth + k, p.depth, rows, panels + (panel * p.depth + k) * kernels.panel,
                         std::min(kDepth, p.depth - k), y + row * p.columns + panel * kernels.panel,
                         p.columns, k > 0);
  }
}

}  // namespace

bool is_packable(const PackedProduct& product) {
  const MatrixKernels& kernels = matrix_kernels();
  return product.depth > 0 && product.rows >= 2 * kernels.rows && product.columns % kernels.panel == 0;
}

void pack_panels(const PackedProduct& product, const float* values, std::int64_t row_step,
                 std::int64_t column_step, float* panels) {
  // Several panels at once, so that a row of large weights is read by whole cache lines one after another.
  constexpr Count kTogether = 8;
  const Count panel = matrix_kernels().panel, count = product.columns / panel;
  share(count, kTogether, kTogether, [&](Count begin, Count end) {
    for (Count first = begin; first < end; first += kTogether)
      for (Count k = 0; k < product.depth; ++k)
        for (Count item = first; item < std::min(first + kTogether, end); ++item) {
          const float* const from = values + k * row_step + item * panel * column_step;
          float* const to = panels + (item * product.depth + k) * panel;
          if (column_step == 1)
            std::memcpy(to, from, static_cast<std::size_t>(panel) * sizeof(float));
          else
            for (Count lane = 0; lane < panel; ++lane)
              to[lane] = from[lane * column_step];
        }
  });
}

void multiply_packed(const PackedProduct& product, const float* a, const float* panels, float* y) {
  const Count panel_count = product.columns / matrix_kernels().panel, step = matrix_kernels().rows;
  if (product.depth * product.columns <= kSmallMatrix) {
    const Count block = std::max<Count>(kSmallBlock / product.depth / step, 2) * step;
    return share(product.rows, 2 * step, step, [&](Count begin, Count end) {
      multiply_part(product, block, begin, end, 0, panel_count, a, panels, y);
    });
  }
  share(panel_count, 1, 1, [&](Count begin, Count end) {
    multiply_part(product, kLargeBlock, 0, product.rows, begin, end, a, panels, y);
  });
}

}  // namespace fovea::backend::onednn_detail
