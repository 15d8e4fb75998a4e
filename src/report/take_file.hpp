#pragma once

#include <functional>
#include <string>

namespace fovea {

/// Takes a file of a report: its path and all its bytes.
using TakeFile = std::function<void(const std::string& path, std::string bytes)>;

}  // namespace fovea
