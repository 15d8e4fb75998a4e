#pragma once

#include "fovea/classes.hpp"
#include "fovea/classify.hpp"
#include "fovea/image.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

/// The form of results in text and JSON.
namespace fovea {

/// ", probability 0.995", or an empty text without a probability.
std::string probability_text(const std::optional<double>& probability, int digits = 3);
/// The same of a prediction; of a network that segments pictures ", 28.8 % of the area" (Prediction::share).
std::string confidence_text(const Prediction& prediction);
/// Adds "score", "probability" and, of a network that segments pictures, "share".
void add_scores(nlohmann::ordered_json& json, const Prediction& prediction);
/// A number, or null.
nlohmann::ordered_json to_json(const std::optional<double>& number);
/// A class as an object with index, wordnet_id (where known) and name.
nlohmann::ordered_json to_json(const Labels& labels, std::int64_t index);
/// The crops as a number, or "whole".
nlohmann::ordered_json to_json(Crops crops);
/// The line below the heading of a figure: "Class 130 of squeezenet, score 24.3, probability 99.7 %".
std::string score_text(const Prediction& target, const std::string& network);
/// A number with two or three digits for labels of figures: "0.0125", "6.1 × 10⁻⁹".
std::string number_text(double value);
/// A text with its first letter in upper case, if that is one of a to z.
std::string capitalised(std::string text);
/// Writes a picture as it is, as PNG or JPEG by the file's ending, or as the only panel of a figure as SVG or
/// PDF. OutputError.
void write_picture(const std::string& path, const Image& picture);

}  // namespace fovea
