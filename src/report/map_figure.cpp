#include "report/map_figure.hpp"

#include "base/check.hpp"
#include "fovea/segment.hpp"
#include "report/map_caption.hpp"
#include "report/photo_region.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// Maps stand side by side, each on the photo below, up to this number; of more, each is shown on the photo
/// alone, in rows of this many.
constexpr std::size_t kMostSideBySide = 7;
constexpr std::int64_t kColumnsOfMany = 6;

std::string view_text(Crops crops, const Image& seen) {
  switch (crops) {
  case Crops::Whole:
    return fmt::format("the whole photo, which the network saw squeezed to {} × {}", seen.width, seen.height);
  case Crops::WholeAndMirror:
    return "mean of the whole photo and its mirror image";
  case Crops::Ten:
    return "mean of ten crops";
  case Crops::One:
    break;
  }
  return {};
}

std::string details_text(const Explanation& result, const MapFigureOptions& options) {
  if (options.is_target)
    return fmt::format("Value {:.4g}{}", result.target.score,
                       options.network.empty() ? "" : ", computed by " + options.network);
  const std::string text = score_text(result.target, options.network);
  return result.against ? text + fmt::format("; explained is its lead over class {}", *result.against) : text;
}

/// What the colours of a diverging map mean.
std::string sign_text(const MapFigureOptions& options) {
  if (!options.box || !options.box->side)
    return "Red raises the score, blue lowers it";
  const BoxSide side = *options.box->side;
  const bool is_x = side == BoxSide::Left || side == BoxSide::Right;
  return fmt::format("Red moves the {} side of the box {}, blue {}", name_of(side),
                     is_x ? "to the right" : "down", is_x ? "to the left" : "up");
}

Image marked(const Image& region, const Explanation& result, const MapFigureOptions& options) {
  return options.box ? mark_box(region, result.region, *options.box) : region;
}

Panel map_panel(const Explanation& result, const Image& region, const MapFigureOptions& options) {
  const std::string& colormap = options.overlay.colormap;
  MethodOptions method_options = options.method_options;
  if (is_diverging(colormap))
    method_options.merge = ChannelMerge::Sum;
  const std::string words = describe_method(result.method, method_options);
  const std::string title(method_info(result.method).title);
  std::string caption = capitalised(words.substr(std::min(words.size(), title.size() + 2)));
  const std::string gamma =
      options.range.gamma == 1 ? "" : fmt::format(", brightness to the power of {:g}", options.range.gamma);
  ColourBar bar{colormap, "", ""};
  if (is_diverging(colormap)) {
    const double level = result.signed_level(options.range);
    const bool is_most = options.range.percentile >= 100;
    bar = {colormap, (is_most ? "" : "≤ ") + number_text(-level), (is_most ? "" : "≥ ") + number_text(level),
           "0"};
    caption += fmt::format(".\n{}. Full colour: the {} of the magnitudes{}", sign_text(options),
                           percentile_text(options.range.percentile), gamma);
  } else {
    const DisplayLevels levels = result.levels(options.range);
    bar = colour_bar(colormap, result.map, levels, options.range.gamma);
    caption += fmt::format(".\nBrightest: the {}{}", percentile_text(options.range.percentile), gamma);
  }
  return {heat_for(region, result, colormap, options.range), title, caption, bar};
}

Panel photo_panel(const Explanation& result, const Image& region, const MapFigureOptions& options) {
  std::string caption = options.photo;
  if (const std::string view = view_text(options.crops, result.seen); !view.empty())
    caption += (caption.empty() ? "" : ", ") + view;
  return {marked(region, result, options), "Photo", caption};
}

Panel input_panel(const Explanation& result) {
  return {result.seen, "Network's input",
          fmt::format("{} × {} pixels", result.seen.width, result.seen.height)};
}

Panel overlay_panel(const Explanation& result, const Image& region, const MapFigureOptions& options,
                    const std::string& title) {
  const std::string caption =
      options.overlay.contours ? "Lines: 25, 50 and 75 % of the blurred map's maximum" : "";
  return {marked(overlay_on_region(region, result, options.overlay, options.range), result, options), title,
          caption};
}

