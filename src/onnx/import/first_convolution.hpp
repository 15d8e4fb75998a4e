#pragma once

#include "onnx/file/contents.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fovea::onnx_import {

/// The first two-dimensional convolution that reads a value computed from an input.
struct FirstConvolution {
  std::string output;
  std::int64_t channels = 0;  ///< its input channels; 0 if its weights are not constants of the file
  /// Targets of rank 4 of the Reshape nodes on the path, in order.
  std::vector<std::vector<std::int64_t>> reshapes;
};

std::optional<FirstConvolution> find_first_convolution(const OnnxFile& file, const std::string& input);

}  // namespace fovea::onnx_import
