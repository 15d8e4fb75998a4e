#pragma once

#include <opencv2/core.hpp>

#include <new>

namespace fovea {

/// To be called in the handler of an OpenCV exception: throws std::bad_alloc for a lack of memory, otherwise
/// rethrows the exception.
[[noreturn]] inline void rethrow_opencv(const cv::Exception& error) {
  if (error.code == cv::Error::StsNoMem)
    throw std::bad_alloc();
  throw;
}

}  // namespace fovea