Box frame_within(const RealBox& box, double margin, const Image& picture) {
  const auto pixel = [](double at, std::int64_t most) {
    return std::clamp<std::int64_t>(std::llround(at), 0, most);
  };
  return {pixel(box.x0 - margin, picture.width), pixel(box.y0 - margin, picture.height),
          pixel(box.x1 + margin, picture.width), pixel(box.y1 + margin, picture.height)};
}

/// The strip of a frame along a side.
RealBox strip_of(const RealBox& box, BoxSide side, double half) {
  switch (side) {
  case BoxSide::Left:
    return {box.x0 - half, box.y0, box.x0 + half, box.y1};
  case BoxSide::Top:
    return {box.x0, box.y0 - half, box.x1, box.y0 + half};
  case BoxSide::Right:
    return {box.x1 - half, box.y0, box.x1 + half, box.y1};
  case BoxSide::Bottom:
    break;
  }
  return {box.x0, box.y1 - half, box.x1, box.y1 + half};
}

}  // namespace

Image mark_box(const Image& picture, const Rect& shown, const ExplainedBox& explained) {
  constexpr Colour kDark = {20, 20, 20}, kBright = {90, 255, 90};
  const double x_scale = static_cast<double>(picture.width) / static_cast<double>(shown.width);
  const double y_scale = static_cast<double>(picture.height) / static_cast<double>(shown.height);
  const auto left = static_cast<double>(shown.x), top = static_cast<double>(shown.y);
  const RealBox box{(explained.box.x0 - left) * x_scale, (explained.box.y0 - top) * y_scale,
                    (explained.box.x1 - left) * x_scale, (explained.box.y1 - top) * y_scale};
  // A bright line between dark ones shows on any map.
  const std::int64_t line = std::max<std::int64_t>(std::max(picture.width, picture.height) / 250, 1);
  const auto margin = static_cast<double>(line);
  Image marked = draw_box(picture, frame_within(box, margin, picture), kDark, 3 * line);
  marked = draw_box(marked, frame_within(box, 0, picture), kBright, line);
  if (!explained.side)
    return marked;
  const Box dark = frame_within(strip_of(box, *explained.side, 3 * margin), 0, picture);
  const Box bright = frame_within(strip_of(box, *explained.side, 2 * margin), 0, picture);
  marked = draw_box(marked, dark, kDark, 6 * line + 1);
  return draw_box(marked, bright, kBright, 4 * line + 1);
}

Figure map_figure(std::span<const Explanation> results, const Image& photo, const MapFigureOptions& options) {
  FOVEA_CHECK(!results.empty(), "a figure of maps needs at least one map");
  const Explanation& first = results.front();
  const Image region = region_of(photo, first);
  Figure figure;
  figure.heading = first.label.empty() ? fmt::format("class {}", first.target.index) : first.label;
  figure.details = details_text(first, options);
  figure.panels.push_back(photo_panel(first, region, options));
  if (results.size() == 1) {
    if (options.class_model)
      figure.panels.push_back(*options.class_model);
    figure.panels.push_back(map_panel(first, region, options));
    figure.panels.push_back(overlay_panel(first, region, options, "Map on the photo"));
    return figure;
  }
  if (results.size() > kMostSideBySide) {
    figure.columns = kColumnsOfMany;
    for (const Explanation& result : results)
      figure.panels.push_back(
          overlay_panel(result, region, options, std::string(method_info(result.method).title)));
    return figure;
  }
  for (const Explanation& result : results)
    figure.panels.push_back(map_panel(result, region, options));
  figure.columns = static_cast<std::int64_t>(figure.panels.size());
  figure.panels.push_back(options.class_model ? *options.class_model : input_panel(first));
  for (const Explanation& result : results)
    figure.panels.push_back(overlay_panel(result, region, options, ""));
  return figure;
}

}  // namespace fovea
