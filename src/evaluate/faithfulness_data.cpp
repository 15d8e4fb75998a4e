#include "evaluate/faithfulness_data.hpp"

#include "base/check.hpp"
#include "base/json.hpp"
#include "evaluate/faithfulness_results.hpp"

#include <fmt/format.h>

#include <optional>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

Json numbers_json(const std::vector<double>& numbers) {
  Json json = Json::array();
  for (const double number : numbers)
    json.push_back(exact_number(number));
  return json;
}

std::vector<double> numbers_from(const Json& json) {
  std::vector<double> numbers;
  for (const Json& number : json)
    numbers.push_back(number_from(number));
  return numbers;
}

Json map_json(const MapScores& map) {
  Json json = {{"curves", Json::array()}, {"values", Json::array()}};
  for (const CurveKind& kind : kCurveKinds)
    json["curves"].push_back(numbers_json((map.*kind.curve).scores));
  for (const auto& value : map.values)
    json["values"].push_back(value ? exact_number(*value) : Json());
  if (map.same_as)
    json["same_as"] = *map.same_as;
  return json;
}

MapScores map_from(const Json& json, const Json& shares) {
  MapScores map;
  for (std::size_t k = 0; k < kCurveKinds.size(); ++k)
    map.*kCurveKinds[k].curve = {numbers_from(shares.at(k)), numbers_from(json.at("curves").at(k))};
  for (std::size_t i = 0; i < kMapMeasures; ++i)
    if (const Json& value = json.at("values").at(i); !value.is_null())
      map.values[i] = number_from(value);
  if (json.contains("same_as"))
    map.same_as = json.at("same_as").get<std::size_t>();
  return map;
}

}  // namespace

Json faithfulness_settings(const Json& shown, const std::vector<std::string>& methods, std::uint64_t seed) {
  return {{"evaluation", shown}, {"compared", methods}, {"seed", seed}};
}

std::string to_data(const FaithfulnessImage& image) {
  const JudgedPhoto& judged = image.judged;
  Json json = {{"class", judged.class_index},
               {"probability", exact_number(judged.probability)},
               {"mean_colour", exact_number(judged.mean_colour_probability)},
               {"blurred", exact_number(judged.blurred_probability)},
               {"shares", Json::array()},
               {"maps", Json::array()}};
  for (const CurveKind& kind : kCurveKinds) {
    const std::vector<double>& shares = (judged.maps.front().*kind.curve).shares;
    for (const MapScores& map : judged.maps)
      FOVEA_ASSERT((map.*kind.curve).shares == shares);
    json["shares"].push_back(numbers_json(shares));
  }
  for (const MapScores& map : judged.maps)
    json["maps"].push_back(map_json(map));
  if (!image.picture.empty())
    json["picture"] = image.picture;
  return json.dump();
}

FaithfulnessImage faithfulness_image(const PhotoData& photo, std::size_t maps) {
  FaithfulnessImage image{photo.image, {}, photo.error};
  if (image.failed())
    return image;
  try {
    const Json& json = photo.data;
    image.judged = {json.at("class").get<std::int64_t>(),
                    number_from(json.at("probability")),
                    number_from(json.at("mean_colour")),
                    number_from(json.at("blurred")),
                    {}};
    for (const Json& map : json.at("maps"))
      image.judged.maps.push_back(map_from(map, json.at("shares")));
    image.picture = json.value("picture", "");
  } catch (const Json::exception&) {
    throw InputError(fmt::format("what it tells of '{}' cannot be read", photo.image));
  }
  for (std::size_t m = 0; m < image.judged.maps.size(); ++m)
    FOVEA_CHECK(image.judged.maps[m].same_as.value_or(0) <= m,
                "map {} of '{}' is said to be one that follows", m, photo.image);
  FOVEA_CHECK(image.judged.maps.size() == maps, "tells of {} maps of '{}', expected {}",
              image.judged.maps.size(), photo.image, maps);
  return image;
}

FaithfulnessResults read_faithfulness(const ResultStore& store) {
  FaithfulnessResults results;
  try {
    store.settings().at("compared").get_to(results.methods);
    store.settings().at("seed").get_to(results.seed);
    results.settings = store.settings().at("evaluation");
  } catch (const Json::exception&) {
    throw InputError("is not the manifest of an evaluation of faithfulness", store.files().manifest);
  }
  results.methods.insert(results.methods.end(), kControlMaps.begin(), kControlMaps.end());
  try {
    for_each_photo(store, [&](const PhotoData& photo) {
      results.images.push_back(faithfulness_image(photo, results.methods.size()));
    });
  } catch (const InputError& error) {
    throw error.path().empty() ? InputError(error.what(), store.files().data) : error;
  }
  return results;
}

}  // namespace fovea
