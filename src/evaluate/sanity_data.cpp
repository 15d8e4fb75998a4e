#include "evaluate/sanity_data.hpp"

#include "base/check.hpp"
#include "base/json.hpp"

#include <fmt/format.h>

#include <optional>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const std::optional<double>& number) {
  return number ? exact_number(*number) : Json();
}

std::optional<double> optional_from(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(number_from(json));
}

std::optional<MapLikeness> likeness_from(const Json& json) {
  if (json.is_null())
    return std::nullopt;
  return MapLikeness{optional_from(json.at(0)), optional_from(json.at(1)), number_from(json.at(2)),
                     optional_from(json.at(3))};
}

SanityPlan plan_in(const Json& settings) {
  SanityPlan plan;
  settings.at("compared").get_to(plan.methods);
  settings.at("layers").get_to(plan.layers);
  settings.at("seed").get_to(plan.seed);
  for (const Json& json : settings.at("comparisons"))
    plan.comparisons.push_back(
        {json.at(0).get<std::string>(), {json.at(1).get<std::string>(), {}}, json.at(2).get<std::size_t>()});
  return plan;
}

}  // namespace

Json sanity_settings(const Json& shown, const SanityPlan& plan) {
  Json json = {
      {"evaluation", shown}, {"compared", plan.methods}, {"layers", plan.layers}, {"seed", plan.seed}};
  for (const SanityComparison& comparison : plan.comparisons)
    json["comparisons"].push_back(Json::array({comparison.kind, comparison.stage.name, comparison.position}));
  return json;
}

std::string to_data(const SanityPhoto& photo) {
  if (!photo.is_used())
    return {};
  Json json = Json::array();
  for (const auto& row : photo.found) {
    json.push_back(Json::array());
    for (const std::optional<MapLikeness>& found : row)
      json.back().push_back(
          found ? Json::array({to_json(found->rank), to_json(found->signed_rank),
                               exact_number(found->similarity), to_json(found->complexity_rise)})
                : Json());
  }
  return json.dump();
}

SanityPhoto sanity_photo(const PhotoData& photo, const SanityPlan& plan) {
  SanityPhoto result{photo.image, {}, photo.error};
  if (photo.data.is_null())
    return result;
  try {
    for (const Json& row : photo.data) {
      result.found.emplace_back();
      for (const Json& found : row)
        result.found.back().push_back(likeness_from(found));
    }
  } catch (const Json::exception&) {
    throw InputError(fmt::format("what it tells of '{}' cannot be read", photo.image));
  }
  FOVEA_CHECK(result.found.size() == plan.comparisons.size(), "tells of {} comparisons of '{}', expected {}",
              result.found.size(), photo.image, plan.comparisons.size());
  for (const auto& row : result.found)
    FOVEA_CHECK(row.size() == plan.methods.size(), "tells of {} methods of '{}', expected {}", row.size(),
                photo.image, plan.methods.size());
  return result;
}

SanityResults read_sanity(const ResultStore& store) {
  SanityPlan plan;
  Json shown;
  try {
    plan = plan_in(store.settings());
    shown = store.settings().at("evaluation");
  } catch (const Json::exception&) {
    throw InputError("is not the manifest of a sanity check", store.files().manifest);
  }
  SanitySums sums(plan);
  try {
    for_each_photo(store, [&](const PhotoData& photo) { sums.add(sanity_photo(photo, plan)); });
  } catch (const InputError& error) {
    throw error.path().empty() ? InputError(error.what(), store.files().data) : error;
  }
  SanityResults results = sums.results();
  results.settings = shown;
  return results;
}

}  // namespace fovea
