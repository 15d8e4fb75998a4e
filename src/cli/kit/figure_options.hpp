#pragma once

#include "cli/kit/command.hpp"
#include "cli/kit/model_options.hpp"
#include "fovea/image.hpp"

#include <optional>
#include <string>

namespace fovea::cli {

/// Adds --dpi, the resolution of figures.
Option add_dpi_to(Command verb, std::optional<double>& dpi);

/// Adds --percentile and --colormap, how a page shows its maps at first.
void add_map_display_to(Command verb, DisplayRange& range, std::string& colormap);

/// What figures call the network: its name, or its file's without folder and ending.
std::string display_name(const ModelOptions& model);

}  // namespace fovea::cli
