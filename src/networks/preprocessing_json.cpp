#include "networks/preprocessing_json.hpp"

namespace fovea::networks {

nlohmann::ordered_json to_json(const PreprocessingSpec& spec) {
  auto json = nlohmann::ordered_json::object();
  if (!spec.preset.empty())
    json["preset"] = spec.preset;
  if (spec.resize)
    json["resize"] = *spec.resize;
  if (spec.crop)
    json["crop"] = *spec.crop;
  if (spec.scale)
    json["scale"] = *spec.scale;
  if (!spec.mean.empty())
    json["mean"] = spec.mean;
  if (!spec.std.empty())
    json["std"] = spec.std;
  if (!spec.channel_order.empty())
    json["channel_order"] = spec.channel_order;
  if (!spec.fit.empty())
    json["fit"] = spec.fit;
  return json;
}

PreprocessingSpec read_preprocessing(JsonFields& owner) {
  PreprocessingSpec spec;
  if (owner.is_text("preprocessing")) {
    spec.preset = owner.word_if_given("preprocessing", preprocessing_preset_names());
    return spec;
  }
  auto fields = owner.object_if_given("preprocessing");
  if (!fields)
    return spec;
  spec.preset = fields->word_if_given("preset", preprocessing_preset_names());
  spec.resize = fields->whole_number_if_given("resize", 1, 65536);
  spec.crop = fields->whole_number_if_given("crop", 1, 65536);
  spec.scale = fields->number_if_given("scale");
  spec.mean = fields->numbers_if_given("mean");
  spec.std = fields->numbers_if_given("std");
  spec.channel_order = fields->word_if_given("channel_order", {"rgb", "bgr"});
  spec.fit = fields->word_if_given("fit", fit_names());
  fields->expect_no_others();
  if (const auto fault = spec.fault())
    fields->fail(fault->field, fault->message);
  return spec;
}

}  // namespace fovea::networks
