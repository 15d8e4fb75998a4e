#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/memory_order.hpp"
#include "backend/onednn/parallel.hpp"
#include "backend/onednn/vector_kernels.hpp"
#include "ops/layer_normalization.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/softmax.hpp"

#include <optional>

/// What takes a row of elements together: Softmax, LayerNormalization, sums and means.
namespace fovea::backend::onednn_detail {
namespace {

struct Extents {
  std::int64_t rows = 1, count = 1;
};

/// A tensor as rows that go through the axes from `axis` on.
Extents rows_from(const Shape& shape, std::int64_t axis) {
  Extents e;
  for (std::int64_t i = 0; i < shape.rank(); ++i)
    (i < axis ? e.rows : e.count) *= shape[i];
  return e;
}

/// Another axis than the last is left to the plain kernel.
bool supports_softmax(const ir::Graph& graph, const ir::Node& node) {
  return node.attributes.as<ops::SoftmaxAttributes>().axis == graph.shape(node.inputs[0]).rank() - 1;
}

void lower_softmax(OneDnnBuilder& builder, const ir::Node& node) {
  const Shape& shape = builder.graph().shape(node.inputs[0]);
  const Extents e = rows_from(shape, shape.rank() - 1);
  const Place x = builder.plain(node.inputs[0]);
  const Place y = builder.produce_in_place(node.inputs[0], x, node.outputs[0]);
  builder.add_kernel(node.op->name, {x}, {y}, [e, kernel = vector_kernels().softmax](const auto& at) {
    const auto* from = static_cast<const float*>(at[0]);
    auto* to = static_cast<float*>(at[1]);
    share_rows(e.rows, e.count, [=](std::int64_t begin, std::int64_t end) {
      kernel(from + begin * e.count, to + begin * e.count, end - begin, e.count);
    });
  });
}

void lower_softmax_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const Shape& shape = builder.graph().shape(node.inputs[0]);
  const Extents e = rows_from(shape, shape.rank() - 1);
  const Place dy = builder.plain(node.inputs[0]), y = builder.plain(node.inputs[1]);
  const Place dx = builder.produce_in_place(node.inputs[0], dy, node.outputs[0]);
  builder.add_kernel(node.op->name, {dy, y}, {dx},
                     [e, kernel = vector_kernels().softmax_gradient](const auto& at) {
                       const auto* gradient = static_cast<const float*>(at[0]);
                       const auto* value = static_cast<const float*>(at[1]);
                       auto* to = static_cast<float*>(at[2]);
                       share_rows(e.rows, e.count, [=](std::int64_t begin, std::int64_t end) {
                         const std::int64_t first = begin * e.count;
                         kernel(gradient + first, value + first, to + first, end - begin, e.count);
                       });
                     });
}

bool supports_all(const ir::Graph&, const ir::Node&) {
  return true;
}

Extents normalised_rows(const ir::Node& node, const Shape& shape) {
  const std::int64_t axis = node.attributes.as<ops::LayerNormalizationAttributes>().axis;
  return rows_from(shape, axis < 0 ? axis + shape.rank() : axis);
}

/// An operand that may be absent.
bool has_input(const ir::Node& node, std::size_t i) {
  return i < node.inputs.size() && node.inputs[i] != ir::kNoValue;
}

void lower_layer_normalization(OneDnnBuilder& builder, const ir::Node& node) {
  const Extents e = normalised_rows(node, builder.graph().shape(node.inputs[0]));
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
        share_rows(e.rows, e.count, [=](std::int64_t begin, std::int64_t end) {
          kernel(x + begin * e.count, scale, bias, to + begin * e.count, end - begin, e.count, epsilon);
        });
      });
}

void lower_layer_normalization_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const Extents e = normalised_rows(node, builder.graph().shape(node.inputs[0]));
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
        share_rows(e.rows, e.count, [=](std::int64_t begin, std::int64_t end) {
          const std::int64_t first = begin * e.count;
          kernel(dy + first, x + first, scale, to + first, end - begin, e.count, epsilon);
        });
      });
}

/// A sum over neighbouring axes of memory: x as [outer, count, inner].
struct Sum {
  std::int64_t outer = 1, count = 1, inner = 1;
};

