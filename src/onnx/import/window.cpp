#include "onnx/import/window.hpp"

#include "base/ceil_div.hpp"
#include <algorithm>

namespace fovea::onnx_import {
namespace {

/// Larger numbers are mistakes, and products of smaller ones stay in range.
constexpr std::int64_t kLargest = std::int64_t{1} << 30;

std::vector<std::int64_t> read_list(const NodeReader& node, std::string_view name, std::size_t count,
                                    std::int64_t otherwise, std::int64_t smallest) {
  const auto given = node.integers(name);
  if (!given || given->empty())
    return std::vector<std::int64_t>(count, otherwise);
  FOVEA_CHECK(given->size() == count, "attribute '{}': expected {} numbers, found {}", name, count,
              given->size());
  for (std::int64_t value : *given)
    FOVEA_CHECK(value >= smallest && value <= kLargest, "attribute '{}': unexpected value {}", name, value);
  return *given;
}

}  // namespace

std::string auto_pad(const NodeReader& node) {
  const std::string mode = node.text("auto_pad", "NOTSET");
  FOVEA_CHECK(mode == "NOTSET" || mode == "SAME_UPPER" || mode == "SAME_LOWER" || mode == "VALID",
              "attribute 'auto_pad': unexpected value '{}'", mode);
  return mode;
}

std::pair<std::int64_t, std::int64_t> split_padding(std::int64_t total, const std::string& mode) {
  const std::int64_t small = total / 2, large = total - small;
  return mode == "SAME_LOWER" ? std::pair(large, small) : std::pair(small, large);
}

Window read_window(const NodeReader& node, std::vector<std::int64_t> kernel) {
  const std::size_t count = kernel.size();
  for (std::int64_t extent : kernel)
    FOVEA_CHECK(extent >= 1 && extent <= kLargest, "attribute 'kernel_shape': unexpected value {}", extent);
  return {std::move(kernel), read_list(node, "strides", count, 1, 1),
          read_list(node, "pads", 2 * count, 0, 0), read_list(node, "dilations", count, 1, 1)};
}

Window read_padded_window(const NodeReader& node, const Shape& x, std::vector<std::int64_t> kernel) {
  FOVEA_CHECK(x.rank() == static_cast<std::int64_t>(kernel.size()) + 2,
              "a window of {} axes does not fit x of {}", kernel.size(), to_string(x));
  Window window = read_window(node, std::move(kernel));
  const std::string mode = auto_pad(node);
  if (mode == "NOTSET")
    return window;
  const std::size_t count = window.kernel.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t in = x[static_cast<std::int64_t>(i) + 2], stride = window.strides[i];
    const std::int64_t out = ceil_div(in, stride);
    const std::int64_t covered = (out - 1) * stride + (window.kernel[i] - 1) * window.dilations[i] + 1;
    const auto [begin, end] = mode == "VALID" ? std::pair<std::int64_t, std::int64_t>(0, 0)
                                              : split_padding(std::max<std::int64_t>(covered - in, 0), mode);
    window.pads[i] = begin;
    window.pads[count + i] = end;
  }
  return window;
}

}  // namespace fovea::onnx_import
