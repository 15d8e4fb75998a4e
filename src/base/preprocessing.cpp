#include "fovea/preprocessing.hpp"

#include "base/closest_names.hpp"
#include "base/enum_names.hpp"
#include "base/lower_case.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace fovea {
namespace {

constexpr EnumNames<ChannelOrder, 2> kChannelOrders = {
    {{ChannelOrder::RGB, "rgb"}, {ChannelOrder::BGR, "bgr"}}};

constexpr EnumNames<Fit, 4> kFits = {{{Fit::Crop, "crop"},
                                      {Fit::Squeeze, "squeeze"},
                                      {Fit::Letterbox, "letterbox"},
                                      {Fit::LetterboxCorner, "letterbox-corner"}}};

struct Preset {
  std::string_view name;
  Preprocessing preprocessing;
};

constexpr std::array<Preset, 4> kPresets = {{
    {"torchvision", {.mean = {0.485, 0.456, 0.406, 0}, .std = {0.229, 0.224, 0.225, 1}}},
    {"caffe", {.scale = 1, .mean = {123, 117, 104, 0}, .channel_order = ChannelOrder::BGR}},
    {"tf", {.scale = 1 / 127.5, .mean = {1, 1, 1, 1}}},
    {"none", {}},
}};

}  // namespace

std::string_view name_of(ChannelOrder order) {
  return enum_name(kChannelOrders, order);
}

ChannelOrder parse_channel_order(std::string_view name) {
  return enum_value(kChannelOrders, "channel order", lower_case(std::string(name)));
}

std::string_view name_of(Fit fit) {
  return enum_name(kFits, fit);
}

Fit parse_fit(std::string_view name) {
  return enum_value(kFits, "fit", name);
}

std::vector<std::string> fit_names() {
  return all_names(kFits);
}

std::string describe(const Preprocessing& preprocessing) {
  const Preprocessing& p = preprocessing;
  const std::string resize = p.fit != Fit::Crop        ? std::string(name_of(p.fit))
                             : p.resize_short_side > 0 ? fmt::format("short side {}", p.resize_short_side)
                                                       : "short side size * 256/224";
  return fmt::format("{}, scale {:.6g}, mean {:.4g}, std {:.4g}, {}", resize, p.scale,
                     fmt::join(p.mean.begin(), p.mean.begin() + 3, ","),
                     fmt::join(p.std.begin(), p.std.begin() + 3, ","),
                     p.channel_order == ChannelOrder::RGB ? "RGB" : "BGR");
}

Preprocessing preprocessing_preset(std::string_view name) {
  const auto found = std::find_if(kPresets.begin(), kPresets.end(),
                                  [&](const Preset& preset) { return preset.name == name; });
  if (found == kPresets.end())
    throw InputError(unknown_name("preprocessing", name, preprocessing_preset_names()));
  return found->preprocessing;
}

std::vector<std::string> preprocessing_preset_names() {
  std::vector<std::string> names;
  for (const Preset& preset : kPresets)
    names.emplace_back(preset.name);
  return names;
}

bool PreprocessingSpec::empty() const {
  return preset.empty() && !resize && !crop && mean.empty() && std.empty() && !scale &&
         channel_order.empty() && fit.empty();
}

std::optional<PreprocessingSpec::Fault> PreprocessingSpec::fault() const {
  auto finite = [](double value) { return std::isfinite(value); };
  auto positive = [](double value) { return value > 0 && std::isfinite(value); };
  for (const auto& [field, values] : {std::pair{"mean", &mean}, std::pair{"std", &std}})
    if (!values->empty() && values->size() != 1 && values->size() != 3 && values->size() != 4)
      return Fault{field, fmt::format("expected 1, 3 or 4 numbers, found {}", values->size())};
  if (!std::all_of(mean.begin(), mean.end(), finite))
    return Fault{"mean", "means must be finite"};
  if (!std::all_of(std.begin(), std.end(), positive))
    return Fault{"std", "deviations must be positive"};
  if (scale && !positive(*scale))
    return Fault{"scale", "the scale must be positive"};
  return {};
}

namespace {

/// One number stands for all channels.
void override_channels(std::array<double, 4>& channels, const std::vector<double>& values) {
  for (std::size_t c = 0; c < channels.size() && !values.empty(); ++c)
    if (values.size() == 1 || c < values.size())
      channels[c] = values[values.size() == 1 ? 0 : c];
}

}  // namespace

Preprocessing PreprocessingSpec::applied_to(Preprocessing base) const {
  Preprocessing chosen = preset.empty() ? base : preprocessing_preset(preset);
  chosen.resize_short_side = resize.value_or(chosen.resize_short_side);
  chosen.crop = crop.value_or(chosen.crop);
  chosen.scale = scale.value_or(chosen.scale);
  override_channels(chosen.mean, mean);
  override_channels(chosen.std, std);
  if (!channel_order.empty())
    chosen.channel_order = parse_channel_order(channel_order);
  if (!fit.empty())
    chosen.fit = parse_fit(fit);
  return chosen;
}

}  // namespace fovea
