#include "studio/cuts.hpp"

#include "base/check.hpp"
#include "evaluate/settings.hpp"
#include "image/encode_png.hpp"
#include "report/object_report.hpp"
#include "report/option_fields.hpp"
#include "studio/request_fields.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace fovea::studio {
namespace {

const std::vector<std::string> kPresets = {"strokes", "default", "paper"};

/// The methods that lead a cut where none is chosen: those of `object_explain_options`.
std::vector<std::string> usual_methods() {
  const ExplainOptions options = object_explain_options();
  std::vector<std::string> methods = {options.method};
  methods.insert(methods.end(), options.further_methods.begin(), options.further_methods.end());
  return methods;
}

/// "map": {use, model, method, class, and options of the method}; its word "use", empty without a map.
std::string read_map(Studio& studio, JsonFields& fields, CutRequest& request) {
  if (fields.is_null("map"))
    return {};
  std::optional<JsonFields> map = fields.object_if_given("map");
  if (!map)
    return {};
  const std::string use = map->word_if_given("use", {"seeds", "prior"});
  MapRequest one;
  one.photo = request.photo;
  one.model = read_model(studio, *map);
  one.target = read_target(*map);
  const bool is_paper = fields.word_if_given("preset", kPresets) == "paper";
  ExplainOptions usual = object_explain_options();
  if (is_paper)  // section 3.2
    usual.crops = Crops::Ten;
  if (map->has("method")) {
    one.choice = read_method_choice(*map);
    if (!map->has("crops"))
      one.choice.crops = usual.crops;
    if (one.choice.crops == Crops::One)
      map->fail("crops", "the centre crop does not cover the photo: take whole, 2 or 10");
    request.maps = {one};
  } else {
    for (const std::string& method : is_paper ? std::vector<std::string>{"gradient"} : usual_methods()) {
      one.choice = {method, {}, usual.crops};
      request.maps.push_back(one);
    }
  }
  map->expect_no_others();
  return use.empty() ? "prior" : use;
}

/// The options of a preset, then of the use of the map, then what single fields say.
void read_options(JsonFields& fields, const std::string& use, CutRequest& request) {
  request.preset = fields.word_if_given("preset", kPresets);
  if (request.preset.empty())
    request.preset = request.strokes.empty() ? "default" : "strokes";
  request.options = request.preset == "strokes" ? stroke_localize_options()
                    : request.preset == "paper" ? paper_localize_options()
                                                : LocalizeOptions();
  if (use == "prior" && !request.options.prior)
    request.options.prior.emplace();
  else if (use != "prior")
    request.options.prior.reset();
  read_localize_changes(fields, request.options);
}

bool has_label(const std::vector<Stroke>& strokes, Seed label) {
  return std::any_of(strokes.begin(), strokes.end(), [&](const Stroke& s) { return s.label == label; });
}

int threads_of(const Studio& studio) {
  const int wanted = studio.options().program.threads;
  return wanted > 0 ? wanted : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

nlohmann::ordered_json box_json(const Box& box) {
  return rect_json({box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0});
}

nlohmann::ordered_json box_or_null(const Box& box) {
  return box.empty() ? nlohmann::ordered_json() : box_json(box);
}

nlohmann::ordered_json boxes_json(const Cut& cut) {
  auto list = nlohmann::ordered_json::array();
  for (const Box& box : cut.boxes)
    list.push_back(box_json(box));
  return list;
}

/// How the report's figure speaks of the maps.
std::string method_of(const CutRequest& request) {
  if (request.maps.empty())
    return {};
  return request.maps.size() > 1 ? "product" : request.maps.front().choice.method;
}

Figure stages(const Cut& cut) {
  ObjectReportOptions options;
  options.method = method_of(cut.request);
  options.localize = cut.request.options;
  options.has_strokes = !cut.request.strokes.empty();
  Labels labels;
  FoundObject found{cut.request.photo.name, {}, 0, cut.object};
  if (!cut.request.maps.empty()) {
    const MapRequest& map = cut.request.maps.front();
    options.crops = map.choice.crops;
    options.network = map.model->name;
    labels = map.model->network.labels;
    found.target = cut.explanation->target;
  }
  return ObjectReport(options, labels).figure(found, *cut.photo);
}

nlohmann::ordered_json result_json(const Cut& cut) {
  nlohmann::ordered_json json = {{"photo", cut.request.photo.name},
                                 {"width", cut.photo->width},
                                 {"height", cut.photo->height},
                                 {"preset", cut.request.preset}};
  if (cut.explanation) {
    json["model"] = cut.request.maps.front().model->name;
    json["class"] = cut.explanation->target.index;
    json["label"] = cut.explanation->label;
    json["method"] = method_of(cut.request);
  }
  json["box"] = box_or_null(cut.object.box);
  json["boxes"] = boxes_json(cut);
  json["area"] = cut.object.mask.area();
  json["energy"] = cut.object.energy;
  json["energies"] = cut.object.energies;
  json["seconds"] = cut.seconds;
  return json;
}

std::string cutout(const Cut& cut) {
  std::vector<std::uint8_t> alpha(cut.object.mask.pixels.size());
  std::transform(cut.object.mask.pixels.begin(), cut.object.mask.pixels.end(), alpha.begin(),
                 [](std::uint8_t pixel) { return static_cast<std::uint8_t>(pixel ? 255 : 0); });
  return encode_png_with_alpha(*cut.photo, alpha);
}

Response file_response(const char* type, std::string bytes) {
  Response response;
  response.type = type;
  response.body = std::move(bytes);
  return response;
}

}  // namespace

CutRequest read_cut_request(Studio& studio, JsonFields& fields) {
  CutRequest request;
  request.photo = read_photo(studio, fields);
  request.strokes = read_strokes(fields);
  const std::string use = read_map(studio, fields, request);
  if (request.strokes.empty() && use.empty())
    fields.fail("strokes", "is missing or empty: paint strokes on object and background, or give a map");
  if (use.empty() && !has_label(request.strokes, Seed::Foreground))
    fields.fail("strokes", "none is on the object: paint one there, or give a map");
  if (use.empty() && !has_label(request.strokes, Seed::Background))
    fields.fail("strokes", "none is on the background: paint one there, or give a map");
  read_options(fields, use, request);
  request.options.segment.threads = threads_of(studio);
  return request;
}

Cut make_cut(Studio& studio, const CutRequest& request, const std::stop_token& stop) {
  Cut cut{request, studio.picture(request.photo, {nullptr, stop}), {}, {}, {}, 0};
  std::vector<Tensor> maps;
  for (const MapRequest& map : request.maps) {
    const auto explained = explanation(studio, map, stop);
    maps.push_back(explained->map);
    if (!cut.explanation)
      cut.explanation = *explained;
  }
  const auto start = std::chrono::steady_clock::now();
  std::optional<Trimap> seeds;
  if (!request.strokes.empty())
    seeds = seeds_of(request.strokes, cut.photo->width, cut.photo->height);
  cut.object = maps.empty() ? localize(*cut.photo, *seeds, request.options)
               : seeds      ? localize(*cut.photo, maps, *seeds, request.options)
                            : localize(*cut.photo, maps, request.options);
  cut.boxes = component_boxes(cut.object.mask, request.options.min_fraction);
  cut.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return cut;
}

std::vector<std::int64_t> run_lengths(const Mask& mask) {
  std::vector<std::int64_t> runs = {0};
  std::uint8_t current = 0;
  for (const std::uint8_t pixel : mask.pixels) {
    const std::uint8_t label = pixel ? 1 : 0;
    if (label != current)
      runs.push_back(0);
    current = label;
    ++runs.back();
  }
  return runs;
}

nlohmann::ordered_json cut_json(const Cut& cut) {
  return {{"seconds", cut.seconds},
          {"box", box_or_null(cut.object.box)},
          {"boxes", boxes_json(cut)},
          {"area", cut.object.mask.area()},
          {"energy", cut.object.energy},
          {"mask",
           {{"width", cut.object.mask.width},
            {"height", cut.object.mask.height},
            {"runs", run_lengths(cut.object.mask)}}}};
}

Response cut_file(const Cut& cut, const std::string& name) {
  const Localization& object = cut.object;
  if (name == "mask.png")
    return file_response("image/png", encode_png(to_image(object.mask)));
  if (name == "cutout.png")
    return file_response("image/png", cutout(cut));
  if (name == "seeds.png")
    return file_response("image/png", encode_png(draw_seeds(object.seen, object.seeds)));
  if (name == "object.png")
    return file_response("image/png", encode_png(draw_object(*cut.photo, object, {&object.box, 1})));
  if (name == "map.png" && !object.map.empty())
    return file_response("image/png", encode_png(colorize(to_grey(object.map, {}), "inferno")));
  if (name == "stages.png")
    return file_response("image/png", encode_png(draw(stages(cut))));
  if (name == "stages.svg")
    return file_response("image/svg+xml", to_svg(stages(cut)));
  if (name == "stages.pdf")
    return file_response("application/pdf", to_pdf(stages(cut)));
  if (name == "result.json")
    return Response::json(result_json(cut));
  throw not_found("file of a cut", name,
                  name == "map.png" ? "no map led this cut"
                                    : "there are mask.png, cutout.png, seeds.png, object.png, map.png, "
                                      "stages.png, stages.svg, stages.pdf and result.json");
}

}  // namespace fovea::studio
