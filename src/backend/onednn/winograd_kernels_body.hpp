#pragma once

// The kernels of winograd_kernels.hpp in namespace FOVEA_VECTOR_LEVEL, under the rules of
// vector_kernels_body.hpp.
#include "backend/onednn/vector_type.hpp"
#include "backend/onednn/winograd_kernels.hpp"

namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL {
namespace {

/// B^T and A^T along one axis for tiles of side 2. `pixels` takes and gives elements that lie `step` apart;
/// `results` takes them one after another and gives them `step` apart.
struct Two {
  static constexpr int kResults = 2, kPixels = 4;
  template <class V>
  static void pixels(const V* from, V* to, int step) {
    const V d0 = from[0], d1 = from[step], d2 = from[2 * step], d3 = from[3 * step];
    to[0] = d2 - d0;
    to[step] = d1 + d2;
    to[2 * step] = d2 - d1;
    to[3 * step] = d3 - d1;
  }
  template <class V>
  static void results(const V* from, V* to, int step) {
    to[0] = from[0] + from[1] + from[2];
    to[step] = from[1] - from[2] + from[3];
  }
};

/// The same for tiles of side 4.
struct Four {
  static constexpr int kResults = 4, kPixels = 6;
  static constexpr float kA = 0.625F, kB = 1.5F;  ///< the points are 0, +-a, +-b and infinity
  static constexpr float kA2 = kA * kA, kB2 = kB * kB, kSum = kA2 + kB2, kProduct = kA2 * kB2;
  template <class V>
  static void pixels(const V* from, V* to, int step) {
    const V d0 = from[0], d1 = from[step], d2 = from[2 * step], d3 = from[3 * step], d4 = from[4 * step],
            d5 = from[5 * step];
    const V even_a = d4 - kB2 * d2, odd_a = kA * (d3 - kB2 * d1);
    const V even_b = d4 - kA2 * d2, odd_b = kB * (d3 - kA2 * d1);
    to[0] = d4 - kSum * d2 + kProduct * d0;
    to[step] = even_a + odd_a;
    to[2 * step] = even_a - odd_a;
    to[3 * step] = even_b + odd_b;
    to[4 * step] = even_b - odd_b;
    to[5 * step] = d5 - kSum * d3 + kProduct * d1;
  }
  template <class V>
  static void results(const V* from, V* to, int step) {
    const V a_sum = from[1] + from[2], a_difference = from[1] - from[2];
    const V b_sum = from[3] + from[4], b_difference = from[3] - from[4];
    to[0] = from[0] + a_sum + b_sum;
    to[step] = kA * a_difference + kB * b_difference;
    to[2 * step] = kA2 * a_sum + kB2 * b_sum;
    to[3 * step] = (kA2 * kA) * a_difference + (kB2 * kB) * b_difference + from[5];
  }
};

template <class Tile, class V>
inline void transform_pixels_at(const float* const* pixels, Count c, float* v, Count step) {
  constexpr int n = Tile::kPixels;
  V d[n * n], half[n * n];
  for (int i = 0; i < n * n; ++i)
    d[i] = load<V>(pixels[i] + c);
  for (int column = 0; column < n; ++column)
    Tile::pixels(d + column, half + column, n);
  for (int row = 0; row < n; ++row) {
    V whole[n];
    Tile::pixels(half + row * n, whole, 1);
    for (int column = 0; column < n; ++column)
      store<V>(v + (row * n + column) * step + c, whole[column]);
  }
}

template <class Tile>
void transform_pixels(const float* const* pixels, Count channels, float* v, Count step) {
  Count c = 0;
  for (; c + kFloats <= channels; c += kFloats)
    transform_pixels_at<Tile, Vector>(pixels, c, v, step);
  for (; c < channels; ++c)
    transform_pixels_at<Tile, float>(pixels, c, v, step);
}

/// Looks at eight at a time, as integers without their signs: most pixels have a number among the first.
bool is_any(const float* numbers, Count count) {
  constexpr std::uint64_t kSize = 0x7FFFFFFF7FFFFFFF;
  Count i = 0;
  for (; i + 8 <= count; i += 8) {
    std::uint64_t bits[4];
    __builtin_memcpy(bits, numbers + i, sizeof bits);
    if (((bits[0] | bits[1] | bits[2] | bits[3]) & kSize) != 0)
      return true;
  }
  for (; i < count; ++i)
    if (numbers[i] != 0.0F)
      return true;
  return false;
}

inline float positive(float x) {
  return x < 0.0F ? 0.0F : x;
}
inline Vector positive(Vector x) {
  return x < 0.0F ? Vector{} : x;
}

template <class Tile, class V>
inline void transform_products_at(const float* m, Count step, const float* bias, Count c,
                                  const WinogradResults& to) {
  constexpr int n = Tile::kPixels, s = Tile::kResults;
  V half[s * n];
  for (int column = 0; column < n; ++column) {
    V products[n];
    for (int row = 0; row < n; ++row)
      products[row] = load<V>(m + (row * n + column) * step + c);
    Tile::results(products, half + column, n);
  }
  const V offset = bias ? load<V>(bias + c) : V{};
  for (int row = 0; row < to.rows; ++row) {
    V sums[s];
    Tile::results(half + row * n, sums, 1);
    float* y = to.y + row * to.row_step + c;
    for (int column = 0; column < to.columns; ++column, y += to.step) {
      V value = (to.zeros >> (row * s + column) & 1) != 0 ? offset : sums[column] + offset;
      if (to.adds)
        value += load<V>(y);
      store<V>(y, to.rectifies ? positive(value) : value);
    }
  }
}

template <class Tile>
void transform_products(const float* m, Count step, const float* bias, Count channels,
                        const WinogradResults& to) {
  Count c = 0;
  for (; c + kFloats <= channels; c += kFloats)
    transform_products_at<Tile, Vector>(m, step, bias, c, to);
  for (; c < channels; ++c)
    transform_products_at<Tile, float>(m, step, bias, c, to);
}

}  // namespace

const WinogradKernels winograd = {{transform_pixels<Two>, transform_pixels<Four>},
                                  is_any,
                                  {transform_products<Two>, transform_products<Four>}};

}  // namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL
