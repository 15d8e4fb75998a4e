#include "cli/preprocessing_json.hpp"

namespace fovea::cli {

nlohmann::ordered_json to_json(const PreprocessingOptions& options) {
  auto json = nlohmann::ordered_json::object();
  if (!options.preset.empty())
    json["preset"] = options.preset;
  if (options.resize)
    json["resize"] = *options.resize;
  if (options.crop)
    json["crop"] = *options.crop;
  if (options.scale)
    json["scale"] = *options.scale;
  if (!options.mean.empty())
    json["mean"] = options.mean;
  if (!options.std.empty())
    json["std"] = options.std;
  if (!options.channel_order.empty())
    json["channel_order"] = options.channel_order;
  return json;
}

PreprocessingOptions read_preprocessing(JsonFields& owner) {
  PreprocessingOptions options;
  auto fields = owner.object_if_given("preprocessing");
  if (!fields)
    return options;
  options.preset = fields->word_if_given("preset", kPreprocessingPresets);
  options.resize = fields->whole_number_if_given("resize", 1, 65536);
  options.crop = fields->whole_number_if_given("crop", 1, 65536);
  options.scale = fields->number_if_given("scale");
  options.mean = fields->numbers_if_given("mean");
  options.std = fields->numbers_if_given("std");
  options.channel_order = fields->word_if_given("channel_order", {"rgb", "bgr"});
  fields->expect_no_others();
  if (const auto fault = options.fault())
    fields->fail(fault->field, fault->message);
  return options;
}

}  // namespace fovea::cli
