#pragma once

#include "fovea/program.hpp"

#include <nlohmann/json.hpp>

#include <span>

namespace fovea::cli {

/// The time of all steps together, in seconds per run.
double seconds_per_run(std::span<const StepProfile> profile);

/// Prints one line for each operator and the ten slowest nodes, with times per run of the program.
void print_profile(std::span<const StepProfile> profile);

/// The same as JSON: {"operators": [...], "slowest": [...]}, times in milliseconds.
nlohmann::ordered_json profile_json(std::span<const StepProfile> profile);

}  // namespace fovea::cli
