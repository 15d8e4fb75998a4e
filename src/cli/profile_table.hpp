#pragma once

#include "fovea/program.hpp"

#include <nlohmann/json.hpp>

#include <span>

namespace fovea::cli {

/// The fastest times of all steps together, in seconds.
double fastest_seconds(std::span<const StepProfile> profile);

/// Prints one line for each operator and the ten slowest nodes, with the fastest times of their runs.
void print_profile(std::span<const StepProfile> profile);

/// The same as JSON: {"operators": [...], "slowest": [...]}, times in milliseconds.
nlohmann::ordered_json profile_json(std::span<const StepProfile> profile);

}  // namespace fovea::cli
