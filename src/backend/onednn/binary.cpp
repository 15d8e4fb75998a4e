#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/memory_order.hpp"
#include "backend/onednn/parallel.hpp"
#include "backend/onednn/vector_kernels.hpp"
#include "ops/add.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/broadcast.hpp"
#include "ops/div.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/sub.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::backend::onednn_detail {
namespace {

using dnnl::algorithm;

struct Row {
  const ir::Operator* op;
  algorithm primitive;
  Binary kernel;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      {&ops::add(), algorithm::binary_add, Binary::Add}, {&ops::sub(), algorithm::binary_sub, Binary::Sub},
      {&ops::mul(), algorithm::binary_mul, Binary::Mul}, {&ops::div(), algorithm::binary_div, Binary::Div},
      {&ops::max(), algorithm::binary_max, Binary::Max}, {&ops::min(), algorithm::binary_min, Binary::Min},
  };
  return table;
}

const Row& row_of(const ir::Node& node) {
  return *std::find_if(rows().begin(), rows().end(), [&](const Row& row) { return row.op == node.op; });
}

bool is_commutative(const ir::Node& node) {
  return node.op != &ops::sub() && node.op != &ops::div();
}

bool supports_binary(const ir::Graph&, const ir::Node&) {
  return true;
}

/// Operands of one shape, in one layout: oneDNN 2.6 runs its plain loop for most that are not pictures.
void lower_equal_shapes(OneDnnBuilder& builder, const ir::Node& node) {
  const Place a = builder.place(node.inputs[0]);
  const Place b = builder.place(node.inputs[1], a.desc);
  const Place z = builder.produce_in_place(node.inputs[0], a, node.outputs[0]);
  const auto count = static_cast<std::int64_t>(a.desc.get_size() / sizeof(float));
  const auto kernel = vector_kernels().binaries[static_cast<std::size_t>(row_of(node).kernel)];
  builder.add_kernel(node.op->name, {a, b}, {z}, [=](const std::vector<void*>& at) {
    const auto* left = static_cast<const float*>(at[0]);
    const auto* right = static_cast<const float*>(at[1]);
    auto* to = static_cast<float*>(at[2]);
    share(count, [=](std::int64_t begin, std::int64_t end) {
      kernel(left + begin, 1, right + begin, 1, to + begin, end - begin);
    });
  });
}

void lower_primitive(OneDnnBuilder& builder, const ir::Node& node, ir::ValueId a, const Place& first,
                     const Place& second) {
  builder.add_primitive(node.op->name,
                        binary(builder.engine(), row_of(node).primitive, first.desc, second.desc, first.desc),
                        {{DNNL_ARG_SRC_0, first}, {DNNL_ARG_SRC_1, second}},
                        {{DNNL_ARG_DST, builder.produce_in_place(a, first, node.outputs[0])}});
}

/// One number for each channel of a picture, which oneDNN adds to channels-last memory quickly.
bool is_per_channel(const Shape& b, const Shape& picture) {
  return picture.rank() == 4 && b.rank() >= 3 && b.rank() <= 4 && b[b.rank() - 3] == picture[1] &&
         b.elements() == picture[1];
}

void run_pairs(const ops::PairWalk& walk, VectorKernels::BinaryKernel kernel, const float* a, const float* b,
               float* z) {
  const std::size_t last = walk.extents.size() - 1;
  const std::int64_t count = walk.extents[last], a_step = walk.a_strides[last], b_step = walk.b_strides[last];
  if (last == 0)
    return share(count, [=](std::int64_t begin, std::int64_t end) {
      kernel(a + begin * a_step, a_step, b + begin * b_step, b_step, z + begin, end - begin);
    });
  std::int64_t runs = 1;
  for (std::size_t axis = 0; axis < last; ++axis)
    runs *= walk.extents[axis];
  share_rows(runs, count, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t run = begin; run < end; ++run) {
      std::int64_t rest = run, from_a = 0, from_b = 0;
      for (std::size_t axis = last; axis-- > 0; rest /= walk.extents[axis]) {
        const std::int64_t index = rest % walk.extents[axis];
        from_a += index * walk.a_strides[axis];
        from_b += index * walk.b_strides[axis];
      }
      kernel(a + from_a, a_step, b + from_b, b_step, z + run * count, count);
    }
  });
}

