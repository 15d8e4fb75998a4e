#pragma once

#include <string>

namespace fovea {

/// The version of the OpenCV that is loaded: "4.6.0".
std::string opencv_version();

}  // namespace fovea
