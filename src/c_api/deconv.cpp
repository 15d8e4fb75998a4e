#include "base/check.hpp"
#include "c_api/layers.hpp"
#include "c_api/model.hpp"
#include "c_api/options.hpp"
#include "c_api/pixels.hpp"
#include "c_api/result.hpp"
#include "fovea/features.hpp"
#include "networks/preprocessing_json.hpp"

#include <limits>

namespace fovea::c_api {
namespace {

struct DeconvRequest {
  std::string layer;
  std::optional<std::int64_t> target;
  std::vector<std::int64_t> unit;  ///< a channel, or a channel, a row and a column
  std::int64_t top = 9;
  bool whole = false;
  Rule rule = Rule::Deconvnet;
  double percentile = 99.5;
  PreprocessingSpec preprocessing;
  int threads = 0;
};

/// InputError for options that exclude each other.
void check_together(const JsonFields& fields, const DeconvRequest& request, bool has_top) {
  if (request.layer.empty()) {
    if (!request.unit.empty() || has_top || request.whole)
      fields.fail(!request.unit.empty() ? "unit"
                  : has_top             ? "top"
                                        : "whole",
                  "needs the layer that is meant");
    return;
  }
  if (request.target)
    fields.fail("target", "is for the class score: it does not go with a layer");
  if (!request.unit.empty() && has_top)
    fields.fail("top", "does not go with a unit");
  if (request.unit.size() == 3 && request.whole)
    fields.fail("whole", "is for channels: give the unit as a channel alone");
}

DeconvRequest read_request_of_deconv(const char* options) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  JsonFields fields = read_options(options);
  DeconvRequest request;
  request.layer = fields.text_if_given("layer").value_or("");
  request.target = fields.whole_number_if_given("target", 0, most);
  request.unit = whole_numbers(fields, "unit");
  if (request.unit.size() == 2 || request.unit.size() > 3)
    fields.fail("unit", fmt::format("expected [channel] or [channel, row, column], found {} numbers",
                                    request.unit.size()));
  const std::optional<std::int64_t> top = fields.whole_number_if_given("top", 1, 10000);
  request.top = top.value_or(request.top);
  request.whole = fields.flag_if_given("whole").value_or(false);
  if (const std::string rule = fields.word_if_given("rule", {"gradient", "deconvnet", "guided"});
      !rule.empty())
    request.rule = parse_rule(rule);
  request.percentile = number_within(fields, "percentile", 1, 100).value_or(request.percentile);
  request.preprocessing = networks::read_preprocessing(fields);
  request.threads = static_cast<int>(fields.whole_number_if_given("threads", 0, kMaxThreads).value_or(0));
  fields.expect_no_others();
  check_together(fields, request, top.has_value());
  return request;
}

/// The units or channels that the request asks for, each sent back.
std::vector<Reconstruction> reconstruct_units(LayerExplainer& explainer, const DeconvRequest& request) {
  if (request.unit.size() == 3)
    return {explainer.unit({request.unit[0], request.unit[1], request.unit[2]})};
  std::vector<UnitActivation> strongest;
  if (request.unit.size() == 1)
    strongest.push_back(explainer.strongest(request.unit[0]));
  else
    strongest = explainer.strongest_channels(request.top);
  std::vector<Reconstruction> all;
  for (const UnitActivation& channel : strongest)
    all.push_back(request.whole ? explainer.channel(channel.unit.channel) : explainer.unit(channel.unit));
  return all;
}

void append(std::vector<std::int64_t>& numbers, const Rect& rect) {
  numbers.insert(numbers.end(), {rect.x, rect.y, rect.width, rect.height});
}

void add_reconstructions(fovea_result& out, const std::vector<Reconstruction>& all, const Image& seen,
                         std::int64_t channels, double percentile, ChannelOrder order) {
  const auto count = static_cast<std::int64_t>(all.size());
  Tensor patterns(DType::F32, {count, channels, seen.height, seen.width});
  std::vector<std::uint8_t> pictures;
  std::vector<std::int64_t> units, fields, fields_in_photo;
  std::vector<double> activations;
  auto place = patterns.data<float>().begin();
  for (const Reconstruction& one : all) {
    const auto values = one.pattern.data<float>();
    place = std::copy(values.begin(), values.end(), place);
    const Image picture = to_signed_image(one.pattern, contrast_level(one.pattern, percentile), order);
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
      pictures.insert(pictures.end(), picture.channels == 1 ? 3 : 1, picture.pixels[i]);
    units.insert(units.end(), {one.strongest.unit.channel, one.strongest.unit.y, one.strongest.unit.x});
    activations.push_back(one.strongest.value);
    append(fields, one.field);
    append(fields_in_photo, one.field_in_photo);
  }
  out.add("pattern", patterns);
  out.add("picture", {count, seen.height, seen.width, 3}, std::move(pictures));
  out.add("seen", seen);
  out.add("unit", {count, 3}, std::move(units));
  out.add("activation", {count}, std::move(activations));
  out.add("field", {count, 4}, std::move(fields));
  out.add("field_in_photo", {count, 4}, std::move(fields_in_photo));
}

}  // namespace

LayerInfo layer_with_units(const fovea_model& model, const PreprocessingSpec& preprocessing,
                           const std::string& name) {
  const Network network = model.network(preprocessing, 0, 0);
  LayerInfo layer = find_layer(layers(model.model, network.size.height, network.size.width), name);
  check_has_units(layer);
  return layer;
}

}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_deconv(const fovea_model* model, const fovea_pixels* picture, const char* options,
                          fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    const fovea::Image photo = to_image(not_null(picture, "picture"));
    const DeconvRequest request = read_request_of_deconv(options);
    const fovea::Preprocessing preprocessing = from.preprocessing(request.preprocessing).preprocessing;
    fovea::ProgramOptions program = from.program_options(0, 0, request.threads);
    program.rule = request.rule;
    std::vector<fovea::Reconstruction> all;
    fovea::Image seen;
    if (request.layer.empty()) {
      fovea::Session session(from.program(program));
      FOVEA_CHECK(!request.target || *request.target < session.program().classes(),
                  "class {} is out of range: the model has {} classes", *request.target,
                  session.program().classes());
      all.push_back(fovea::reconstruct_score(session, photo, preprocessing, request.target));
      seen = all.front().seen;
    } else {
      const fovea::LayerInfo layer = layer_with_units(from, request.preprocessing, request.layer);
      if (!request.unit.empty())
        fovea::check_unit(layer, request.unit.size() == 3
                                     ? fovea::Unit{request.unit[0], request.unit[1], request.unit[2]}
                                     : fovea::Unit{request.unit[0], 0, 0});
      program.layer = layer.name;
      fovea::Session session(from.program(program));
      fovea::LayerExplainer explainer(session, layer, photo, preprocessing);
      all = reconstruct_units(explainer, request);
      seen = explainer.seen();
    }
    add_reconstructions(out, all, seen, from.info.channels, request.percentile, preprocessing.channel_order);
    out.add_list("notes", fovea::to_strings(from.program(program)->report().notes));
  });
}
