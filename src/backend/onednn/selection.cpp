#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/parallel.hpp"
#include "ops/broadcast.hpp"
#include "ops/cast.hpp"
#include "ops/comparison.hpp"
#include "ops/where.hpp"

#include <algorithm>
#include <array>
#include <functional>

/// Truth values and what they choose: comparisons, logic, Where, and numbers made of truth values. Truth
/// values lie in row-major order, one byte each, so everything here does.
namespace fovea::backend::onednn_detail {
namespace {

bool has_elements(const ir::Graph& graph, ir::ValueId id) {
  return graph.shape(id).elements() > 0;
}

/// Runs `run(at, i, count)` for every run along the last axis of the operands under the result's shape: `at`
/// are the operands' elements, the result's is number i.
template <class Run>
void share_runs(const ops::OperandWalk& walk, const Run& run) {
  const std::int64_t count = walk.extents.back();
  if (walk.extents.size() == 1)
    return share(count, [&](std::int64_t begin, std::int64_t end) {
      std::array<std::int64_t, 3> at{};
      for (std::size_t i = 0; i < walk.strides.size(); ++i)
        at[i] = begin * walk.strides[i].back();
      run(at, begin, end - begin);
    });
  share_rows(ops::count_runs(walk), count, [&](std::int64_t begin, std::int64_t end) {
    StridedWalk position = ops::walk_runs(walk, begin);
    for (std::int64_t k = begin; k < end; ++k, position.next()) {
      std::array<std::int64_t, 3> at{};
      for (std::size_t i = 0; i < walk.strides.size(); ++i)
        at[i] = position.offset(i);
      run(at, k * count, count);
    }
  });
}

ops::OperandWalk walk_of(const ir::Graph& graph, const ir::Node& node) {
  const Shape& shape = graph.shape(node.outputs[0]);
  std::vector<std::vector<std::int64_t>> strides;
  for (const ir::ValueId id : node.inputs)
    strides.push_back(ops::broadcast_strides(graph.shape(id), shape));
  return ops::merge_axes(shape.dims(), strides);
}

/// z = f(a, b), with a and b of type T.
template <class T, class F>
void lower_comparison(OneDnnBuilder& builder, const ir::Node& node) {
  const ops::OperandWalk walk = walk_of(builder.graph(), node);
  const Place z = builder.produce_truth(node.outputs[0]);
  builder.add_kernel(node.op->name, {builder.plain(node.inputs[0]), builder.plain(node.inputs[1])}, {z},
                     [walk](const std::vector<void*>& at) {
                       const std::int64_t a_step = walk.strides[0].back(), b_step = walk.strides[1].back();
                       share_runs(walk, [&](const auto& offsets, std::int64_t first, std::int64_t count) {
                         const T* a = static_cast<const T*>(at[0]) + offsets[0];
                         const T* b = static_cast<const T*>(at[1]) + offsets[1];
                         bool* to = static_cast<bool*>(at[2]) + first;
                         if (a_step == 1 && b_step == 1) {
#pragma omp simd
                           for (std::int64_t i = 0; i < count; ++i)
                             to[i] = F()(a[i], b[i]);
                         } else if (a_step == 1 && b_step == 0) {
                           const T second = *b;
#pragma omp simd
                           for (std::int64_t i = 0; i < count; ++i)
                             to[i] = F()(a[i], second);
                         } else {
                           for (std::int64_t i = 0; i < count; ++i)
                             to[i] = F()(a[i * a_step], b[i * b_step]);
                         }
                       });
                     });
}

bool compares_numbers(const ir::Graph& graph, const ir::Node& node) {
  return graph.type(node.inputs[0]).dtype == DType::F32 && has_elements(graph, node.outputs[0]);
}

bool is_logic(const ir::Graph& graph, const ir::Node& node) {
  return has_elements(graph, node.outputs[0]);
}

void lower_not(OneDnnBuilder& builder, const ir::Node& node) {
  const std::int64_t count = builder.graph().shape(node.outputs[0]).elements();
  const Place z = builder.produce_truth(node.outputs[0]);
  builder.add_kernel(node.op->name, {builder.plain(node.inputs[0])}, {z},
                     [count](const std::vector<void*>& at) {
                       const auto* x = static_cast<const bool*>(at[0]);
                       auto* to = static_cast<bool*>(at[1]);
                       share(count, [=](std::int64_t begin, std::int64_t end) {
                         std::transform(x + begin, x + end, to + begin, std::logical_not<>());
                       });
                     });
}

bool makes_numbers_of_truth(const ir::Graph& graph, const ir::Node& node) {
  return graph.type(node.inputs[0]).dtype == DType::Bool && graph.type(node.outputs[0]).dtype == DType::F32 &&
         has_elements(graph, node.outputs[0]);
}

void lower_cast(OneDnnBuilder& builder, const ir::Node& node) {
  const Shape& shape = builder.graph().shape(node.outputs[0]);
  const Place y = builder.produce(node.outputs[0], OneDnnBuilder::plain_desc(shape));
  builder.add_kernel(node.op->name, {builder.plain(node.inputs[0])}, {y},
                     [count = shape.elements()](const std::vector<void*>& at) {
                       const auto* x = static_cast<const std::uint8_t*>(at[0]);
                       auto* to = static_cast<float*>(at[1]);
                       share(count, [=](std::int64_t begin, std::int64_t end) {
#pragma omp simd
                         for (std::int64_t i = begin; i < end; ++i)
                           to[i] = static_cast<float>(x[i]);
                       });
                     });
}

bool chooses_numbers(const ir::Graph& graph, const ir::Node& node) {
  return graph.type(node.outputs[0]).dtype == DType::F32 && has_elements(graph, node.outputs[0]);
}

void choose(const bool* condition, std::int64_t condition_step, const float* a, std::int64_t a_step,
            const float* b, std::int64_t b_step, float* z, std::int64_t count) {
  if (condition_step == 1 && a_step == 1 && b_step == 1) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i)
      z[i] = condition[i] ? a[i] : b[i];
  } else if (condition_step == 1 && a_step == 1 && b_step == 0) {
    const float other = *b;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i)
      z[i] = condition[i] ? a[i] : other;
  } else if (condition_step == 1 && a_step == 0 && b_step == 1) {
    const float chosen = *a;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i)
      z[i] = condition[i] ? chosen : b[i];
  } else {
    for (std::int64_t i = 0; i < count; ++i)
      z[i] = condition[i * condition_step] ? a[i * a_step] : b[i * b_step];
  }
}

