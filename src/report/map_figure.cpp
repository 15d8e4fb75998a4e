#include "report/map_figure.hpp"

#include "base/check.hpp"
#include "report/map_caption.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea {
namespace {

/// A text with its first letter in upper case, if that is one of A to Z.
std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

std::string view_text(Crops crops) {
  switch (crops) {
  case Crops::Whole:
    return "the whole photo, squeezed to the network's size";
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
  const std::string text = score_text(result.target, options.network);
  return result.against ? text + fmt::format("; explained is its lead over class {}", *result.against) : text;
}

Panel map_panel(const Explanation& result, const MapFigureOptions& options) {
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
    bar = {colormap, number_text(-level), number_text(level), "0"};
    caption += fmt::format(".\nRed raises the score, blue lowers it. Full colour: the {} of the magnitudes{}",
                           percentile_text(options.range.percentile), gamma);
  } else {
    const DisplayLevels levels = result.levels(options.range);
    bar = {colormap, number_text(levels.black), number_text(levels.white)};
    caption += fmt::format(".\nBrightest: the {}{}", percentile_text(options.range.percentile), gamma);
  }
  return {result.heat(colormap, options.range), title, caption, bar};
}

Panel photo_panel(const Explanation& result, const MapFigureOptions& options) {
  std::string caption = options.photo;
  if (const std::string view = view_text(options.crops); !view.empty())
    caption += (caption.empty() ? "" : ", ") + view;
  return {result.seen, "Photo", caption};
}

Panel overlay_panel(const Explanation& result, const MapFigureOptions& options, const std::string& title) {
  const std::string caption =
      options.overlay.contours ? "Lines: 25, 50 and 75 % of the blurred map's maximum" : "";
  return {result.overlay(options.overlay, options.range), title, caption};
}

}  // namespace

Figure map_figure(std::span<const Explanation> results, const MapFigureOptions& options) {
  FOVEA_CHECK(!results.empty(), "a figure of maps needs at least one map");
  const Explanation& first = results.front();
  Figure figure;
  figure.heading = first.label.empty() ? fmt::format("class {}", first.target.index) : first.label;
  figure.details = details_text(first, options);
  figure.panels.push_back(photo_panel(first, options));
  if (results.size() == 1) {
    if (options.class_model)
      figure.panels.push_back(*options.class_model);
    figure.panels.push_back(map_panel(first, options));
    figure.panels.push_back(overlay_panel(first, options, "Map on the photo"));
    return figure;
  }
  for (const Explanation& result : results)
    figure.panels.push_back(map_panel(result, options));
  figure.columns = static_cast<std::int64_t>(figure.panels.size());
  figure.panels.push_back(options.class_model ? *options.class_model : Panel{});
  for (const Explanation& result : results)
    figure.panels.push_back(overlay_panel(result, options, ""));
  return figure;
}

}  // namespace fovea
