#pragma once

#include "onnx/export/node_writer.hpp"

#include <array>
#include <string>
#include <vector>

namespace fovea::onnx_export {

/// A transposed convolution of pictures, with a crop of its own at each side.
struct TransposedConvolution {
  std::vector<std::string> inputs;  ///< x, weights and perhaps a bias
  std::vector<std::int64_t> kernel, strides, dilations;
  std::int64_t groups = 1;
  /// Rows and columns of the full result that are left out at the beginning, 0 or more, and at the end. A
  /// negative number at the end, above minus the stride, appends some that only the bias reaches.
  std::array<std::int64_t, 2> crop_begin = {0, 0}, crop_end = {0, 0};
};

/// ConvTranspose with equal pads on both sides, since GPU runtimes have no others: unequal crops become
/// output_padding where the stride allows it, and a Slice behind it otherwise.
struct SymmetricForm {
  std::array<std::int64_t, 2> pads = {0, 0};                             ///< of both sides
  std::array<std::int64_t, 2> output_padding = {0, 0};                   ///< from 0 to below the stride
  std::array<std::int64_t, 2> slice_begin = {0, 0}, slice_end = {0, 0};  ///< what the Slice leaves out

  bool needs_slice() const { return slice_begin != slice_end || slice_begin[0] + slice_begin[1] > 0; }
};

SymmetricForm symmetric_form(const TransposedConvolution& convolution);

/// Writes the nodes. The result is y: [N,C,height,width], or a new name if `output` is empty.
std::string write_transposed_convolution(const NodeWriter& w, const TransposedConvolution& convolution,
                                         const std::string& output = {});

}  // namespace fovea::onnx_export
