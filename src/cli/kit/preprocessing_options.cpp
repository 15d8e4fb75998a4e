#include "cli/kit/preprocessing_options.hpp"

#include "cli/kit/usage_error.hpp"
#include "cli/kit/user_settings.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace fovea::cli {

void add_preprocessing_options(Command verb, PreprocessingSpec& spec) {
  verb = verb.in_group("Preprocessing");
  verb.add_option("--preprocess", spec.preset,
                  "convention of the network's input (default: the model file's own, then what is known of a "
                  "named network, otherwise torchvision)")
      .check(one_of(preprocessing_preset_names()));
  verb.add_option(
          "--resize", spec.resize,
          "short side of the photo after resizing, in pixels (default: the network's size times 256/224)")
      .check(whole_number(1, 65536));
  verb.add_option("--crop", spec.crop,
                  "side of the square cut from the photo's centre, in pixels (default: the network's size)")
      .check(whole_number(1, 65536));
  verb.add_option(
          "--fit", spec.fit,
          "how the photo is brought to the network's size: crop, the middle of the resized photo; squeeze, "
          "all of it, out of proportion; letterbox, all of it in proportion with grey margins on both "
          "sides; letterbox-corner, at the upper left (default: crop, or what the network's kind takes)")
      .check(one_of(fit_names()));
  verb.add_option("--mean", spec.mean, "mean of each channel, as R,G,B; one number stands for all")
      .delimiter(',');
  verb.add_option("--std", spec.std,
                  "standard deviation of each channel, as R,G,B; one number stands for all")
      .delimiter(',');
  verb.add_option("--scale", spec.scale, "factor on pixels 0..255, applied before the mean is subtracted");
  verb.add_option("--channel-order", spec.channel_order, "order in which the network takes colour channels")
      .check(one_of_in_any_case({"rgb", "bgr"}));
}

std::optional<UserSetting> user_preset(const PreprocessingSpec& given) {
  auto setting = given.preset.empty() ? user_setting("preprocess") : std::nullopt;
  if (!setting)
    return {};
  const std::vector<std::string> names = preprocessing_preset_names();
  if (std::find(names.begin(), names.end(), setting->value) == names.end())
    throw InputError(fmt::format("expected one of {}, found '{}'", fmt::join(names, ", "), setting->value),
                     setting->origin);
  return setting;
}

void check_preprocessing_options(const PreprocessingSpec& spec) {
  if (const auto fault = spec.fault())
    throw UsageError(fmt::format("--{}: {}", fault->field, fault->message));
}

}  // namespace fovea::cli
