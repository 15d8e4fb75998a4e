#pragma once

#include "onnx/import/translate.hpp"

#include <string>
#include <vector>

namespace fovea::onnx_import {

/// A sliding window as a node's attributes give it, with explicit pads (all begins, then all ends).
struct Window {
  std::vector<std::int64_t> kernel;
  std::vector<std::int64_t> strides;
  std::vector<std::int64_t> pads;
  std::vector<std::int64_t> dilations;
};

/// NOTSET, SAME_UPPER, SAME_LOWER or VALID; InputError for anything else.
std::string auto_pad(const NodeReader& node);

/// The attributes strides, pads and dilations (defaults: 1, 0, 1), checked to have the right number of
/// entries for a kernel. auto_pad is left to the caller.
Window read_window(const NodeReader& node, std::vector<std::int64_t> kernel);

/// The window with auto_pad made explicit for an input of shape x ([N,C,...]).
Window read_padded_window(const NodeReader& node, const Shape& x, std::vector<std::int64_t> kernel);

/// The pads that split `total` between the two ends: the odd element goes to the end, or with SAME_LOWER to
/// the beginning.
std::pair<std::int64_t, std::int64_t> split_padding(std::int64_t total, const std::string& mode);

}  // namespace fovea::onnx_import
