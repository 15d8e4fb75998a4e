#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace fovea {

/// A sentence for each of the given options that none of the methods uses, with the methods that do:
/// "--window has no effect on gradient: occlusion uses it". `is_given` tells of an option by its
/// name, that of a field of MethodOptions.
std::vector<std::string> unused_options(std::span<const std::string> methods,
                                        const std::function<bool(const std::string& name)>& is_given,
                                        bool is_smoothed);

}  // namespace fovea
