#include "studio/all_routes.hpp"

#include "base/check.hpp"
#include "report/deconv_pictures.hpp"
#include "report/option_fields.hpp"
#include "studio/cached.hpp"
#include "studio/inside_requests.hpp"
#include "studio/layer_looks.hpp"
#include "studio/patches.hpp"
#include "studio/request_fields.hpp"

#include <algorithm>
#include <limits>

namespace fovea::studio {
namespace {

constexpr std::int64_t kMostIndex = std::numeric_limits<std::int32_t>::max();

std::string key_of(const char* kind, const LayerRequest& asked) {
  return fmt::format("{}|{}|{}|{}|{}", kind, asked.model->id, asked.model->key(), asked.photo.id,
                     asked.layer);
}

/// The layer's activations, computed in the lane of short work.
std::shared_ptr<const LayerLook> look_in_lane(Studio& studio, const LayerRequest& asked,
                                              const std::stop_token& gone) {
  const std::string key = key_of("asked-look", asked);
  return studio.results()
      .get<LayerLook>(key, {&studio.interactive(), gone},
                      [&studio, asked](const std::stop_token& stop) {
                        return Sized<LayerLook>{
                            layer_look(studio, asked.model, asked.photo, asked.layer, stop), kNotKept};
                      })
      .value;
}

Response units(Studio& studio, const Request& request) {
  JsonFields fields = request.query_fields();
  const LayerRequest asked = read_layer_request(studio, fields);
  const std::optional<double> x = number_within(fields, "x", 0, kMostIndex),
                              y = number_within(fields, "y", 0, kMostIndex);
  const std::int64_t top = fields.whole_number_if_given("top", 1, 100000).value_or(12);
  fields.expect_no_others();
  if (x.has_value() != y.has_value())
    fields.fail(x ? "y" : "x", "is missing: a place has both");
  const std::string key =
      fmt::format("{}|{}|{}|{}", key_of("units", asked), x.value_or(-1), y.value_or(-1), top);
  return answer_by_key(studio, request, key, [&] {
    const auto look = look_in_lane(studio, asked, request.gone);
    const std::optional<Unit> place = x ? std::optional(look->unit_at(*x, *y)) : std::nullopt;
    nlohmann::ordered_json json = {
        {"grid", {{"height", look->layer.layout->height()}, {"width", look->layer.layout->width()}}},
        {"place", nullptr},
        {"channels", nlohmann::ordered_json::array()}};
    if (place)
      json["place"] = {
          {"row", place->y}, {"column", place->x}, {"field", rect_json(look->field_of(place->y, place->x))}};
    for (const UnitActivation& one : look->top_channels(top, place))
      json["channels"].push_back({{"channel", one.unit.channel},
                                  {"row", one.unit.y},
                                  {"column", one.unit.x},
                                  {"value", one.value},
                                  {"field", rect_json(look->field_of(one.unit.y, one.unit.x))}});
    return Response::json(json);
  });
}

Response activation(Studio& studio, const Request& request) {
  JsonFields fields = request.query_fields();
  const LayerRequest asked = read_layer_request(studio, fields);
  const std::int64_t channel = fields.whole_number("channel", 0, kMostIndex);
  fields.word_if_given("format", {"f32"});
  fields.expect_no_others();
  return answer_by_key(studio, request, fmt::format("{}|{}", key_of("activation", asked), channel), [&] {
    const auto look = look_in_lane(studio, asked, request.gone);
    check_unit(look->layer, {channel, 0, 0});
    const Shape& shape = look->activations.shape();
    const auto plane = static_cast<std::size_t>(shape[1] * shape[2]);
    const auto values =
        look->activations.data<float>().subspan(static_cast<std::size_t>(channel) * plane, plane);
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    Response response;
    response.type = "application/octet-stream";
    response.headers = {{"X-Fovea-Shape", fmt::format("{},{}", shape[1], shape[2])},
                        {"X-Fovea-Range", fmt::format("{},{}", *low, *high)},
                        {"X-Fovea-Region", text_of(look->region)}};
    response.body.assign(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    return response;
  });
}

std::string key_of(const ReconstructionRequest& asked) {
  const Unit unit = asked.unit.value_or(Unit{asked.channel, -1, -1});
  return fmt::format("{}|{}|{}|{}|{}|{}|{}", key_of("reconstruction", asked.of), unit.channel, unit.y, unit.x,
                     asked.is_whole, name_of(asked.rule), asked.is_cut);
}

Response reconstructed(Studio& studio, const ReconstructionRequest& asked, const std::stop_token& stop) {
  const StudioModel& model = *asked.of.model;
  const Preprocessing& preprocessing = model.network.preprocessing;
  const LayerInfo layer = layer_with_units(studio, model, asked.of.layer);
  check_unit(layer, asked.unit.value_or(Unit{asked.channel, 0, 0}));
  const auto photo = studio.picture(asked.of.photo, {nullptr, stop});
  Session session(layer_program(studio, model, layer.name, Direction::ForwardAndBackward, asked.rule));
  session.cancel_with(stop);
  LayerExplainer explain(session, layer, *photo, preprocessing);
  const Reconstruction made = asked.is_whole
                                  ? explain.channel(asked.channel)
                                  : explain.unit(asked.unit.value_or(explain.strongest(asked.channel).unit));
  DeconvDisplay display;
  display.rules = {asked.rule};
  display.layer = layer;
  display.whole = asked.is_whole;
  display.channel_order = preprocessing.channel_order;
  const DeconvPictures pictures(display);
  Response response;
  response.type = "image/png";
  response.headers = {{"X-Fovea-Field", text_of(made.field_in_photo)},
                      {"X-Fovea-Activation", fmt::format("{}", made.strongest.value)},
                      {"X-Fovea-Unit", fmt::format("{},{},{}", made.strongest.unit.channel,
                                                   made.strongest.unit.y, made.strongest.unit.x)}};
  const bool is_empty = made.field.width < 1 || made.field.height < 1;
  response.body = encode_png(asked.is_cut && !is_empty ? pictures.cut(made) : pictures.whole(made));
  return response;
}

Response reconstruction(Studio& studio, const Request& request) {
  JsonFields fields = request.query_fields();
  const ReconstructionRequest asked = read_reconstruction(studio, fields);
  fields.expect_no_others();
  return answer_by_key(studio, request, key_of(asked), [&] {
    const auto found = studio.results().get<Response>(
        key_of(asked), {&studio.interactive(), request.gone}, [&studio, asked](const std::stop_token& stop) {
          auto made = std::make_shared<const Response>(reconstructed(studio, asked, stop));
          return Sized<Response>{made, made->body.size()};
        });
    return *found.value;
  });
}

}  // namespace

void add_inside_routes(Routes& routes, Studio& studio) {
  routes.add("GET", "/api/units", [&](const Request& request) { return units(studio, request); });
  routes.add("GET", "/api/activation", [&](const Request& request) { return activation(studio, request); });
  routes.add("GET", "/api/reconstruction",
             [&](const Request& request) { return reconstruction(studio, request); });
  routes.add("GET", "/api/patches", [&](const Request& request) { return patches(studio, request); });
  studio.add_job_kind("patches", start_patches);
}

}  // namespace fovea::studio
