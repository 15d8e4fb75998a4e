#include "cli/deconv.hpp"
#include "fovea/display.hpp"
#include "fovea/mask.hpp"
#include "fovea/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea::cli {
namespace {

constexpr Colour kFrame = {255, 220, 0};
/// Panels of a figure with few pictures and with many, in pixels.
constexpr std::int64_t kLarge = 288, kSmall = 132;

/// About as high as wanted and a whole multiple of the patch's height, so that its pixels stay sharp.
std::int64_t panel_height(const Image& patch, std::int64_t wanted) {
  const std::int64_t times = std::max<std::int64_t>((wanted + patch.height / 2) / patch.height, 1);
  return std::clamp<std::int64_t>(patch.height * times, wanted * 2 / 3, wanted * 3 / 2);
}

/// The photo with a frame around the part that is reconstructed from.
Image marked(const Reconstruction& reconstruction) {
  const Rect& field = reconstruction.field;
  return draw_box(reconstruction.seen, {field.x, field.y, field.x + field.width, field.y + field.height},
                  kFrame, std::max<std::int64_t>(reconstruction.seen.height / 110, 1));
}

}  // namespace

bool DeconvView::is_whole() const {
  return first().field == Rect{0, 0, first().seen.width, first().seen.height};
}

Image DeconvPictures::whole(const Reconstruction& reconstruction) const {
  return to_signed_picture(reconstruction.pattern,
                           contrast_level(reconstruction.pattern, arguments_.percentile),
                           loaded_.preprocessing.channel_order);
}

Image DeconvPictures::cut(const Reconstruction& reconstruction) const {
  return crop(whole(reconstruction), reconstruction.field);
}

std::string DeconvPictures::title(const DeconvView& view) const {
  const Unit& unit = view.first().strongest.unit;
  if (arguments_.layer.empty())
    return short_name(loaded_.labels, unit.channel);
  return fmt::format("Channel {}", unit.channel);
}

std::string DeconvPictures::caption(const DeconvView& view) const {
  const Activation& strongest = view.first().strongest;
  if (arguments_.layer.empty())
    return fmt::format("score {:.2f}", strongest.value);
  return fmt::format("{:.3g} at {},{}", strongest.value, strongest.unit.y, strongest.unit.x);
}

nlohmann::ordered_json DeconvPictures::write(const DeconvView& view, const std::string& start) const {
  nlohmann::ordered_json files;
  const auto picture = [&](const std::string& key, const std::string& file, const Image& image) {
    write_png(file, image);
    files[key] = file;
  };
  picture("patch", start + "-patch.png", view.patch());
  const std::vector<std::string> rules = arguments_.rules();
  for (std::size_t r = 0; r < rules.size(); ++r) {
    const Reconstruction& reconstruction = view.by_rule[r];
    const std::string key = rules.size() > 1 ? rules[r] + "_" : "";
    const std::string name = rules.size() > 1 ? fmt::format("{}-{}", start, rules[r]) : start;
    picture(key + "reconstruction", name + "-reconstruction.png", cut(reconstruction));
    if (!view.is_whole())
      picture(key + "whole", name + "-whole.png", whole(reconstruction));
    write_npy(name + "-pattern.npy", reconstruction.pattern);
    files[key + "pattern"] = name + "-pattern.npy";
  }
  return files;
}

Image DeconvPictures::figure_of_one(const DeconvView& view, const std::string& heading) const {
  std::vector<Panel> panels = {{marked(view.first()), "Photo", ""}};
  if (view.is_whole())
    panels.front().image = view.first().seen;
  else
    panels.push_back({view.patch(), "Patch", "what the unit sees"});
  panels.front().caption = fmt::format("{}, {}", title(view), caption(view));
  const std::vector<std::string> rules = arguments_.rules();
  for (std::size_t r = 0; r < rules.size(); ++r)
    panels.push_back({cut(view.by_rule[r]), rules.size() > 1 ? rules[r] : "Reconstruction",
                      rules.size() > 1 ? "" : rules[r]});
  return make_figure(panels, heading, static_cast<std::int64_t>(panels.size()),
                     panel_height(view.patch(), kLarge));
}

Image DeconvPictures::figure_of_rows(const std::vector<DeconvView>& views, const std::string& heading) const {
  const std::vector<std::string> rules = arguments_.rules();
  std::vector<Panel> panels;
  for (const DeconvView& view : views) {
    panels.push_back({view.patch(), title(view), caption(view)});
    for (std::size_t r = 0; r < rules.size(); ++r)
      panels.push_back({cut(view.by_rule[r]), rules[r], ""});
  }
  return make_figure(panels, heading, static_cast<std::int64_t>(rules.size() + 1),
                     panel_height(views.front().patch(), kSmall));
}

Image DeconvPictures::figure(const std::vector<DeconvView>& views, const std::string& heading) const {
  if (views.size() == 1)
    return figure_of_one(views.front(), heading);
  if (arguments_.compare)
    return figure_of_rows(views, heading);
  const auto side = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(views.size()))));
  std::vector<Panel> panels;
  for (std::size_t first = 0; first < views.size(); first += side) {
    for (std::size_t i = first; i < first + side; ++i)
      panels.push_back(i < views.size() ? Panel{views[i].patch(), title(views[i]), caption(views[i])}
                                        : Panel{});
    for (std::size_t i = first; i < std::min(first + side, views.size()); ++i)
      panels.push_back({cut(views[i].first()), title(views[i]), ""});
  }
  return make_figure(panels, heading, static_cast<std::int64_t>(2 * side),
                     panel_height(views.front().patch(), kSmall));
}

nlohmann::ordered_json to_json(const Rect& rect) {
  return {{"x", rect.x}, {"y", rect.y}, {"width", rect.width}, {"height", rect.height}};
}

nlohmann::ordered_json to_json(const Activation& activation) {
  return {{"channel", activation.unit.channel},
          {"y", activation.unit.y},
          {"x", activation.unit.x},
          {"activation", activation.value}};
}

std::string describe(const Activation& activation) {
  return fmt::format("channel {}, row {}, column {}: {:.4g}", activation.unit.channel, activation.unit.y,
                     activation.unit.x, activation.value);
}

}  // namespace fovea::cli