void lower_where(OneDnnBuilder& builder, const ir::Node& node) {
  const ops::OperandWalk walk = walk_of(builder.graph(), node);
  std::vector<Place> reads;
  for (const ir::ValueId id : node.inputs)
    reads.push_back(builder.plain(id));
  const Place z =
      builder.produce(node.outputs[0], OneDnnBuilder::plain_desc(builder.graph().shape(node.outputs[0])));
  builder.add_kernel(node.op->name, reads, {z}, [walk](const std::vector<void*>& at) {
    share_runs(walk, [&](const auto& offsets, std::int64_t first, std::int64_t count) {
      choose(static_cast<const bool*>(at[0]) + offsets[0], walk.strides[0].back(),
             static_cast<const float*>(at[1]) + offsets[1], walk.strides[1].back(),
             static_cast<const float*>(at[2]) + offsets[2], walk.strides[2].back(),
             static_cast<float*>(at[3]) + first, count);
    });
  });
}

}  // namespace

std::vector<OperatorLowering> selection_lowerings() {
  std::vector<OperatorLowering> lowerings = {
      {&ops::equal(), compares_numbers, lower_comparison<float, std::equal_to<>>},
      {&ops::greater(), compares_numbers, lower_comparison<float, std::greater<>>},
      {&ops::greater_or_equal(), compares_numbers, lower_comparison<float, std::greater_equal<>>},
      {&ops::less(), compares_numbers, lower_comparison<float, std::less<>>},
      {&ops::less_or_equal(), compares_numbers, lower_comparison<float, std::less_equal<>>},
      {&ops::logical_and(), is_logic, lower_comparison<bool, std::logical_and<>>},
      {&ops::logical_or(), is_logic, lower_comparison<bool, std::logical_or<>>},
      {&ops::logical_not(), is_logic, lower_not},
      {&ops::cast(), makes_numbers_of_truth, lower_cast},
      {&ops::where(), chooses_numbers, lower_where}};
  for (OperatorLowering& lowering : lowerings)
    lowering.types = OperatorLowering::Types::AsSupported;
  return lowerings;
}

}  // namespace fovea::backend::onednn_detail
