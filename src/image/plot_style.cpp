#include "image/plot_style.hpp"

namespace fovea {

DrawnText label_at(DrawnPoint at, const std::string& text, const TextStyle& style, Anchor anchor,
                   double width) {
  return {at, text, style, anchor, width, width > 0 ? kMostLabelLines : 0};
}

double add_text(Drawing& drawing, DrawnText text) {
  if (text.text.empty())
    return text.at.y;
  const double bottom = text.at.y + measure(text).height;
  drawing.marks.push_back(std::move(text));
  return bottom;
}

void add_centred(Drawing& drawing, DrawnText text) {
  text.at.y -= measure(text).height / 2;
  add_text(drawing, std::move(text));
}

}  // namespace fovea
