#include "backend/onednn/axis_extents.hpp"
#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/vector_kernels.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/reduce_sum.hpp"

#include <algorithm>

/// What takes one number of many elements: sums, means and maxima over axes.
namespace fovea::backend::onednn_detail {
namespace {

bool has_axes_left(const ir::Graph& graph, const ir::Node& node) {
  return graph.shape(node.outputs[0]).rank() >= 1;
}

bool supports_all(const ir::Graph&, const ir::Node&) {
  return true;
}

/// An operand in memory whose reduced axes lie side by side.
struct Reduced {
  Place place;
  MemoryOrder order;
  AxisExtents extents;
};

Reduced reduced_place(OneDnnBuilder& builder, ir::ValueId id, const std::vector<std::int64_t>& axes) {
  const Shape& shape = builder.graph().shape(id);
  const auto [place, order] = ordered_place(builder, id);
  if (const auto extents = extents_along(shape, axes, order))
    return {place, order, *extents};
  const MemoryOrder last = order_with_last(shape.rank(), axes);
  return {builder.place(id, desc_in_order(shape, last)), last, *extents_along(shape, axes, last)};
}

/// The layout of the result when x's axes are reduced in that order of memory, or kept with an extent of 1.
Desc desc_of_result(const Shape& result, const MemoryOrder& order, const ops::ReduceAttributes& a) {
  if (a.keep_dims != 0)
    return desc_in_order(result, order);
  MemoryOrder left;
  for (const std::int64_t axis : order)
    if (std::find(a.axes.begin(), a.axes.end(), axis) == a.axes.end())
      left.push_back(axis - std::count_if(a.axes.begin(), a.axes.end(),
                                          [&](std::int64_t reduced) { return reduced < axis; }));
  return desc_in_order(result, left);
}

void run_sum(const AxisExtents& e, float factor, const VectorKernels& kernels, const float* x, float* y) {
  if (e.has_rows())
    return share_rows(e.outer, e.count, [=, &kernels](std::int64_t begin, std::int64_t end) {
      kernels.sum_rows(x + begin * e.count, y + begin, end - begin, e.count, factor);
    });
  share_columns(e, [=, &kernels](std::int64_t outer, std::int64_t first, std::int64_t width) {
    kernels.sum_columns(x + outer * e.count * e.inner + first, y + outer * e.inner + first, e.count, e.inner,
                        width, factor);
  });
}

void lower_sum(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const auto& a = node.attributes.as<ops::ReduceAttributes>();
  const Shape &shape = graph.shape(node.inputs[0]), &result = graph.shape(node.outputs[0]);
  const Reduced x = reduced_place(builder, node.inputs[0], a.axes);
  const Place y = builder.produce(node.outputs[0], desc_of_result(result, x.order, a));
  const float factor =
      node.op == &ops::reduce_mean()
          ? static_cast<float>(static_cast<double>(result.elements()) / static_cast<double>(shape.elements()))
          : 1.0F;
  builder.add_kernel(node.op->name, {x.place}, {y},
                     [e = x.extents, factor, &kernels = vector_kernels()](const std::vector<void*>& at) {
                       run_sum(e, factor, kernels, static_cast<const float*>(at[0]),
                               static_cast<float*>(at[1]));
                     });
}

void lower_largest(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::ReduceAttributes>();
  const Reduced reduced = reduced_place(builder, node.inputs[0], a.axes);
  const Place largest = builder.produce(
      node.outputs[0], desc_of_result(builder.graph().shape(node.outputs[0]), reduced.order, a));
  builder.add_kernel(node.op->name, {reduced.place}, {largest},
                     [e = reduced.extents, &kernels = vector_kernels()](const std::vector<void*>& at) {
                       const auto* x = static_cast<const float*>(at[0]);
                       auto* y = static_cast<float*>(at[1]);
                       if (e.has_rows())
                         return share_rows(e.outer, e.count, [&](std::int64_t begin, std::int64_t end) {
                           kernels.largest_rows(x + begin * e.count, y + begin, end - begin, e.count);
                         });
                       share_columns(e, [&](std::int64_t outer, std::int64_t first, std::int64_t width) {
                         kernels.largest_columns(x + outer * e.count * e.inner + first,
                                                 y + outer * e.inner + first, e.count, e.inner, width);
                       });
                     });
}

/// dx from (dy, x, y): x keeps its layout, the others come to it.
void lower_largest_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::ReduceAttributes>();
  const Reduced x = reduced_place(builder, node.inputs[1], a.axes);
  const Desc of_result = desc_of_result(builder.graph().shape(node.inputs[0]), x.order, a);
  const Place dy = builder.place(node.inputs[0], of_result), y = builder.place(node.inputs[2], of_result);
  const Place dx = builder.produce_in_place(node.inputs[1], x.place, node.outputs[0]);
  builder.add_kernel(
      node.op->name, {dy, x.place, y}, {dx},
      [e = x.extents, &kernels = vector_kernels()](const std::vector<void*>& at) {
        const auto* gradient = static_cast<const float*>(at[0]);
        const auto* from = static_cast<const float*>(at[1]);
        const auto* largest = static_cast<const float*>(at[2]);
        auto* to = static_cast<float*>(at[3]);
        if (e.has_rows())
          return share_rows(e.outer, e.count, [&](std::int64_t begin, std::int64_t end) {
            kernels.largest_gradient_rows(gradient + begin, from + begin * e.count, largest + begin,
                                          to + begin * e.count, end - begin, e.count);
          });
        share_columns(e, [&](std::int64_t outer, std::int64_t first, std::int64_t width) {
          const std::int64_t offset = outer * e.count * e.inner + first, column = outer * e.inner + first;
          kernels.largest_gradient_columns(gradient + column, from + offset, largest + column, to + offset,
                                           e.count, e.inner, width);
        });
      });
}

}  // namespace

std::vector<OperatorLowering> reduction_lowerings() {
  return {{&ops::reduce_sum(), has_axes_left, lower_sum},
          {&ops::reduce_mean(), has_axes_left, lower_sum},
          {&ops::reduce_max(), has_axes_left, lower_largest},
          {&ops::reduce_max_gradient(), supports_all, lower_largest_gradient}};
}

}  // namespace fovea::backend::onednn_detail
