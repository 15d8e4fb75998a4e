#pragma once

#include "cli/kit/command.hpp"
#include "cli/kit/model_options.hpp"

#include <optional>
#include <string>

namespace fovea::cli {

/// Adds --dpi, the resolution of figures.
Option add_dpi_to(Command verb, std::optional<double>& dpi);

/// What figures call the network: its name, or its file's without folder and ending.
std::string display_name(const ModelOptions& model);

}  // namespace fovea::cli
