#include "image/libraries.hpp"

#include <opencv2/core.hpp>

namespace fovea {

std::string opencv_version() {
  return cv::getVersionString();
}

}  // namespace fovea
