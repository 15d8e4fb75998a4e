#include "backend/onednn/axis_extents.hpp"
#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/vector_kernels.hpp"
#include "ops/layer_normalization.hpp"
#include "ops/log_softmax.hpp"
#include "ops/softmax.hpp"

/// What normalises rows or columns of elements: Softmax, LogSoftmax and LayerNormalization.
namespace fovea::backend::onednn_detail {
namespace {

/// A tensor as rows that go through the axes from `axis` on.
AxisExtents rows_from(const Shape& shape, std::int64_t axis) {
  AxisExtents e;
  for (std::int64_t i = 0; i < shape.rank(); ++i)
    (i < axis ? e.outer : e.count) *= shape[i];
  return e;
}

/// A value's memory, along the axis of a softmax.
AxisExtents softmax_extents(const OneDnnBuilder& builder, const ir::Node& node, const MemoryOrder& order) {
  return *extents_along(builder.graph().shape(node.inputs[0]),
                        {node.attributes.as<ops::SoftmaxAttributes>().axis}, order);
}

void lower_softmax(OneDnnBuilder& builder, const ir::Node& node) {
  const auto [x, order] = ordered_place(builder, node.inputs[0]);
  const AxisExtents e = softmax_extents(builder, node, order);
  const Place y = builder.produce_in_place(node.inputs[0], x, node.outputs[0]);
  const VectorKernels& kernels = vector_kernels();
  const bool is_logarithm = node.op == &ops::log_softmax();
  const auto rows = is_logarithm ? kernels.log_softmax : kernels.softmax;
  const auto columns = is_logarithm ? kernels.log_softmax_columns : kernels.softmax_columns;
  builder.add_kernel(node.op->name, {x}, {y}, [=](const std::vector<void*>& at) {
    const auto* from = static_cast<const float*>(at[0]);
    auto* to = static_cast<float*>(at[1]);
    if (e.has_rows())
      return share_rows(e.outer, e.count, [=](std::int64_t begin, std::int64_t end) {
        rows(from + begin * e.count, to + begin * e.count, end - begin, e.count);
      });
    share_columns(e, [=](std::int64_t outer, std::int64_t first, std::int64_t width) {
      const std::int64_t offset = outer * e.count * e.inner + first;
      columns(from + offset, to + offset, e.count, e.inner, width);
    });
  });
}

/// The result keeps its layout, the gradient comes to it.
void lower_softmax_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const auto [y, order] = ordered_place(builder, node.inputs[1]);
  const AxisExtents e = softmax_extents(builder, node, order);
  const Place dy = builder.place(node.inputs[0], y.desc);
  const Place dx = builder.produce_in_place(node.inputs[0], dy, node.outputs[0]);
  const VectorKernels& kernels = vector_kernels();
  const bool is_logarithm = node.op == &ops::log_softmax_gradient();
  const auto rows = is_logarithm ? kernels.log_softmax_gradient : kernels.softmax_gradient;
  const auto columns = is_logarithm ? kernels.log_softmax_gradient_columns : kernels.softmax_gradient_columns;
  builder.add_kernel(node.op->name, {dy, y}, {dx}, [=](const std::vector<void*>& at) {
    const auto* gradient = static_cast<const float*>(at[0]);
    const auto* value = static_cast<const float*>(at[1]);
    auto* to = static_cast<float*>(at[2]);
    if (e.has_rows())
      return share_rows(e.outer, e.count, [=](std::int64_t begin, std::int64_t end) {
        const std::int64_t first = begin * e.count;
        rows(gradient + first, value + first, to + first, end - begin, e.count);
      });
    share_columns(e, [=](std::int64_t outer, std::int64_t first, std::int64_t width) {
      const std::int64_t offset = outer * e.count * e.inner + first;
      columns(gradient + offset, value + offset, to + offset, e.count, e.inner, width);
    });
  });
}

bool supports_all(const ir::Graph&, const ir::Node&) {
  return true;
}

AxisExtents normalised_rows(const ir::Node& node, const Shape& shape) {
  const std::int64_t axis = node.attributes.as<ops::LayerNormalizationAttributes>().axis;
  return rows_from(shape, axis < 0 ? axis + shape.rank() : axis);
}

/// An operand that may be absent.
bool has_input(const ir::Node& node, std::size_t i) {
  return i < node.inputs.size() && node.inputs[i] != ir::kNoValue;
}

void lower_layer_normalization(OneDnnBuilder& builder, const ir::Node& node) {
  const AxisExtents e = normalised_rows(node, builder.graph().shape(node.inputs[0]));
  const auto epsilon = static_cast<float>(node.attributes.as<ops::LayerNormalizationAttributes>().epsilon);
  std::vector<Place> reads = {builder.plain(node.inputs[0])};
  const bool has_scale = has_input(node, 1), has_bias = has_input(node, 2);
  for (const std::size_t i : {1, 2})
    if (has_input(node, i))
      reads.push_back(builder.plain(node.inputs[i]));
  const Place y = builder.produce_in_place(node.inputs[0], reads[0], node.outputs[0]);
  builder.add_kernel(
      node.op->name, reads, {y},
      [=, kernel = vector_kernels().layer_normalization](const std::vector<void*>& at) {
        const auto* x = static_cast<const float*>(at[0]);
        const auto* scale = has_scale ? static_cast<const float*>(at[1]) : nullptr;
        const auto* bias = has_bias ? static_cast<const float*>(at[has_scale ? 2 : 1]) : nullptr;
        auto* to = static_cast<float*>(at.back());
        share_rows(e.outer, e.count, [=](std::int64_t begin, std::int64_t end) {
          kernel(x + begin * e.count, scale, bias, to + begin * e.count, end - begin, e.count, epsilon);
        });
      });
}

void lower_layer_normalization_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const AxisExtents e = normalised_rows(node, builder.graph().shape(node.inputs[0]));
  const auto epsilon = static_cast<float>(node.attributes.as<ops::LayerNormalizationAttributes>().epsilon);
  std::vector<Place> reads = {builder.plain(node.inputs[0]), builder.plain(node.inputs[1])};
  const bool has_scale = has_input(node, 2);
  if (has_scale)
    reads.push_back(builder.plain(node.inputs[2]));
  const Place dx = builder.produce_in_place(node.inputs[0], reads[0], node.outputs[0]);
  builder.add_kernel(
      node.op->name, reads, {dx},
      [=, kernel = vector_kernels().layer_normalization_gradient](const std::vector<void*>& at) {
        const auto* dy = static_cast<const float*>(at[0]);
        const auto* x = static_cast<const float*>(at[1]);
        const auto* scale = has_scale ? static_cast<const float*>(at[2]) : nullptr;
        auto* to = static_cast<float*>(at.back());
        share_rows(e.outer, e.count, [=](std::int64_t begin, std::int64_t end) {
          const std::int64_t first = begin * e.count;
          kernel(dy + first, x + first, scale, to + first, end - begin, e.count, epsilon);
        });
      });
}

}  // namespace

std::vector<OperatorLowering> row_lowerings() {
  return {{&ops::softmax(), supports_all, lower_softmax},
          {&ops::softmax_gradient(), supports_all, lower_softmax_gradient},
          {&ops::log_softmax(), supports_all, lower_softmax},
          {&ops::log_softmax_gradient(), supports_all, lower_softmax_gradient},
          {&ops::layer_normalization(), supports_all, lower_layer_normalization},
          {&ops::layer_normalization_gradient(), supports_all, lower_layer_normalization_gradient}};
}

}  // namespace fovea::backend::onednn_detail
