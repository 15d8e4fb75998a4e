#include "report/deconv_pictures.hpp"

#include "fovea/image.hpp"
#include "fovea/segment.hpp"
#include "fovea/tensor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace fovea {
namespace {

constexpr Colour kFrame = {255, 220, 0};
/// Panels of a figure with few pictures and with many, in pixels.
constexpr std::int64_t kLarge = 288, kSmall = 132;
/// Shown where a unit's field leaves the picture: of a photo, of a reconstruction.
constexpr std::uint8_t kOutsidePhoto = 232, kMidGrey = 128;

std::string rule_title(Rule rule) {
  return rule == Rule::Deconvnet ? "DeconvNet" : rule == Rule::Guided ? "Guided" : "Gradient";
}

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
  return to_signed_image(reconstruction.pattern, contrast_level(reconstruction.pattern, display_.percentile),
                         display_.channel_order);
}

Image DeconvPictures::cut(const Reconstruction& reconstruction) const {
  return crop(whole(reconstruction), reconstruction.field);
}

std::string DeconvPictures::rules_text() const {
  return display_.rules.size() > 1 ? "three rules" : rule_title(display_.rules.front());
}

std::string DeconvPictures::caption(const DeconvView& view) const {
  const UnitActivation& strongest = view.first().strongest;
  return display_.layer ? fmt::format("{:.4g} at {},{}", strongest.value, strongest.unit.y, strongest.unit.x)
                        : fmt::format("score {:.2f}", strongest.value);
}

/// A part of the picture, cut to a unit's field, on the field as it is where it does not end at the border,
/// so that all units of a layer look alike, each in the middle.
Image DeconvPictures::framed(const Image& part, const DeconvView& view, std::uint8_t outside) const {
  if (!display_.layer || !display_.layer->field || display_.whole)
    return part;
  const Reconstruction& shown = view.first();
  const auto begin_and_size = [](const FieldAxis& axis, std::int64_t unit, std::int64_t extent) {
    return std::pair{
        static_cast<std::int64_t>(std::ceil(axis.offset + static_cast<double>(unit) * axis.stride)),
        std::min(static_cast<std::int64_t>(axis.size), extent)};
  };
  const auto [top, height] =
      begin_and_size(display_.layer->field->height, shown.strongest.unit.y, shown.seen.height);
  const auto [left, width] =
      begin_and_size(display_.layer->field->width, shown.strongest.unit.x, shown.seen.width);
  Image field = Image::blank(std::max(width, part.width), std::max(height, part.height), 3, outside);
  const std::int64_t x0 = std::clamp<std::int64_t>(shown.field.x - left, 0, field.width - part.width),
                     y0 = std::clamp<std::int64_t>(shown.field.y - top, 0, field.height - part.height);
  for (std::int64_t y = 0; y < part.height; ++y)
    std::copy_n(part.at(0, y), 3 * part.width, field.at(x0, y0 + y));
  return field;
}

nlohmann::ordered_json DeconvPictures::write(const DeconvView& view, const std::string& start) const {
  nlohmann::ordered_json files;
  const auto picture = [&](const std::string& key, const std::string& file, const Image& image) {
    write_png(file, image);
    files[key] = file;
  };
  picture("patch", start + "-patch.png", view.patch());
  const std::vector<Rule>& rules = display_.rules;
  for (std::size_t r = 0; r < rules.size(); ++r) {
    const Reconstruction& reconstruction = view.by_rule[r];
    const std::string key = rules.size() > 1 ? fmt::format("{}_", name_of(rules[r])) : "";
    const std::string name = rules.size() > 1 ? fmt::format("{}-{}", start, name_of(rules[r])) : start;
    picture(key + "reconstruction", name + "-reconstruction.png", cut(reconstruction));
    if (!view.is_whole())
      picture(key + "whole", name + "-whole.png", whole(reconstruction));
    write_npy(name + "-pattern.npy", reconstruction.pattern);
    files[key + "pattern"] = name + "-pattern.npy";
  }
  return files;
}

std::vector<std::string> DeconvPictures::files(const std::string& start) const {
  std::vector<std::string> files = {start + "-patch.png"};
  for (const Rule rule : display_.rules)
    for (const std::string_view ending : std::span(kEndings).subspan(1))
      files.push_back(display_.rules.size() > 1 ? fmt::format("{}-{}{}", start, name_of(rule), ending)
                                                : fmt::format("{}{}", start, ending));
  return files;
}

Figure DeconvPictures::figure_of_one(const DeconvView& view, const std::string& heading) const {
  std::vector<Panel> panels = {{marked(view.first()), "Photo", view.title + ", " + caption(view)}};
  if (view.is_whole())
    panels.front().image = view.first().seen;
  else
    panels.push_back({view.patch(), "Patch", "what the unit sees"});
  const std::vector<Rule>& rules = display_.rules;
  for (std::size_t r = 0; r < rules.size(); ++r)
    panels.push_back({cut(view.by_rule[r]), rule_title(rules[r]), ""});
  const auto columns = static_cast<std::int64_t>(panels.size());
  return {heading, "", std::move(panels), columns, panel_height(view.patch(), kLarge)};
}

Figure DeconvPictures::figure_of_rows(const std::vector<DeconvView>& views,
                                      const std::string& heading) const {
  const std::vector<Rule>& rules = display_.rules;
  std::vector<Panel> panels;
  for (const DeconvView& view : views) {
    panels.push_back({framed(view.patch(), view, kOutsidePhoto), view.title, caption(view)});
    for (std::size_t r = 0; r < rules.size(); ++r)
      panels.push_back({framed(cut(view.by_rule[r]), view, kMidGrey), rule_title(rules[r]), ""});
  }
  const std::int64_t height = panel_height(panels.front().image, kSmall);
  return {heading, "", std::move(panels), static_cast<std::int64_t>(rules.size() + 1), height};
}

Figure DeconvPictures::figure(const std::vector<DeconvView>& views, const std::string& heading) const {
  if (views.size() == 1)
    return figure_of_one(views.front(), heading);
  if (display_.rules.size() > 1)
    return figure_of_rows(views, heading);
  const auto side = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(views.size()))));
  std::vector<Panel> panels;
  for (std::size_t first = 0; first < views.size(); first += side) {
    const std::size_t last = std::min(first + side, views.size());
    for (std::size_t i = first; i < last; ++i)
      panels.push_back(
          {framed(views[i].patch(), views[i], kOutsidePhoto), views[i].title, caption(views[i])});
    panels.resize(panels.size() + first + side - last);
    for (std::size_t i = first; i < last; ++i)
      panels.push_back({framed(cut(views[i].first()), views[i], kMidGrey), "", ""});
  }
  const std::int64_t height = panel_height(panels.front().image, kSmall);
  return {heading, "", std::move(panels), static_cast<std::int64_t>(2 * side), height};
}

nlohmann::ordered_json to_json(const Rect& rect) {
  return {{"x", rect.x}, {"y", rect.y}, {"width", rect.width}, {"height", rect.height}};
}

nlohmann::ordered_json to_json(const UnitActivation& activation) {
  return {{"channel", activation.unit.channel},
          {"y", activation.unit.y},
          {"x", activation.unit.x},
          {"activation", activation.value}};
}

std::string describe(const UnitActivation& activation) {
  return fmt::format("channel {}, row {}, column {}: {:.4g}", activation.unit.channel, activation.unit.y,
                     activation.unit.x, activation.value);
}

}  // namespace fovea
