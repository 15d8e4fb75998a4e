#include "studio/all_routes.hpp"

#include "base/fingerprint.hpp"
#include "fovea/evaluate_maps.hpp"
#include "fovea/features.hpp"
#include "image/palette.hpp"
#include "studio/cached.hpp"
#include "studio/explanations.hpp"
#include "studio/used_options.hpp"
#include "studio/web_files.hpp"

#include <algorithm>

namespace fovea::studio {
namespace {

std::string type_of(std::string_view name) {
  if (name.ends_with(".js"))
    return "text/javascript; charset=utf-8";
  if (name.ends_with(".css"))
    return "text/css; charset=utf-8";
  if (name.ends_with(".svg"))
    return "image/svg+xml";
  return "text/html; charset=utf-8";
}

Response web_file(const Studio& studio, const Request& request, const std::string& name) {
  const auto& files = studio_web_files();
  const auto at = files.find(name);
  if (at == files.end())
    throw not_found("file of the page", name, "open the page at /");
  return answer_by_key(studio, request, "web|" + name, [&] {
    Response response;
    response.type = type_of(name);
    response.body = at->second;
    return response;
  });
}

nlohmann::ordered_json methods_json() {
  auto list = nlohmann::ordered_json::array();
  for (const MethodInfo& info : methods())
    list.push_back({{"name", info.name},
                    {"title", info.title},
                    {"summary", info.summary},
                    {"reading", info.reading},
                    {"samples", info.samples},
                    {"perChannel", info.values == MethodInfo::Values::PerChannel},
                    {"options", used_options(info.name)}});
  return list;
}

nlohmann::ordered_json controls_json() {
  auto list = nlohmann::ordered_json::array();
  for (const std::string_view name : kControlMaps)
    list.push_back({{"name", name}, {"title", control_title(name)}});
  return list;
}

nlohmann::ordered_json colour_maps_json() {
  nlohmann::ordered_json maps;
  for (const std::string& name : colormap_names()) {
    std::string colours;
    for (const Colour& colour : palette(name))
      colours += fmt::format("{:02x}{:02x}{:02x}", colour[0], colour[1], colour[2]);
    maps[name] = colours;
  }
  return maps;
}

/// The methods of gradient ascent with the defaults of the options that each has.
nlohmann::ordered_json class_model_json() {
  const auto method = [](const char* name, const char* title, ClassModelOptions::Method kind) {
    ClassModelOptions options;
    options.method = kind;
    nlohmann::ordered_json defaults = {
        {"steps", options.steps}, {"step", step_of(options)}, {"l2", options.l2}};
    if (kind == ClassModelOptions::Method::Paper) {
      defaults["l2"] = 1;
    } else {
      defaults["jitter"] = options.jitter;
      defaults["zoom"] = options.zoom;
      defaults["rotate"] = options.rotate;
    }
    if (kind == ClassModelOptions::Method::Regularized) {
      defaults["blur"] = options.blur;
      defaults["coarse"] = options.coarse;
    }
    return nlohmann::ordered_json{{"name", name}, {"title", title}, {"defaults", defaults}};
  };
  return {{"methods",
           {method("regularized", "Regularized", ClassModelOptions::Method::Regularized),
            method("fourier", "Fourier", ClassModelOptions::Method::Fourier),
            method("paper", "Paper", ClassModelOptions::Method::Paper)}}};
}

nlohmann::ordered_json about_json(const Studio& studio) {
  const StudioLimits& limits = studio.options().limits;
  return {
      {"version", build_info().version},
      {"methods", methods_json()},
      {"controls", controls_json()},
      {"colourMaps", colour_maps_json()},
      {"presets", preprocessing_preset_names()},
      {"baselines", baseline_names()},
      {"merges", channel_merge_names()},
      {"headFusions", head_fusion_names()},
      {"crops", crops_names()},
      {"limits", {{"maxUpload", limits.max_upload}, {"maxPixels", limits.max_pixels}, {"jobs", limits.jobs}}},
      {"classModel", class_model_json()}};
}

}  // namespace

void add_page_routes(Routes& routes, Studio& studio) {
  routes.add("GET", "/", [&](const Request& request) { return web_file(studio, request, "index.html"); });
  routes.add("GET", "/web/{file}",
             [&](const Request& request) { return web_file(studio, request, request.parameter("file")); });
  routes.add("GET", "/api/studio", [&](const Request& request) {
    return answer_by_key(studio, request, "studio", [&] { return Response::json(about_json(studio)); });
  });
}

}  // namespace fovea::studio
