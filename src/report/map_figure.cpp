#include "report/map_figure.hpp"

#include "base/check.hpp"
#include "report/map_caption.hpp"
#include "report/photo_region.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea {
namespace {

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
    caption += fmt::format(".\nRed raises the score, blue lowers it. Full colour: the {} of the magnitudes{}",
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
  return {region, "Photo", caption};
}

Panel input_panel(const Explanation& result) {
  return {result.seen, "Network's input",
          fmt::format("{} × {} pixels", result.seen.width, result.seen.height)};
}

Panel overlay_panel(const Explanation& result, const Image& region, const MapFigureOptions& options,
                    const std::string& title) {
  const std::string caption =
      options.overlay.contours ? "Lines: 25, 50 and 75 % of the blurred map's maximum" : "";
  return {overlay_on_region(region, result, options.overlay, options.range), title, caption};
}

}  // namespace

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
  for (const Explanation& result : results)
    figure.panels.push_back(map_panel(result, region, options));
  figure.columns = static_cast<std::int64_t>(figure.panels.size());
  figure.panels.push_back(options.class_model ? *options.class_model : input_panel(first));
  for (const Explanation& result : results)
    figure.panels.push_back(overlay_panel(result, region, options, ""));
  return figure;
}

}  // namespace fovea