/// Nothing where the axes to sum over do not lie side by side in memory of that order.
std::optional<Sum> sum_of(const Shape& x, const std::vector<std::int64_t>& axes, const MemoryOrder& order) {
  Sum sum;
  bool begun = false, ended = false;
  for (const std::int64_t axis : order) {
    if (x[axis] == 1)
      continue;
    const bool is_summed = std::find(axes.begin(), axes.end(), axis) != axes.end();
    if (is_summed && ended)
      return {};
    begun = begun || is_summed;
    ended = begun && !is_summed;
    (is_summed ? sum.count : begun ? sum.inner : sum.outer) *= x[axis];
  }
  return sum;
}

bool supports_sum(const ir::Graph& graph, const ir::Node& node) {
  const Shape& x = graph.shape(node.inputs[0]);
  return graph.shape(node.outputs[0]).rank() >= 1 &&
         sum_of(x, node.attributes.as<ops::ReduceAttributes>().axes, row_major_order(x.rank())).has_value();
}

/// The order of the result's memory when x's axes are summed away, or kept with an extent of 1.
MemoryOrder order_of_result(const MemoryOrder& order, const ops::ReduceAttributes& a) {
  if (a.keep_dims != 0)
    return order;
  MemoryOrder result;
  for (const std::int64_t axis : order)
    if (std::find(a.axes.begin(), a.axes.end(), axis) == a.axes.end())
      result.push_back(axis - std::count_if(a.axes.begin(), a.axes.end(),
                                            [&](std::int64_t summed) { return summed < axis; }));
  return result;
}

void run_sum(const Sum& sum, float factor, const VectorKernels& kernels, const float* x, float* y) {
  if (sum.inner == 1)
    return share_rows(sum.outer, sum.count, [=](std::int64_t begin, std::int64_t end) {
      kernels.sum_rows(x + begin * sum.count, y + begin, end - begin, sum.count, factor);
    });
  // Pieces of columns, so that few outer indices keep all threads busy, too.
  constexpr std::int64_t kWidth = 256;
  const std::int64_t pieces = (sum.inner + kWidth - 1) / kWidth;
  share_rows(sum.outer * pieces, sum.count * std::min(kWidth, sum.inner),
             [=](std::int64_t begin, std::int64_t end) {
               for (std::int64_t i = begin; i < end; ++i) {
                 const std::int64_t outer = i / pieces, first = i % pieces * kWidth;
                 kernels.sum_columns(x + outer * sum.count * sum.inner + first, y + outer * sum.inner + first,
                                     sum.count, sum.inner, std::min(kWidth, sum.inner - first), factor);
               }
             });
}

void lower_sum(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const auto& a = node.attributes.as<ops::ReduceAttributes>();
  const Shape &shape = graph.shape(node.inputs[0]), &result = graph.shape(node.outputs[0]);
  Place x = builder.place(node.inputs[0]);
  MemoryOrder order = memory_order(x.desc).value_or(MemoryOrder());
  std::optional<Sum> sum = order.empty() ? std::nullopt : sum_of(shape, a.axes, order);
  if (!sum) {
    x = builder.plain(node.inputs[0]);
    order = row_major_order(shape.rank());
    sum = sum_of(shape, a.axes, order);
  }
  const Place y = builder.produce(node.outputs[0], desc_in_order(result, order_of_result(order, a)));
  const float factor =
      node.op == &ops::reduce_mean()
          ? static_cast<float>(static_cast<double>(result.elements()) / static_cast<double>(shape.elements()))
          : 1.0F;
  builder.add_kernel(node.op->name, {x}, {y},
                     [sum = *sum, factor, &kernels = vector_kernels()](const std::vector<void*>& at) {
                       run_sum(sum, factor, kernels, static_cast<const float*>(at[0]),
                               static_cast<float*>(at[1]));
                     });
}

}  // namespace

std::vector<OperatorLowering> row_lowerings() {
  return {{&ops::softmax(), supports_softmax, lower_softmax},
          {&ops::softmax_gradient(), supports_softmax, lower_softmax_gradient},
          {&ops::layer_normalization(), supports_all, lower_layer_normalization},
          {&ops::layer_normalization_gradient(), supports_all, lower_layer_normalization_gradient},
          {&ops::reduce_sum(), supports_sum, lower_sum},
          {&ops::reduce_mean(), supports_sum, lower_sum}};
}

}  // namespace fovea::backend::onednn_detail
