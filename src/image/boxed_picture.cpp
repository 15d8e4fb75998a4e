#include "image/figure.hpp"
#include "image/pixels.hpp"
#include "image/plot_style.hpp"

#include <algorithm>
#include <iterator>

namespace fovea {
namespace {

constexpr double kLeastWidth = 400, kLineWidth = 2.5, kPadding = 3;
constexpr TextStyle kBoxStyle = {15, Weight::Bold, {255, 255, 255}};

/// White on dark colours, dark grey on bright ones.
Colour ink_on(const Colour& colour) {
  const int luma = 299 * colour[0] + 587 * colour[1] + 114 * colour[2];
  return luma > 150000 ? Colour{25, 25, 25} : Colour{255, 255, 255};
}

void draw_label(Drawing& drawing, const std::string& label, const Colour& colour, double left, double top) {
  DrawnText text{{0, 0}, label, kBoxStyle};
  text.style.colour = ink_on(colour);
  const TextSize size = measure(text);
  const double width = size.width + 2 * kPadding, height = size.height + 2 * kPadding;
  // Above the box where there is room, and always within the picture.
  const double x = std::clamp(left, 0.0, std::max(drawing.width - width, 0.0));
  const double y = top >= height ? top - height : std::min(top, std::max(drawing.height - height, 0.0));
  drawing.marks.push_back(
      DrawnArea{{{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}}, colour});
  text.at = {x + kPadding, y + kPadding};
  drawing.marks.push_back(std::move(text));
}

}  // namespace

Drawing lay_out(const BoxedPicture& picture) {
  check_image(picture.image);
  const double pixels_per_unit = kScreenDpi / kUnitsPerInch;
  const auto width = static_cast<double>(picture.image.width),
             height = static_cast<double>(picture.image.height);
  const double scale = std::max(1 / pixels_per_unit, kLeastWidth / width);
  Drawing drawing;
  drawing.width = width * scale;
  drawing.height = height * scale;
  drawing.title = "Objects found";
  drawing.marks.push_back(DrawnPicture{{0, 0}, drawing.width, drawing.height, picture.image});
  for (std::size_t i = 0; i < picture.boxes.size(); ++i) {
    const RealBox& box = picture.boxes[i].box;
    const double x0 = box.x0 * scale, y0 = box.y0 * scale, x1 = box.x1 * scale, y1 = box.y1 * scale;
    drawing.marks.push_back(DrawnLine{{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}},
                                      kPalette[i % (std::size(kPalette) - 1)],
                                      kLineWidth});
  }
  for (std::size_t i = 0; i < picture.boxes.size(); ++i)
    if (!picture.boxes[i].label.empty())
      draw_label(drawing, picture.boxes[i].label, kPalette[i % (std::size(kPalette) - 1)],
                 picture.boxes[i].box.x0 * scale, picture.boxes[i].box.y0 * scale);
  return drawing;
}

}  // namespace fovea
