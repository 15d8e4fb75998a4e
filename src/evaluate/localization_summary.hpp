#pragma once

#include "fovea/evaluate_localization.hpp"

#include <nlohmann/json.hpp>

#include <string>

/// A summary of an evaluation of localisation as JSON and as text.
namespace fovea {

/// The number of best guesses for which boxes were found; localisation errors of more guesses are unknown.
/// Settings without this field mean five.
std::int64_t guesses_of(const nlohmann::ordered_json& settings);
/// Counts, rates with their intervals (null without images), failures, settings, seconds.
nlohmann::ordered_json summary_json(const LocalizationSummary& summary,
                                    const nlohmann::ordered_json& settings);
/// Lines of a table for people: rates in percent with their intervals, baselines beside them.
std::string summary_text(const LocalizationSummary& summary, std::int64_t guesses);

}  // namespace fovea
