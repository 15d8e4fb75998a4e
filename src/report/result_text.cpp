#include "report/result_text.hpp"

#include "base/lower_case.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace fovea {

std::string probability_text(const std::optional<double>& probability, int digits) {
  return probability ? fmt::format(", probability {:.{}f}", *probability, digits) : "";
}

nlohmann::ordered_json to_json(const std::optional<double>& number) {
  return number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json();
}

nlohmann::ordered_json to_json(const Labels& labels, std::int64_t index) {
  nlohmann::ordered_json json = {{"index", index}};
  if (index < labels.size() && !labels[index].wordnet_id.empty())
    json["wordnet_id"] = labels[index].wordnet_id;
  json["name"] = labels.name(index);
  return json;
}

nlohmann::ordered_json to_json(Crops crops) {
  if (crops == Crops::Whole)
    return name_of(crops);
  return crop_count(crops);
}

bool ends_with_png(const std::string& path) {
  return path == "/dev/stdout" || lower_case(std::filesystem::path(path).extension().string()) == ".png";
}

}  // namespace fovea
