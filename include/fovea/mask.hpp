#pragma once

#include "fovea/image.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace fovea {

/// A set of pixels: 1 in it, 0 not, rows from the top: pixels[y * width + x].
struct Mask {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<std::uint8_t> pixels;

  /// InputError when a side is below 1 or the mask larger than kMaxImagePixels.
  static Mask blank(std::int64_t width, std::int64_t height, std::uint8_t value = 0);
  std::uint8_t& at(std::int64_t x, std::int64_t y) { return pixels[static_cast<std::size_t>(y * width + x)]; }
  std::uint8_t at(std::int64_t x, std::int64_t y) const {
    return pixels[static_cast<std::size_t>(y * width + x)];
  }
  /// Number of pixels in the mask.
  std::int64_t area() const;
  friend bool operator==(const Mask&, const Mask&) = default;
};

/// A rectangle of whole pixels [x0,x1) x [y0,y1). Empty when x0 >= x1 or y0 >= y1.
struct Box {
  std::int64_t x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  bool empty() const { return x0 >= x1 || y0 >= y1; }
  std::int64_t area() const { return empty() ? 0 : (x1 - x0) * (y1 - y0); }
  friend bool operator==(const Box&, const Box&) = default;
};

/// Area of the intersection over area of the union, 0..1; 0 when both are empty.
double intersection_over_union(const Box& a, const Box& b);
/// The same for masks. InputError when their sizes differ.
double intersection_over_union(const Mask& a, const Mask& b);

/// `{"x0":1,"y0":2,"x1":30,"y1":40}`
std::string to_json(const Box& box);
/// The column names of `to_csv`: "x0,y0,x1,y1".
std::string box_csv_header();
/// "1,2,30,40"
std::string to_csv(const Box& box);

using Colour = std::array<std::uint8_t, 3>;  ///< red, green, blue

/// The mask as a grey picture: 255 in it, 0 outside.
Image mask_image(const Mask& mask);
/// The pixels of a grey or RGB picture whose luma is at least 128. What `mask_image` shows, read back.
Mask mask_from_image(const Image& image);

/// The photo in RGB with the mask's outline: the mask's pixels that have a 4-neighbour outside it or lie at
/// the picture's border, `thickness` pixels inwards. InputError for other sizes or a thickness below 1.
Image draw_contour(const Image& photo, const Mask& mask, const Colour& colour, std::int64_t thickness = 2);
/// The photo in RGB, its pixels outside the mask grey and darkened.
Image cut_out(const Image& photo, const Mask& mask);
/// The photo in RGB with the frame of the box, `thickness` pixels inwards. Parts outside the photo and empty
/// boxes are not drawn. InputError for a thickness below 1.
Image draw_box(const Image& photo, const Box& box, const Colour& colour, std::int64_t thickness = 2);

}  // namespace fovea
