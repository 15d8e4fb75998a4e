#include "fovea/segment.hpp"

#include "base/check.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <numeric>

namespace fovea {
namespace {

void include(Box& box, std::int64_t x, std::int64_t y) {
  box = {std::min(box.x0, x), std::min(box.y0, y), std::max(box.x1, x + 1), std::max(box.y1, y + 1)};
}

/// Gives all pixels that hang together with (x, y) the label.
Component flood(const Mask& mask, std::int64_t x, std::int64_t y, std::int32_t label,
                Connectivity connectivity, std::vector<std::int32_t>& labels, std::vector<Point>& todo) {
  const auto index = [&](std::int64_t px, std::int64_t py) {
    return static_cast<std::size_t>(py * mask.width + px);
  };
  Component component{0, {x, y, x + 1, y + 1}};
  labels[index(x, y)] = label;
  todo.assign(1, {x, y});
  while (!todo.empty()) {
    const Point p = todo.back();
    todo.pop_back();
    ++component.area;
    include(component.box, p.x, p.y);
    for (std::int64_t qy = std::max<std::int64_t>(p.y - 1, 0); qy <= p.y + 1 && qy < mask.height; ++qy)
      for (std::int64_t qx = std::max<std::int64_t>(p.x - 1, 0); qx <= p.x + 1 && qx < mask.width; ++qx) {
        if (connectivity == Connectivity::Four && qx != p.x && qy != p.y)
          continue;
        const std::size_t q = index(qx, qy);
        if (mask.pixels[q] == 0 || labels[q] != 0)
          continue;
        labels[q] = label;
        todo.push_back({qx, qy});
      }
  }
  return component;
}

/// Numbers the components anew, largest first.
void sort_by_area(Components& found) {
  std::vector<std::int32_t> order(found.components.size());
  std::iota(order.begin(), order.end(), 0);
  const auto area = [&](std::int32_t i) { return found.components[static_cast<std::size_t>(i)].area; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int32_t a, std::int32_t b) { return area(a) > area(b); });
  std::vector<std::int32_t> number(order.size() + 1, 0);
  std::vector<Component> sorted;
  for (const std::int32_t i : order) {
    sorted.push_back(found.components[static_cast<std::size_t>(i)]);
    number[static_cast<std::size_t>(i) + 1] = static_cast<std::int32_t>(sorted.size());
  }
  found.components = std::move(sorted);
  for (std::int32_t& label : found.labels)
    label = number[static_cast<std::size_t>(label)];
}

}  // namespace

Components connected_components(const Mask& mask, Connectivity connectivity) {
  check_mask(mask);
  Components found{mask.width, mask.height, std::vector<std::int32_t>(mask.pixels.size(), 0), {}};
  std::vector<Point> todo;
  for (std::int64_t y = 0; y < mask.height; ++y)
    for (std::int64_t x = 0; x < mask.width; ++x)
      if (mask.at(x, y) && found.labels[static_cast<std::size_t>(y * mask.width + x)] == 0) {
        const auto label = static_cast<std::int32_t>(found.components.size() + 1);
        found.components.push_back(flood(mask, x, y, label, connectivity, found.labels, todo));
      }
  sort_by_area(found);
  return found;
}

Image to_image(const Components& components) {
  Image image = Image::blank(components.width, components.height, 1, 0);
  FOVEA_CHECK(image.pixels.size() == components.labels.size(), "{} labels for {} x {} pixels",
              components.labels.size(), components.width, components.height);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(std::min(components.labels[i], 255));
  return image;
}

Mask component_mask(const Components& components, std::int32_t number) {
  FOVEA_CHECK(number >= 1 && static_cast<std::size_t>(number) <= components.components.size(),
              "there is no component {}: the mask has {}", number, components.components.size());
  Mask mask = Mask::blank(components.width, components.height);
  for (std::size_t i = 0; i < mask.pixels.size(); ++i)
    mask.pixels[i] = components.labels[i] == number ? 1 : 0;
  return mask;
}

Box largest_component_box(const Mask& mask, Connectivity connectivity) {
  const Components found = connected_components(mask, connectivity);
  return found.components.empty() ? Box{} : found.components.front().box;
}

std::vector<Box> component_boxes(const Mask& mask, double min_fraction, Connectivity connectivity) {
  FOVEA_CHECK(min_fraction >= 0 && min_fraction <= 1,
              "a fraction of {} of the largest component: expected 0..1", min_fraction);
  std::vector<Box> boxes;
  const Components found = connected_components(mask, connectivity);
  for (const Component& component : found.components)
    if (static_cast<double>(component.area) >=
        min_fraction * static_cast<double>(found.components.front().area))
      boxes.push_back(component.box);
  return boxes;
}

Box sizeable_components_box(const Mask& mask, double min_fraction, Connectivity connectivity) {
  if (min_fraction == 1)  // of components of one size, the first is the largest
    return largest_component_box(mask, connectivity);
  const std::vector<Box> boxes = component_boxes(mask, min_fraction, connectivity);
  if (boxes.empty())
    return {};
  Box around = boxes.front();
  for (const Box& box : boxes)
    around = {std::min(around.x0, box.x0), std::min(around.y0, box.y0), std::max(around.x1, box.x1),
              std::max(around.y1, box.y1)};
  return around;
}

}  // namespace fovea
