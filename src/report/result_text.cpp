#include "report/result_text.hpp"

#include "base/atomic_file.hpp"
#include "base/lower_case.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

namespace fovea {

std::string probability_text(const std::optional<double>& probability, int digits) {
  return probability ? fmt::format(", probability {:.{}f}", *probability, digits) : "";
}

std::string confidence_text(const Prediction& prediction) {
  return prediction.share ? fmt::format(", {:.1f} % of the area", 100 * *prediction.share)
                          : probability_text(prediction.probability);
}

void add_scores(nlohmann::ordered_json& json, const Prediction& prediction) {
  json["score"] = prediction.score;
  json["probability"] = to_json(prediction.probability);
  if (prediction.share)
    json["share"] = *prediction.share;
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

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

void write_picture(const std::string& path, const Image& picture) {
  const std::string ending = lower_case(std::filesystem::path(path).extension().string());
  if (ending == ".jpg" || ending == ".jpeg")
    write_file_atomically(path, encode_jpeg(picture));
  else if (ending == ".svg" || ending == ".pdf")
    write_graphic(path, Figure{"", "", {{picture, "", ""}}});
  else
    write_png(path, picture);
}

std::string score_text(const Prediction& target, const std::string& network) {
  std::string text = fmt::format("Class {}", target.index);
  if (!network.empty())
    text += " of " + network;
  text += fmt::format(", score {:.4g}", target.score);
  if (!target.probability)
    return text + confidence_text(target);
  // What is nearly certain is not rounded to what is certain.
  const bool is_nearly_certain = *target.probability < 1 && *target.probability >= 0.9995;
  return text + (is_nearly_certain ? ", probability above 99.9 %"
                                   : fmt::format(", probability {:.3g} %", 100 * *target.probability));
}

std::string number_text(double value) {
  static constexpr const char* kSuperscripts[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  const double magnitude = std::abs(value);
  if (value == 0 || (magnitude >= 1e-3 && magnitude < 1e5))
    return fmt::format("{:.3g}", value);
  const std::string text = fmt::format("{:.1e}", value);
  const std::size_t e = text.find('e');
  const int exponent = std::stoi(text.substr(e + 1));
  std::string power = exponent < 0 ? "⁻" : "";
  for (const char digit : std::to_string(std::abs(exponent)))
    power += kSuperscripts[digit - '0'];
  return text.substr(0, e) + " × 10" + power;
}

}  // namespace fovea
