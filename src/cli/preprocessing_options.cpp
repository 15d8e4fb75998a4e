#include "cli/preprocessing_options.hpp"

#include "cli/common.hpp"

#include <fmt/format.h>

namespace fovea::cli {

void add_preprocessing_options(Command verb, PreprocessingSpec& spec) {
  verb.add_option("--preprocess", spec.preset,
                  "convention of the network's input (default: the model file's, else torchvision)")
      .check(one_of(kPreprocessingPresets));
  verb.add_option("--resize", spec.resize, "short side of the photo after resizing, in pixels")
      .check(whole_number(1, 65536));
  verb.add_option("--crop", spec.crop, "side of the centre square that is cut out, in pixels")
      .check(whole_number(1, 65536));
  verb.add_option("--mean", spec.mean, "mean of each channel as red,green,blue (one number: all)")
      .delimiter(',');
  verb.add_option("--std", spec.std, "deviation of each channel as red,green,blue (one number: all)")
      .delimiter(',');
  verb.add_option("--scale", spec.scale, "factor on pixels 0..255 before the mean is taken off");
  verb.add_option("--channel-order", spec.channel_order, "order in which the network takes colours")
      .check(one_of_in_any_case({"rgb", "bgr"}));
}

void check_preprocessing_options(const PreprocessingSpec& spec) {
  if (const auto fault = spec.fault())
    throw UsageError(fmt::format("--{}: {}", fault->field, fault->message));
}

}  // namespace fovea::cli
