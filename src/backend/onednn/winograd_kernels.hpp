#pragma once

#include <cstdint>

/// The transformations of a convolution of 3x3 windows and stride 1 by Winograd's minimal filtering (Lavin
/// and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, section 4), in float32 for one
/// thread, each compiled for several sets of vector instructions from one source, winograd_kernels_body.hpp.
///
/// A tile of S x S results is computed from n x n pixels, n = S + 2, by n * n multiplications for each pair
/// of an input and an output channel, where the sums that define it take 9 S * S. The polynomials of tiles of
/// side 2 are evaluated at 0, 1, -1 and infinity; those of side 4 at 0, 5/8, -5/8, 3/2, -3/2 and infinity,
/// whose rounding errors are half as large as those of the customary 0, 1, -1, 2, -2 and infinity.
namespace fovea::backend::onednn_detail {

/// Tiles have one of two sides.
enum class WinogradTile { Two, Four };
inline constexpr int kWinogradTiles = 2;

constexpr int results_of(WinogradTile tile) {
  return tile == WinogradTile::Two ? 2 : 4;
}
constexpr int pixels_of(WinogradTile tile) {
  return results_of(tile) + 2;
}
/// The number of matrix products, n * n.
constexpr int products_of(WinogradTile tile) {
  return pixels_of(tile) * pixels_of(tile);
}
inline constexpr int kMostProducts = 36;

/// Where one tile's results go, and what happens to them on the way: y = relu(result + bias + y).
struct WinogradResults {
  float* y;                     ///< the channels of the first one
  std::int64_t row_step, step;  ///< between rows, and between the pixels of a row, in floats
  int rows, columns;            ///< inside the picture, at most S
  std::uint32_t zeros;  ///< bit S * row + column: the result is known to be zero, whatever rounding says
  bool adds;            ///< to what is there
  bool rectifies;       ///< negative results become 0
};

struct WinogradKernels {
  /// One tile's pixels to one row of each of the n * n matrices: v[k * step + c] for c < channels. `pixels`:
  /// n * n pointers to the channels of one pixel each, row by row.
  void (*transform_pixels[kWinogradTiles])(const float* const* pixels, std::int64_t channels, float* v,
                                           std::int64_t step);
  /// Whether any of the numbers is not zero.
  bool (*is_any)(const float* numbers, std::int64_t count);
  /// One row of each of the n * n products, m[k * step + c] for c < channels, to one tile's results. `bias`
  /// may be null.
  void (*transform_products[kWinogradTiles])(const float* m, std::int64_t step, const float* bias,
                                             std::int64_t channels, const WinogradResults& results);
};

/// Those for the level that vector_level() gives.
const WinogradKernels& winograd_kernels();

namespace plain {
extern const WinogradKernels winograd;
}
namespace avx2 {
extern const WinogradKernels winograd;
}
namespace avx512 {
extern const WinogradKernels winograd;
}

}  // namespace fovea::backend::onednn_detail
