#include "onnx/import/picture.hpp"

#include "onnx/import/volume.hpp"
#include "ops/conv.hpp"

namespace fovea::onnx_import {

ir::ValueId as_picture(TranslateContext& c, ir::ValueId x) {
  const Shape shape = c.shape(x);
  return shape.rank() == 3 ? c.reshape(x, {shape[0], shape[1], 1, shape[2]}, "/picture") : x;
}

Window as_picture(Window window) {
  if (window.kernel.size() != 1)
    return window;
  for (auto* list : {&window.kernel, &window.strides, &window.dilations})
    list->insert(list->begin(), 1);
  window.pads = {0, window.pads[0], 0, window.pads[1]};
  return window;
}

ir::ValueId from_picture(TranslateContext& c, ir::ValueId y, std::int64_t rank) {
  const Shape shape = c.shape(y);
  return rank == 3 ? c.reshape(y, {shape[0], shape[1], shape[3]}) : y;
}

std::string_view picture_suffix(std::int64_t rank) {
  return rank == 3 ? "/picture" : "";
}

std::vector<std::int64_t> kernel_of_weights(const TranslateContext& c, const Shape& x, const Shape& w,
                                            std::int64_t most_axes) {
  FOVEA_CHECK(x.rank() >= 3 && x.rank() <= most_axes + 2 && w.rank() == x.rank(),
              "only {}images and signals are supported: expected x and w of rank 3 to {}, found {} and {}",
              most_axes == 3 ? "volumes, " : "", most_axes + 2, to_string(x), to_string(w));
  std::vector<std::int64_t> kernel(w.begin() + 2, w.end());
  const auto given = c.node().integers("kernel_shape").value_or(kernel);
  FOVEA_CHECK(given == kernel, "attribute 'kernel_shape': found [{}], but the weights are {}",
              fmt::join(given, ","), to_string(w));
  return kernel;
}

std::vector<std::int64_t> kernel_of_pool(const TranslateContext& c) {
  const auto kernel = c.node().integers("kernel_shape");
  FOVEA_CHECK(kernel, "attribute 'kernel_shape' is missing");
  FOVEA_CHECK((c.rank() == 4 || c.rank() == 3) && static_cast<std::int64_t>(kernel->size()) == c.rank() - 2,
              "only images and signals are supported: expected x of rank 4 and two numbers in kernel_shape "
              "(or 3 and one), found {} and {}",
              to_string(c.shape()), kernel->size());
  return *kernel;
}

ir::ValueId convolution(TranslateContext& c, ir::ValueId x, ir::ValueId w, ir::ValueId bias,
                        std::string_view suffix) {
  const std::int64_t rank = c.shape(x).rank(), groups = c.node().integer("group", 1);
  const Window window =
      as_picture(read_padded_window(c.node(), c.shape(x), kernel_of_weights(c, c.shape(x), c.shape(w), 3)));
  if (rank == 5)
    return volume_convolution(c, x, w, bias, window, groups, suffix);
  std::vector<ir::ValueId> inputs = {as_picture(c, x), as_picture(c, w)};
  if (bias != ir::kNoValue)
    inputs.push_back(bias);
  const ir::ValueId y = c.emit(
      ops::conv(), std::move(inputs),
      ops::ConvAttributes{
          .strides = window.strides, .pads = window.pads, .dilations = window.dilations, .groups = groups},
      rank == 3 ? picture_suffix(rank) : suffix);
  return from_picture(c, y, rank);
}

}  // namespace fovea::onnx_import
