#pragma once

#include "fovea/program.hpp"

namespace fovea {

/// One picture's part of a layer as channels and positions (LayerTarget says which axes these are).
struct LayerView {
  std::int64_t channels = 0, height = 1, width = 1;
  std::int64_t channel_stride = 1, position_stride = 1;

  std::int64_t positions() const { return height * width; }
  /// Where a value lies in the picture's part; a position is y * width + x.
  std::size_t at(std::int64_t channel, std::int64_t position) const {
    return static_cast<std::size_t>(channel * channel_stride + position * position_stride);
  }
};

/// InputError for a layer that is neither [N,C], [N,T,C] nor [N,C,H,W].
LayerView view_of(const TensorInfo& layer);

}  // namespace fovea
