#include "image/figure.hpp"
#include "image/pixels.hpp"
#include "image/plot_style.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace fovea {
namespace {

constexpr double kLeastWidth = 400, kLineWidth = 2.5, kPadding = 3;
constexpr TextStyle kBoxStyle = {15, Weight::Bold, {255, 255, 255}};

/// White on dark colours, dark grey on bright ones.
Colour ink_on(const Colour& colour) {
  const int luma = 299 * colour[0] + 587 * colour[1] + 114 * colour[2];
  return luma > 150000 ? Colour{25, 25, 25} : Colour{255, 255, 255};
}

double area_of_both(const RealBox& a, const RealBox& b) {
  return std::max(std::min(a.x1, b.x1) - std::max(a.x0, b.x0), 0.0) *
         std::max(std::min(a.y1, b.y1) - std::max(a.y0, b.y0), 0.0);
}

/// Where the label of a box lies: above it, inside, below or at the right, the first of these places within
/// the picture where no other label is, or else the one that shares the least area with others.
RealBox place_label(const Drawing& drawing, const RealBox& box, const TextSize& size,
                    const std::vector<RealBox>& others) {
  const double most_x = std::max(drawing.width - size.width, 0.0),
               most_y = std::max(drawing.height - size.height, 0.0);
  RealBox best;
  double least = std::numeric_limits<double>::infinity();
  for (const double left : {box.x0, box.x1 - size.width, box.x1})
    for (const double top : {box.y0 - size.height, box.y0, box.y1, box.y1 - size.height}) {
      const double x = std::clamp(left, 0.0, most_x), y = std::clamp(top, 0.0, most_y);
      const RealBox place{x, y, x + size.width, y + size.height};
      double shared = 0;
      for (const RealBox& other : others)
        shared += area_of_both(place, other);
      // A place that leaves the picture is worse than one beside it.
      if (shared == 0 && y == top)
        return place;
      if (shared < least) {
        least = shared;
        best = place;
      }
    }
  return best;
}

/// The label, whose last word stays whole (the score); what is too wide before it ends in an ellipsis.
DrawnText label_within(const std::string& label, double most_width) {
  DrawnText text{{0, 0}, label, kBoxStyle};
  const std::size_t space = label.rfind("  ");
  const std::string last = space == std::string::npos ? "" : label.substr(space);
  std::string start = label.substr(0, label.size() - last.size());
  while (!start.empty() && measure(text).width > most_width) {
    // A character of UTF-8 ends with bytes 10xxxxxx after its first.
    while (start.size() > 1 && (static_cast<unsigned char>(start.back()) & 0xC0) == 0x80)
      start.pop_back();
    start.pop_back();
    while (!start.empty() && start.back() == ' ')
      start.pop_back();
    text.text = start + "…" + last;
  }
  return text;
}

void draw_label(Drawing& drawing, DrawnText text, const Colour& colour, const RealBox& place) {
  text.style.colour = ink_on(colour);
  drawing.marks.push_back(DrawnArea{
      {{place.x0, place.y0}, {place.x1, place.y0}, {place.x1, place.y1}, {place.x0, place.y1}}, colour});
  text.at = {place.x0 + kPadding, place.y0 + kPadding};
  drawing.marks.push_back(std::move(text));
}

const Colour& colour_of(std::size_t box) {
  return kPalette[box % (std::size(kPalette) - 1)];
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
  std::vector<RealBox> boxes;
  for (const LabelledBox& one : picture.boxes)
    boxes.push_back({one.box.x0 * scale, one.box.y0 * scale, one.box.x1 * scale, one.box.y1 * scale});
  // The first boxes are the most important: they lie on top, and their labels choose their places first.
  for (std::size_t i = boxes.size(); i-- > 0;) {
    const auto& [x0, y0, x1, y1] = boxes[i];
    drawing.marks.push_back(
        DrawnLine{{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}}, colour_of(i), kLineWidth});
  }
  std::vector<DrawnText> labels;
  std::vector<RealBox> places;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    labels.push_back(label_within(picture.boxes[i].label, drawing.width - 2 * kPadding));
    const TextSize size = measure(labels.back());
    places.push_back(labels.back().text.empty()
                         ? RealBox{}
                         : place_label(drawing, boxes[i],
                                       {size.width + 2 * kPadding, size.height + 2 * kPadding}, places));
  }
  for (std::size_t i = boxes.size(); i-- > 0;)
    if (!labels[i].text.empty())
      draw_label(drawing, std::move(labels[i]), colour_of(i), places[i]);
  return drawing;
}

}  // namespace fovea
