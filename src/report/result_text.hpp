#pragma once

#include "fovea/classes.hpp"
#include "fovea/classify.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

/// The form of results in text and JSON.
namespace fovea {

/// ", probability 0.995", or an empty text without a probability.
std::string probability_text(const std::optional<double>& probability, int digits = 3);
/// A number, or null.
nlohmann::ordered_json to_json(const std::optional<double>& number);
/// A class as an object with index, wordnet_id (where known) and name.
nlohmann::ordered_json to_json(const Labels& labels, std::int64_t index);
/// The crops as a number, or "whole".
nlohmann::ordered_json to_json(Crops crops);
/// Whether an output path names one PNG picture rather than a folder, as /dev/stdout does.
bool ends_with_png(const std::string& path);

}  // namespace fovea
