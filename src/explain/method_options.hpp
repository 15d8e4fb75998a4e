#pragma once

#include "fovea/explain.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Which method uses which of the fields of MethodOptions.
namespace fovea {

enum class MethodOption {
  Samples,
  Smooth,
  Noise,
  Baseline,
  Layer,
  Merge,
  Window,
  Stride,
  Cells,
  Keep,
  Heads,
  Discard,
  Residual,
  Blocks,
  References,
  Segments,
  Seed
};

/// "samples", "smooth", ...: the names in every interface. parse_method_option: InputError for another name.
std::string_view name_of(MethodOption option);
MethodOption parse_method_option(std::string_view name);
std::vector<std::string> method_option_names();

/// Whether the method's relevance or map depends on the option; `is_smoothed`: MethodOptions::smooth is above
/// 0, with which every method adds noise. InputError for an unknown method.
bool uses_option(std::string_view method, MethodOption option, bool is_smoothed);

}  // namespace fovea
