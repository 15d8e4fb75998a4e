#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/memory_order.hpp"
#include "backend/onednn/parallel.hpp"
#include "backend/onednn/vector_functions.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/broadcast.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace fovea::backend::onednn_detail {
namespace {

using dnnl::algorithm;

Binary function_of(const OneDnnBuilder& builder, const ir::Node& node) {
  return vector_function(builder.graph(), node)->binary;
}

VectorKernels::BinaryKernel kernel_of(Binary which) {
  return vector_kernels().binaries[static_cast<std::size_t>(which)];
}

/// The library's functions, in the order of Binary; it lacks the last one.
constexpr std::array<algorithm, 6> kPrimitives = {algorithm::binary_add, algorithm::binary_sub,
                                                  algorithm::binary_mul, algorithm::binary_div,
                                                  algorithm::binary_max, algorithm::binary_min};
static_assert(kPrimitives.size() == static_cast<std::size_t>(Binary::PRelu));

bool is_commutative(Binary which) {
  return which != Binary::Sub && which != Binary::Div && which != Binary::PRelu;
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
  const auto kernel = kernel_of(function_of(builder, node));
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
                        binary(builder.engine(),
                               kPrimitives[static_cast<std::size_t>(function_of(builder, node))], first.desc,
                               second.desc, first.desc),
                        {{DNNL_ARG_SRC_0, first}, {DNNL_ARG_SRC_1, second}},
                        {{DNNL_ARG_DST, builder.produce_in_place(a, first, node.outputs[0])}});
}

/// One number for each channel of a picture, which oneDNN adds to channels-last memory quickly.
bool is_per_channel(const Shape& b, const Shape& picture) {
  return picture.rank() == 4 && b.rank() >= 3 && b.rank() <= 4 && b[b.rank() - 3] == picture[1] &&
         b.elements() == picture[1];
}

void run_pairs(const ops::OperandWalk& walk, VectorKernels::BinaryKernel kernel, const float* a,
               const float* b, float* z) {
  const std::int64_t count = walk.extents.back(), a_step = walk.strides[0].back(),
                     b_step = walk.strides[1].back();
  if (walk.extents.size() == 1)
    return share(count, [=](std::int64_t begin, std::int64_t end) {
      kernel(a + begin * a_step, a_step, b + begin * b_step, b_step, z + begin, end - begin);
    });
  share_rows(ops::count_runs(walk), count, [&](std::int64_t begin, std::int64_t end) {
    StridedWalk at = ops::walk_runs(walk, begin);
    for (std::int64_t run = begin; run < end; ++run, at.next())
      kernel(a + at.offset(0), a_step, b + at.offset(1), b_step, z + run * count, count);
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
  const ops::OperandWalk walk = ops::merge_axes(Shape(in_order(y.dims(), order)), strides[0], strides[1]);
  const Place z = whole < 0 ? builder.produce(node.outputs[0], desc)
                            : builder.produce_in_place(node.inputs[static_cast<std::size_t>(whole)],
                                                       {places[whole].buffer, desc}, node.outputs[0]);
  const auto kernel = kernel_of(function_of(builder, node));
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
  if (is_commutative(function_of(builder, node)) && graph.shape(a) != y)
    std::swap(a, b);
  if (function_of(builder, node) != Binary::PRelu && graph.shape(a) == y &&
      is_per_channel(graph.shape(b), y) && builder.place(a).desc == OneDnnBuilder::channels_last_desc(y))
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
  const ops::OperandWalk walk =
      ops::merge_axes(Shape(in_order(shape.dims(), dy.order)),
                      dense_strides(in_order(shape.dims(), dy.order)), in_order(strides, dy.order));
  const Place dx = builder.produce_in_place(node.inputs[0], dy.place, node.outputs[0]);
  const auto kernel = kernel_of(Binary::Mul);
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
  for (const ir::Operator* op : operators_of({VectorFunction::Kind::Binary}))
    lowerings.push_back({op, supports_binary, lower_binary});
  return lowerings;
}

}  // namespace fovea::backend::onednn_detail
