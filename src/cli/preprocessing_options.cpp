#include "cli/preprocessing_options.hpp"

#include "base/lower_case.hpp"
#include "cli/common.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea::cli {

void PreprocessingOptions::add_to(Command verb) {
  verb.add_option("--preprocess", preset,
                  "convention of the network's input (default: the model file's, else torchvision)")
      .check(one_of(kPreprocessingPresets));
  verb.add_option("--resize", resize, "short side of the photo after resizing, in pixels")
      .check(whole_number(1, 65536));
  verb.add_option("--crop", crop, "side of the centre square that is cut out, in pixels")
      .check(whole_number(1, 65536));
  verb.add_option("--mean", mean, "mean of each channel as red,green,blue (one number: all)").delimiter(',');
  verb.add_option("--std", std, "deviation of each channel as red,green,blue (one number: all)")
      .delimiter(',');
  verb.add_option("--scale", scale, "factor on pixels 0..255 before the mean is taken off");
  verb.add_option("--channel-order", channel_order, "order in which the network takes colours")
      .check(one_of_in_any_case({"rgb", "bgr"}));
}

bool PreprocessingOptions::empty() const {
  return preset.empty() && !resize && !crop && mean.empty() && std.empty() && !scale && channel_order.empty();
}

std::optional<PreprocessingOptions::Fault> PreprocessingOptions::fault() const {
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

void PreprocessingOptions::check() const {
  if (const auto found = fault())
    throw UsageError(fmt::format("--{}: {}", found->field, found->message));
}

namespace {

/// One number stands for all channels.
void override_channels(std::array<double, 4>& channels, const std::vector<double>& values) {
  for (std::size_t c = 0; c < channels.size() && !values.empty(); ++c)
    if (values.size() == 1 || c < values.size())
      channels[c] = values[values.size() == 1 ? 0 : c];
}

}  // namespace

Preprocessing PreprocessingOptions::applied_to(Preprocessing base) const {
  Preprocessing chosen = preset.empty() ? base : preprocessing_preset(preset);
  chosen.resize_short_side = resize.value_or(chosen.resize_short_side);
  chosen.crop = crop.value_or(chosen.crop);
  chosen.scale = scale.value_or(chosen.scale);
  override_channels(chosen.mean, mean);
  override_channels(chosen.std, std);
  if (!channel_order.empty())
    chosen.channel_order = lower_case(channel_order) == "bgr" ? ChannelOrder::BGR : ChannelOrder::RGB;
  return chosen;
}

}  // namespace fovea::cli
