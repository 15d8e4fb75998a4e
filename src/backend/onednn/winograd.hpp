#pragma once

#include "backend/onednn/winograd_kernels.hpp"

#include <cstdint>
#include <optional>

namespace fovea::backend::onednn_detail {

/// A convolution of 3x3 windows with stride 1, dilation 1 and one group. Pictures lie in memory with the
/// channels last.
struct WinogradConv {
  std::int64_t pictures, height, width, channels;
  std::int64_t out_height, out_width, out_channels;
  std::int64_t pad_top, pad_left;
  bool adds = false;       ///< adds to what is in the destination already
  bool rectifies = false;  ///< negative results become 0
};

/// The tiles by which the convolution is faster than by its definition, of those with the larger sides where
/// there are several; nothing where there are none. Depends on nothing but the geometry of one picture, so
/// that a picture's results are the same in every batch.
std::optional<WinogradTile> winograd_tile(const WinogradConv& conv);

/// Floats of the transformed filters.
std::int64_t winograd_filter_floats(const WinogradConv& conv, WinogradTile tile);

/// Transforms the filters w: [OC, C, 3, 3] for the kernels of this processor: G w G^T, computed in double and
/// rounded, as [n * n, panels, C, panel], the last panel filled up with zeros.
void transform_filters(const WinogradConv& conv, WinogradTile tile, const float* w, float* filters);

/// Floats of scratch memory that `winograd_convolve` needs on so many threads.
std::int64_t winograd_scratch(const WinogradConv& conv, WinogradTile tile, int threads);

/// y = relu(conv(x, w) + bias + y), the last three where they are asked for, on the threads of the run but at
/// most `threads`. x: [N, H, W, C]; `filters`: of transform_filters; `bias`: [OC] or null; y: [N, OH, OW,
/// OC]; `scratch`: of winograd_scratch for as many threads. The same numbers result for any number of
/// threads.
void winograd_convolve(const WinogradConv& conv, WinogradTile tile, int threads, const float* x,
                       const float* filters, const float* bias, float* y, float* scratch);

}  // namespace fovea::backend::onednn_detail
