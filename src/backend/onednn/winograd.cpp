#include "backend/onednn/winograd.hpp"

#include "backend/onednn/matrix_kernels.hpp"
#include "backend/onednn/parallel.hpp"
#include "base/ceil_div.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <vector>

namespace fovea::backend::onednn_detail {
namespace {

using Count = std::int64_t;

/// The filter transformation's matrix G: [n, 3]. Row j holds 1, p, p^2 of the point p, divided by the product
/// of its differences from the other points; the last row is that of infinity.
std::vector<std::array<double, 3>> filter_matrix(WinogradTile tile) {
  const std::vector<double> points = tile == WinogradTile::Two
                                         ? std::vector<double>{0, 1, -1}
                                         : std::vector<double>{0, 0.625, -0.625, 1.5, -1.5};
  std::vector<std::array<double, 3>> rows;
  for (const double p : points) {
    double product = 1;
    for (const double q : points)
      product *= p == q ? 1 : p - q;
    rows.push_back({1 / product, p / product, p * p / product});
  }
  rows.push_back({0, 0, 1});
  return rows;
}

/// How a convolution is cut up. A block of tiles is transformed, multiplied and transformed back before the
/// next one. Where the matrices of a block of useful size fit into one core's cache, each thread takes blocks
/// of its own; elsewhere all threads share the stages of one block.
struct Blocking {
  Count tile_rows, tile_columns, tiles;  ///< of one picture, of one picture, of all
  Count panels, padded_channels;         ///< of the output
  Count block;                           ///< tiles
  Count floats;                          ///< of scratch memory for a block
  bool is_shared;
};

constexpr Count kOwnFloats = 96 << 10;    ///< of a block that one thread computes
constexpr Count kSharedFloats = 2 << 20;  ///< of a block that all threads share
constexpr Count kDepth = 256;             ///< terms of a sum at once, whose panel fits into the first cache
constexpr Count kLeastOwnTiles = 18;      ///< fewer would load the filters too often

Blocking blocking_of(const WinogradConv& conv, WinogradTile tile, int threads) {
  const MatrixKernels& kernels = matrix_kernels();
  Blocking b{};
  b.tile_rows = ceil_div(conv.out_height, results_of(tile));
  b.tile_columns = ceil_div(conv.out_width, results_of(tile));
  b.tiles = conv.pictures * b.tile_rows * b.tile_columns;
  b.panels = ceil_div(conv.out_channels, kernels.panel);
  b.padded_channels = b.panels * kernels.panel;
  const Count floats = products_of(tile) * (conv.channels + b.padded_channels);
  const Count own = kOwnFloats / floats;
  b.is_shared = own < kLeastOwnTiles || b.tiles < threads * kLeastOwnTiles;
  b.block = b.is_shared ? std::max<Count>(kSharedFloats / floats, kLeastOwnTiles) : own;
  if (b.block > kernels.rows)
    b.block -= b.block % kernels.rows;
  b.block = std::min(b.block, b.tiles);
  b.floats = b.block * (floats + 1);
  return b;
}

/// One run: the operands, and where each stage's matrices lie in a block's part of the scratch memory.
class Run {
public:
  Run(const WinogradConv& conv, WinogradTile tile, int threads, const float* x, const float* filters,
      const float* bias, float* y, float* scratch)
      : conv_(conv), tile_(tile), results_(results_of(tile)), pixels_(pixels_of(tile)),
        products_(products_of(tile)), b_(blocking_of(conv, tile, threads)), x_(x), filters_(filters),
        bias_(bias), y_(y), scratch_(scratch) {}

  void operator()(int threads) {
    std::memset(scratch_, 0, static_cast<std::size_t>(conv_.channels) * sizeof(float));
    if (b_.is_shared)
      return all_shared();
    const Count each = ceil_div(b_.tiles, threads);
    share(b_.tiles, std::max<Count>(each, 1), 1, [&](Count begin, Count end) {
      float* const own = block_memory(begin / each);
      for (Count first = begin; first < end; first += b_.block) {
        const Count count = std::min(b_.block, end - first);
        from_pixels(own, first, 0, count);
        multiply(own, 0, products_ * b_.panels, count);
        to_results(own, first, 0, count);
      }
    });
  }

private:
  /// The scratch memory: zeros for a pixel outside the picture; then for each thread, or once where they
  /// share it, V: [n * n, block, C], M: [n * n, block, padded OC], and for each tile the results that are
  /// zero.
  float* block_memory(Count index) const { return scratch_ + conv_.channels + index * b_.floats; }
  float* product_matrices(float* memory) const { return memory + products_ * b_.block * conv_.channels; }
  std::uint32_t* zero_results(float* memory) const {
    return reinterpret_cast<std::uint32_t*>(product_matrices(memory) +
                                            products_ * b_.block * b_.padded_channels);
  }

  void all_shared() {
    float* const memory = block_memory(0);
    const Count work = std::max<Count>(1, kGrain / (products_ * conv_.channels));
    const Count panel_work = std::max<Count>(1, 4 * kGrain / (b_.block * conv_.channels));
    for (Count first = 0; first < b_.tiles; first += b_.block) {
      const Count count = std::min(b_.block, b_.tiles - first);
      share(count, work, 1, [&](Count begin, Count end) { from_pixels(memory, first, begin, end); });
      share(products_ * b_.panels, panel_work, 1,
            [&](Count begin, Count end) { multiply(memory, begin, end, count); });
      share(count, work, 1, [&](Count begin, Count end) { to_results(memory, first, begin, end); });
    }
  }

  struct Position {
    Count picture, row, column;  ///< of a tile's first result
  };
  Position position_of(Count tile) const {
    const Count of_picture = tile % (b_.tile_rows * b_.tile_columns);
    return {tile / (b_.tile_rows * b_.tile_columns), of_picture / b_.tile_columns * results_,
            of_picture % b_.tile_columns * results_};
  }

  void from_pixels(float* memory, Count first, Count begin, Count end) const {
    const WinogradKernels& kernels = winograd_kernels();
    const float* pixels[kMostProducts];
    for (Count t = begin; t < end; ++t) {
      const Position at = position_of(first + t);
      std::uint64_t nonzero = 0;
      for (Count i = 0; i < products_; ++i) {
        const Count row = at.row - conv_.pad_top + i / pixels_,
                    column = at.column - conv_.pad_left + i % pixels_;
        const bool is_inside = row >= 0 && row < conv_.height && column >= 0 && column < conv_.width;
        pixels[i] = is_inside
                        ? x_ + ((at.picture * conv_.height + row) * conv_.width + column) * conv_.channels
                        : scratch_;
        if (is_inside && kernels.is_any(pixels[i], conv_.channels))
          nonzero |= std::uint64_t{1} << i;
      }
      zero_results(memory)[t] = zeros_among(nonzero);
      kernels.transform_pixels[static_cast<int>(tile_)](pixels, conv_.channels, memory + t * conv_.channels,
                                                        b_.block * conv_.channels);
    }
  }

  /// The results of a tile whose windows hold nothing but zeros, by the pixels that are not zero. They must
  /// be zero themselves, which rounding errors of the transformations would not leave: masks of ReLU hang on
  /// that, and pixels that have no influence at all.
  std::uint32_t zeros_among(std::uint64_t nonzero) const {
    if (nonzero == (std::uint64_t{1} << products_) - 1)
      return 0;
    const std::uint64_t window = 7 | 7ULL << pixels_ | 7ULL << 2 * pixels_;
    std::uint32_t zeros = 0;
    for (Count i = 0; i < results_ * results_; ++i)
      if ((nonzero & window << (i / results_ * pixels_ + i % results_)) == 0)
        zeros |= std::uint32_t{1} << i;
    return zeros;
  }

  /// Items are the panels of the first product, of the second, and so on.
  void multiply(float* memory, Count begin, Count end, Count count) const {
    const MatrixKernels& kernels = matrix_kernels();
    const float* const v = memory;
    float* const m = product_matrices(memory);
    for (Count item = begin; item < end; ++item) {
      const Count product = item / b_.panels, panel = item % b_.panels;
      for (Count k = 0; k < conv_.channels; k += kDepth)
        kernels.multiply(
            v + product * b_.block * conv_.channels + k, conv_.channels, count,
            filters_ + (item * conv_.channels + k) * kernels.panel, std::min(kDepth, conv_.channels - k),
            m + product * b_.block * b_.padded_channels + panel * kernels.panel, b_.padded_channels, k > 0);
    }
  }

