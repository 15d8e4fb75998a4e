#pragma once

#include <opencv2/core.hpp>

#include <new>

namespace fovea {

/// To be called in the handler of an OpenCV exception: std::bad_alloc if there was no memory, else the
/// exception itself again.
[[noreturn]] inline void rethrow_opencv(const cv::Exception& error) {
  if (error.code == cv::Error::StsNoMem)
    throw std::bad_alloc();
  throw;
}

}  // namespace fovea
