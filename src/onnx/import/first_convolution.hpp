#pragma once

#include "onnx/file/contents.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fovea::onnx_import {

/// The first convolution of two dimensions that reads what is computed from an input.
struct FirstConvolution {
  std::string output;
  std::int64_t channels = 0;  ///< that it reads; 0 where its weights are not constants of the file
  /// Targets of rank 4 of the Reshape nodes on the way, in order.
  std::vector<std::vector<std::int64_t>> reshapes;
};

std::optional<FirstConvolution> find_first_convolution(const OnnxFile& file, const std::string& input);

}  // namespace fovea::onnx_import