  void to_results(float* memory, Count first, Count begin, Count end) const {
    const float* const m = product_matrices(memory);
    const Count row_step = conv_.out_width * conv_.out_channels;
    for (Count t = begin; t < end; ++t) {
      const Position at = position_of(first + t);
      const WinogradResults to = {y_ + (at.picture * conv_.out_height + at.row) * row_step +
                                      at.column * conv_.out_channels,
                                  row_step,
                                  conv_.out_channels,
                                  static_cast<int>(std::min(results_, conv_.out_height - at.row)),
                                  static_cast<int>(std::min(results_, conv_.out_width - at.column)),
                                  zero_results(memory)[t],
                                  conv_.adds,
                                  conv_.rectifies};
      winograd_kernels().transform_products[static_cast<int>(tile_)](
          m + t * b_.padded_channels, b_.block * b_.padded_channels, bias_, conv_.out_channels, to);
    }
  }

  const WinogradConv& conv_;
  WinogradTile tile_;
  Count results_, pixels_, products_;
  Blocking b_;
  const float* x_;
  const float* filters_;
  const float* bias_;
  float* y_;
  float* scratch_;
};

}  // namespace

// Measured by bench/winograd_floor on an AMD Zen 3 against oneDNN's direct convolution. Large tiles need a
// few dozen of them, since each block of tiles reads filters that are 36 / 9 times as large as the weights.
std::optional<WinogradTile> winograd_tile(const WinogradConv& conv) {
  constexpr Count kLeastChannels = 16, kLeastPixels = 7 * 7, kLeastLargeTiles = 7 * 7,
                  kLeastLargeFilters = 2048;
  if (conv.channels < kLeastChannels || conv.out_channels < kLeastChannels ||
      conv.out_height * conv.out_width < kLeastPixels)
    return std::nullopt;
  const Count side = results_of(WinogradTile::Four);
  const Count large_tiles = ceil_div(conv.out_height, side) * ceil_div(conv.out_width, side);
  return large_tiles >= kLeastLargeTiles && conv.channels * conv.out_channels >= kLeastLargeFilters
             ? WinogradTile::Four
             : WinogradTile::Two;
}

std::int64_t winograd_filter_floats(const WinogradConv& conv, WinogradTile tile) {
  const Count panel = matrix_kernels().panel;
  return products_of(tile) * ceil_div(conv.out_channels, panel) * panel * conv.channels;
}

void transform_filters(const WinogradConv& conv, WinogradTile tile, const float* w, float* filters) {
  const Count panel = matrix_kernels().panel, n = pixels_of(tile);
  const Count items = ceil_div(conv.out_channels, panel) * conv.channels;
  const auto g = filter_matrix(tile);
  const auto transform = [&](const double* filter, float* to) {
    double half[6][3];
    for (Count i = 0; i < n; ++i)
      for (Count j = 0; j < 3; ++j)
        half[i][j] = g[i][0] * filter[j] + g[i][1] * filter[3 + j] + g[i][2] * filter[6 + j];
    for (Count i = 0; i < n; ++i)
      for (Count j = 0; j < n; ++j)
        to[(i * n + j) * items * panel] =
            static_cast<float>(half[i][0] * g[j][0] + half[i][1] * g[j][1] + half[i][2] * g[j][2]);
  };
  share(items, 64, 1, [&](Count begin, Count end) {
    for (Count item = begin; item < end; ++item)
      for (Count lane = 0; lane < panel; ++lane) {
        const Count output = item / conv.channels * panel + lane, channel = item % conv.channels;
        double filter[9] = {};
        if (output < conv.out_channels)
          std::copy_n(w + (output * conv.channels + channel) * 9, 9, filter);
        transform(filter, filters + item * panel + lane);
      }
  });
}

std::int64_t winograd_scratch(const WinogradConv& conv, WinogradTile tile, int threads) {
  const Blocking b = blocking_of(conv, tile, threads);
  return conv.channels + b.floats * (b.is_shared ? 1 : threads);
}

void winograd_convolve(const WinogradConv& conv, WinogradTile tile, int threads, const float* x,
                       const float* filters, const float* bias, float* y, float* scratch) {
  Run(conv, tile, threads, x, filters, bias, y, scratch)(threads);
}

}  // namespace fovea::backend::onednn_detail
