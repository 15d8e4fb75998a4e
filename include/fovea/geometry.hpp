#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// Geometry: points and rectangles in a picture's pixels, receptive fields of a layer's units, and the
/// arrangement of a layer's channels and positions in memory.
namespace fovea {

/// A pixel.
struct Point {
  std::int64_t x = 0, y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

/// A rectangle in pixels; its right and bottom edges are exclusive.
struct Rect {
  std::int64_t x = 0, y = 0, width = 0, height = 0;
  friend bool operator==(const Rect&, const Rect&) = default;
};

/// A rectangle of whole pixels [x0,x1) x [y0,y1). Empty when x0 >= x1 or y0 >= y1.
struct Box {
  std::int64_t x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  bool empty() const { return x0 >= x1 || y0 >= y1; }
  std::int64_t area() const { return empty() ? 0 : (x1 - x0) * (y1 - y0); }
  friend bool operator==(const Box&, const Box&) = default;
};

/// A rectangle in a picture's pixels, in continuous coordinates: the picture is [0,width) x [0,height).
struct RealBox {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  bool empty() const { return !(x0 < x1 && y0 < y1); }
  double area() const { return empty() ? 0 : (x1 - x0) * (y1 - y0); }
  friend bool operator==(const RealBox&, const RealBox&) = default;
};

/// A point in the same coordinates as RealBox.
struct RealPoint {
  double x = 0, y = 0;
};

/// The receptive fields of a layer's units along one axis, in pixels of the network's input: unit i depends
/// on no pixel outside offset + i * stride <= p <= offset + i * stride + size - 1. Offsets are negative where
/// fields extend into padding. All three are whole numbers, except behind transposed convolutions and
/// resizes, where they are bounds over all units.
struct FieldAxis {
  double size = 1;
  double stride = 1;
  double offset = 0;
  friend bool operator==(const FieldAxis&, const FieldAxis&) = default;
};

/// The receptive fields of a layer, with the axes of its shape that run along the picture's height and width.
struct ReceptiveField {
  FieldAxis height, width;
  std::int64_t height_axis = 2;
  std::int64_t width_axis = 3;
  friend bool operator==(const ReceptiveField&, const ReceptiveField&) = default;
};

/// The offsets of a layer's elements in memory, by picture, channel, row and column, whatever the order of
/// its axes is: [N,C,H,W], [N,H,W,C], tokens [N,T,C], heads [N,heads,T,C/heads], windows [N*windows,T,C]. The
/// offset of an element is the sum of four offsets, each of which depends on one index.
struct LayerLayout {
  /// True if rows and columns run along the picture's height and width. Without a grid, positions are in one
  /// row (the tokens of a transformer with a class token), or there is only one position ([N,C]).
  bool has_grid = false;
  std::vector<std::int64_t> picture_offsets, channel_offsets, row_offsets, column_offsets;  ///< none is empty
  /// Of positions without a grid: the offsets of those among them that are patches of the picture, by row and
  /// column; row offsets include that of the first patch. Empty if none has a known place.
  std::vector<std::int64_t> patch_row_offsets = {}, patch_column_offsets = {};

  std::int64_t pictures() const { return static_cast<std::int64_t>(picture_offsets.size()); }
  std::int64_t channels() const { return static_cast<std::int64_t>(channel_offsets.size()); }
  std::int64_t height() const { return static_cast<std::int64_t>(row_offsets.size()); }
  std::int64_t width() const { return static_cast<std::int64_t>(column_offsets.size()); }
  std::int64_t positions() const { return height() * width(); }

  /// The layout of the positions that have a place in the picture: of the patches alone where tokens without
  /// one, such as a class token, are among the positions. None if no position has one.
  std::optional<LayerLayout> grid() const;

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

inline std::optional<LayerLayout> LayerLayout::grid() const {
  if (has_grid)
    return *this;
  if (patch_row_offsets.empty())
    return {};
  return LayerLayout{true, picture_offsets, channel_offsets, patch_row_offsets, patch_column_offsets};
}

}  // namespace fovea
