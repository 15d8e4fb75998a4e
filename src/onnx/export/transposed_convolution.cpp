#include "onnx/export/transposed_convolution.hpp"

#include <algorithm>
#include <limits>

namespace fovea::onnx_export {
namespace {

using Integers = std::vector<std::int64_t>;

Integers list(const std::array<std::int64_t, 2>& pair) {
  return {pair[0], pair[1]};
}

}  // namespace

SymmetricForm symmetric_form(const TransposedConvolution& convolution) {
  SymmetricForm form;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t begin = convolution.crop_begin[i], end = convolution.crop_end[i];
    const std::int64_t most_extra = convolution.strides[i] - 1;
    FOVEA_ASSERT(begin >= 0 && end >= -most_extra);
    // Of what the pads take off at the end, output_padding gives back less than a stride.
    form.pads[i] = std::min(begin, end + most_extra);
    form.output_padding[i] = std::max<std::int64_t>(form.pads[i] - end, 0);
    form.slice_begin[i] = begin - form.pads[i];
    form.slice_end[i] = std::max<std::int64_t>(end - form.pads[i], 0);
  }
  return form;
}

std::string write_transposed_convolution(const NodeWriter& w, const TransposedConvolution& convolution,
                                         const std::string& output) {
  const SymmetricForm form = symmetric_form(convolution);
  NodeAttributes attributes = {{"kernel_shape", convolution.kernel},
                               {"strides", convolution.strides},
                               {"pads", Integers{form.pads[0], form.pads[1], form.pads[0], form.pads[1]}},
                               {"dilations", convolution.dilations},
                               {"group", convolution.groups}};
  if (form.output_padding != std::array<std::int64_t, 2>{0, 0})
    attributes.emplace_back("output_padding", list(form.output_padding));
  if (!form.needs_slice())
    return w.model().node("ConvTranspose", convolution.inputs, attributes, output);
  const std::string full = w.emit("ConvTranspose", convolution.inputs, attributes);
  Integers ends;
  for (std::int64_t left_out : form.slice_end)  // negative ends count from the axis's own
    ends.push_back(left_out > 0 ? -left_out : std::numeric_limits<std::int64_t>::max());
  return w.model().node(
      "Slice", {full, w.integers(list(form.slice_begin)), w.integers(ends), w.integers({2, 3})}, {}, output);
}

}  // namespace fovea::onnx_export
