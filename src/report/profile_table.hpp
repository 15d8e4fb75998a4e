#pragma once

#include "fovea/program.hpp"

#include <nlohmann/json.hpp>

#include <span>
#include <string>

/// Tables of the time that a program's steps take.
namespace fovea {

/// The fastest times of all steps together, in seconds.
double fastest_seconds(std::span<const StepProfile> profile);
/// Two tables for people: one line for each operator and direction, and the ten slowest nodes, with the
/// fastest times of their runs. Names from files are made safe for a terminal.
std::string profile_text(std::span<const StepProfile> profile);
/// The same tables as JSON: {"operators": [...], "slowest": [...]}, times in milliseconds.
nlohmann::ordered_json profile_json(std::span<const StepProfile> profile);

}  // namespace fovea