/// Operands of two shapes: the one that has the result's keeps its layout, the other one is read row by row.
void lower_broadcast(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const Shape& y = graph.shape(node.outputs[0]);
  Place places[2];
  MemoryOrder order = row_major_order(y.rank());
  int whole = -1;  // the operand of the result's shape
  for (int i = 0; i < 2; ++i) {
    const ir::ValueId id = node.inputs[static_cast<std::size_t>(i)];
    places[i] = graph.shape(id) == y ? builder.place(id) : builder.plain(id);
    if (graph.shape(id) != y)
      continue;
    whole = i;
    if (const auto found = memory_order(places[i].desc))
      order = *found;
    else
      places[i] = builder.plain(id);
  }
  std::vector<std::int64_t> strides[2];
  for (int i = 0; i < 2; ++i)
    strides[i] =
        i == whole
            ? dense_strides(in_order(y.dims(), order))
            : in_order(ops::broadcast_strides(graph.shape(node.inputs[static_cast<std::size_t>(i)]), y),
                       order);
  const Desc desc = desc_in_order(y, order);
  const ops::PairWalk walk = ops::merge_axes(Shape(in_order(y.dims(), order)), strides[0], strides[1]);
  const Place z = whole < 0 ? builder.produce(node.outputs[0], desc)
                            : builder.produce_in_place(node.inputs[static_cast<std::size_t>(whole)],
                                                       {places[whole].buffer, desc}, node.outputs[0]);
  const auto kernel = vector_kernels().binaries[static_cast<std::size_t>(row_of(node).kernel)];
  builder.add_kernel(node.op->name, {places[0], places[1]}, {z}, [=](const std::vector<void*>& at) {
    run_pairs(walk, kernel, static_cast<const float*>(at[0]), static_cast<const float*>(at[1]),
              static_cast<float*>(at[2]));
  });
}

void lower_binary(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const Shape& y = graph.shape(node.outputs[0]);
  ir::ValueId a = node.inputs[0], b = node.inputs[1];
  if (graph.shape(a) == graph.shape(b))
    return lower_equal_shapes(builder, node);
  if (is_commutative(node) && graph.shape(a) != y)
    std::swap(a, b);
  if (graph.shape(a) == y && is_per_channel(graph.shape(b), y) &&
      builder.place(a).desc == OneDnnBuilder::channels_last_desc(y))
    return lower_primitive(builder, node, a, builder.place(a),
                           {builder.plain(b).buffer, OneDnnBuilder::plain_desc({1, y[1], 1, 1})});
  lower_broadcast(builder, node);
}

/// Statistics that are known, as they are in networks that were trained.
bool has_constant_statistics(const ir::Graph& graph, const ir::Node& node) {
  return graph.is_constant(node.inputs[1]) && graph.is_constant(node.inputs[2]);
}

/// dx = dy * factor with a factor for each channel.
void lower_batch_norm_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const auto& a = node.attributes.as<ops::BatchNormalizationAttributes>();
  const auto scale = graph.value(node.inputs[1]).constant->data<float>();
  const auto variance = graph.value(node.inputs[2]).constant->data<float>();
  const Shape& shape = graph.shape(node.inputs[0]);
  const auto rank = static_cast<std::size_t>(shape.rank());
  std::vector<float> factors(scale.size());
  for (std::size_t c = 0; c < factors.size(); ++c)
    factors[c] = static_cast<float>(double{scale[c]} / std::sqrt(double{variance[c]} + a.epsilon));
  const OrderedPlace dy = ordered_place(builder, node.inputs[0]);
  std::vector<std::int64_t> strides(rank, 0);
  strides[1] = 1;
  const ops::PairWalk walk =
      ops::merge_axes(Shape(in_order(shape.dims(), dy.order)),
                      dense_strides(in_order(shape.dims(), dy.order)), in_order(strides, dy.order));
  const Place dx = builder.produce_in_place(node.inputs[0], dy.place, node.outputs[0]);
  const auto kernel = vector_kernels().binaries[static_cast<std::size_t>(Binary::Mul)];
  builder.add_kernel(node.op->name, {dy.place}, {dx},
                     [walk, kernel, factors = std::move(factors)](const std::vector<void*>& at) {
                       run_pairs(walk, kernel, static_cast<const float*>(at[0]), factors.data(),
                                 static_cast<float*>(at[1]));
                     });
}

}  // namespace

std::vector<OperatorLowering> binary_lowerings() {
  std::vector<OperatorLowering> lowerings = {
      {&ops::batch_normalization_gradient(), has_constant_statistics, lower_batch_norm_gradient}};
  for (const Row& row : rows())
    lowerings.push_back({row.op, supports_binary, lower_binary});
  return lowerings;
}

}  // namespace fovea::backend::onednn_detail
