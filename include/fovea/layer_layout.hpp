#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fovea {

/// Where the elements of a layer's value lie in memory, by picture, channel, row and column, whatever the
/// order of its axes is: [N,C,H,W], [N,H,W,C], tokens [N,T,C], heads [N,heads,T,C/heads], windows
/// [N*windows,T,C]. An element's place is the sum of four offsets, each of which depends on one of its
/// indices.
struct LayerLayout {
  /// Rows and columns run along the picture's height and width. Without a grid, positions are in one row with
  /// no known place in the picture (the tokens of a transformer among which is a class token), or there is
  /// one position only ([N,C]).
  bool has_grid = false;
  std::vector<std::int64_t> picture_offsets, channel_offsets, row_offsets, column_offsets;  ///< none is empty

  std::int64_t pictures() const { return static_cast<std::int64_t>(picture_offsets.size()); }
  std::int64_t channels() const { return static_cast<std::int64_t>(channel_offsets.size()); }
  std::int64_t height() const { return static_cast<std::int64_t>(row_offsets.size()); }
  std::int64_t width() const { return static_cast<std::int64_t>(column_offsets.size()); }
  std::int64_t positions() const { return height() * width(); }

  /// The index of an element in the value's row-major data. Positions count along rows: y * width + x.
  std::size_t at(std::int64_t picture, std::int64_t channel, std::int64_t y, std::int64_t x) const {
    return static_cast<std::size_t>(picture_offsets[static_cast<std::size_t>(picture)] +
                                    channel_offsets[static_cast<std::size_t>(channel)] +
                                    row_offsets[static_cast<std::size_t>(y)] +
                                    column_offsets[static_cast<std::size_t>(x)]);
  }
  std::size_t at(std::int64_t picture, std::int64_t channel, std::int64_t position) const {
    return at(picture, channel, position / width(), position % width());
  }

  friend bool operator==(const LayerLayout&, const LayerLayout&) = default;
};

}  // namespace fovea
