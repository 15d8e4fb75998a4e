#include "studio/all_routes.hpp"

#include "base/check.hpp"
#include "evaluate/settings.hpp"
#include "fovea/tensor.hpp"
#include "image/npy_header.hpp"
#include "report/map_figure.hpp"
#include "report/option_fields.hpp"
#include "report/result_text.hpp"
#include "studio/cached.hpp"
#include "studio/explanations.hpp"
#include "studio/request_fields.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace fovea::studio {
namespace {

/// What of a map is wanted, and how.
struct MapView {
  std::string values;  ///< "map", "signed" or "relevance"
  std::string format;  ///< "f32", "npy", "png", "svg" or "json"
  DisplayRange range;
  OverlayStyle style;
  bool overlay = false;  ///< of a png: over the whole photo
};

MapView read_map_view(JsonFields& fields) {
  const auto word = [&](const char* field, const std::vector<std::string>& words) {
    const std::string given = fields.word_if_given(field, words);
    return given.empty() ? words.front() : given;
  };
  MapView view;
  view.values = word("values", {"map", "signed", "relevance"});
  view.format = word("format", {"f32", "npy", "png", "svg", "json"});
  view.range = read_display_range(fields);
  if (const std::string colours = fields.word_if_given("colormap", colormap_names()); !colours.empty())
    view.style.colormap = colours;
  view.overlay = fields.flag_if_given("overlay").value_or(false);
  return view;
}

std::string key_of(const MapView& view) {
  return fmt::format("{}|{}|{}|{}|{}|{}", view.values, view.format, view.range.percentile, view.range.gamma,
                     view.style.colormap, view.overlay);
}

/// [C,H,W] -> [H,W]: the sum of each pixel's channels.
Tensor channel_sum(const Tensor& relevance) {
  const Shape& shape = relevance.shape();
  Tensor sum(DType::F32, {shape[1], shape[2]});
  const auto out = sum.data<float>();
  const auto in = relevance.data<float>();
  for (std::size_t i = 0; i < in.size(); ++i)
    out[i % out.size()] += in[i];
  return sum;
}

Tensor values_of(const Explanation& map, const std::string& values) {
  if (values == "relevance")
    return map.relevance;
  return values == "signed" ? channel_sum(map.relevance) : map.map;
}

std::string shape_text(const Shape& shape) {
  return fmt::format("{}", fmt::join(shape.dims(), ","));
}

NamedTexts headers_of(const Explanation& map, const MapRequest& request, const MapView& view,
                      const Tensor& values) {
  const auto data = values.data<float>();
  const auto [low, high] = std::minmax_element(data.begin(), data.end());
  const DisplayLevels levels = map.levels(view.range);
  return {
      {"X-Fovea-Shape", shape_text(values.shape())},
      {"X-Fovea-Range", fmt::format("{},{}", *low, *high)},
      {"X-Fovea-Levels", fmt::format("{},{}", levels.black, levels.white)},
      {"X-Fovea-Signed-Level", fmt::format("{}", map.signed_level(view.range))},
      {"X-Fovea-Region", text_of(map.region)},
      {"X-Fovea-Class", std::to_string(map.target.index)},
      {"X-Fovea-Label", percent_encoded(map.label)},
      {"X-Fovea-Method", percent_encoded(describe(request.choice))},
      {"X-Fovea-Score", fmt::format("{}", map.target.score)},
      {"X-Fovea-Probability", map.target.probability ? fmt::format("{}", *map.target.probability) : "none"}};
}

nlohmann::ordered_json prediction_json(const Labels& labels, const Prediction& prediction) {
  return {{"class", prediction.index},
          {"label", labels.name(prediction.index)},
          {"probability", to_json(prediction.probability)},
          {"score", prediction.score}};
}

nlohmann::ordered_json map_json(const Explanation& map, const MapRequest& request, const MapView& view) {
  const Labels& labels = request.model->network.labels;
  const DisplayLevels levels = map.levels(view.range);
  nlohmann::ordered_json json = {{"model", request.model->name},
                                 {"photo", request.photo.name},
                                 {"method", map.method},
                                 {"description", describe(request.choice)},
                                 {"options", settings_json(request.choice.options)},
                                 {"crops", to_json(request.choice.crops)},
                                 {"target", prediction_json(labels, map.target)},
                                 {"against", nullptr},
                                 {"shape", map.map.shape().dims()},
                                 {"region", rect_json(map.region)},
                                 {"levels", {{"black", levels.black}, {"white", levels.white}}},
                                 {"signedLevel", map.signed_level(view.range)}};
  if (map.against)
    json["against"] = {{"class", *map.against}, {"label", labels.name(*map.against)}};
  for (const Prediction& guess : map.best)
    json["best"].push_back(prediction_json(labels, guess));
  return json;
}

std::string svg_of(Studio& studio, const Explanation& map, const MapRequest& request, const MapView& view,
                   const std::stop_token& stop) {
  FOVEA_CHECK(!is_control(map.method), "a control map has no figure: ask for it as a png");
  return to_svg(map_figure({&map, 1}, *studio.picture(request.photo, {nullptr, stop}),
                           {request.model->name, request.choice.options, request.choice.crops, view.range,
                            view.style, request.photo.name, nullptr}));
}

std::string png_of(Studio& studio, const Explanation& map, const MapRequest& request, const MapView& view,
                   const std::stop_token& stop) {
  if (!view.overlay)
    return encode_png(map.heat(view.style.colormap, view.range));
  return encode_png(map.overlay_on(*studio.picture(request.photo, {nullptr, stop}), view.style, view.range));
}

/// A picture of a map, made in the lane and kept.
std::string drawn(Studio& studio, const std::shared_ptr<const Explanation>& map, const MapRequest& request,
                  const MapView& view, const std::stop_token& gone) {
  const std::string key = fmt::format("drawn|{}|{}", key_of(request), key_of(view));
  return *studio.results()
              .get<std::string>(key, {&studio.interactive(), gone},
                                [&studio, map, request, view](const std::stop_token& stop) {
                                  auto bytes = std::make_shared<const std::string>(
                                      view.format == "svg" ? svg_of(studio, *map, request, view, stop)
                                                           : png_of(studio, *map, request, view, stop));
                                  return Sized<std::string>{bytes, bytes->size()};
                                })
              .value;
}

Response map_response(Studio& studio, const Request& request, const MapRequest& asked, const MapView& view) {
  const Found<Explanation> found = explanation_in_lane(studio, asked, request.gone);
  const Explanation& map = *found.value;
  if (view.format == "json")
    return Response::json(map_json(map, asked, view));
  const Tensor values = values_of(map, view.values);
  Response response;
  response.headers = headers_of(map, asked, view, values);
  response.headers.emplace_back("X-Fovea-Seconds", fmt::format("{:.4f}", found.seconds));
  if (view.format == "f32") {
    response.type = "application/octet-stream";
    response.body.assign(static_cast<const char*>(values.raw()), values.bytes());
  } else if (view.format == "npy") {
    response.type = "application/octet-stream";
    response.body = npy_head(values);
    response.body.append(static_cast<const char*>(values.raw()), values.bytes());
  } else {
    response.type = view.format == "svg" ? "image/svg+xml" : "image/png";
    response.body = drawn(studio, found.value, asked, view, request.gone);
  }
  return response;
}

Response map_of(Studio& studio, const Request& request) {
  JsonFields fields = request.query_fields();
  const MapRequest asked = read_map_request(studio, fields);
  const MapView view = read_map_view(fields);
  fields.expect_no_others();
  return answer_by_key(studio, request, fmt::format("{}|{}", key_of(asked), key_of(view)),
                       [&] { return map_response(studio, request, asked, view); });
}

/// The scores of a photo, and the part of it that the network saw.
struct Scored {
  ClassScores scores;
  Rect region;
};

Rect seen_part(const FramedPhoto& photo) {
  const Framing& framing = photo.framing();
  Rect all = framing.crops.front().rect;
  for (const Framing::Crop& crop : framing.crops) {
    const std::int64_t right = std::max(all.x + all.width, crop.rect.x + crop.rect.width);
    const std::int64_t bottom = std::max(all.y + all.height, crop.rect.y + crop.rect.height);
    all.x = std::min(all.x, crop.rect.x);
    all.y = std::min(all.y, crop.rect.y);
    all.width = right - all.x;
    all.height = bottom - all.y;
  }
  return framing.in_photo(all);
}

Response predictions(Studio& studio, const Request& request) {
  JsonFields fields = request.query_fields();
  const auto model = read_model(studio, fields);
  const StudioPhoto photo = read_photo(studio, fields);
  const Crops crops = read_crops(fields, Crops::One);
  const std::int64_t top = fields.whole_number_if_given("top", 1, 100000).value_or(5);
  fields.expect_no_others();
  const std::string key =
      fmt::format("scores|{}|{}|{}|{}", model->id, model->key(), photo.id, name_of(crops));
  return answer_by_key(studio, request, fmt::format("{}|{}", key, top), [&] {
    const Found<Scored> scored = studio.results().get<Scored>(
        key, {&studio.interactive(), request.gone},
        [&studio, model, photo, crops](const std::stop_token& stop) {
          const auto framed = framed_photo(studio, *model, photo, crops, stop);
          auto scores = std::make_shared<const Scored>(Scored{framed->scores(), seen_part(*framed)});
          return Sized<Scored>{scores, 2 * sizeof(double) * scores->scores.scores.size()};
        });
    auto list = nlohmann::ordered_json::array();
    for (const Prediction& prediction : top_k(scored.value->scores, top))
      list.push_back(prediction_json(model->network.labels, prediction));
    return Response::json(
        {{"region", rect_json(scored.value->region)}, {"predictions", list}, {"seconds", scored.seconds}});
  });
}

nlohmann::ordered_json run_map_job(Studio& studio, const MapRequest& request, JobControl& control) {
  const auto map = explanation(studio, request, control.stop(), [&](std::int64_t done, std::int64_t total) {
    control.progress(done, total, "samples");
  });
  return {{"class", map->target.index}, {"label", map->label}};
}

}  // namespace

void add_map_routes(Routes& routes, Studio& studio) {
  routes.add("GET", "/api/predictions", [&](const Request& request) { return predictions(studio, request); });
  routes.add("GET", "/api/map", [&](const Request& request) { return map_of(studio, request); });
  studio.add_job_kind("map", [](Studio& of, JsonFields& fields) -> JobWork {
    const MapRequest request = read_map_request(of, fields);
    return [&of, request](JobControl& control) { return run_map_job(of, request, control); };
  });
}

}  // namespace fovea::studio
