#include "ops/gather.hpp"

#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/parallel.hpp"
#include "backend/onednn/strided_copy.hpp"
#include "backend/onednn/vector_kernels.hpp"

#include <algorithm>

namespace fovea::backend::onednn_detail {
namespace {

/// Slices of x, [rows, extent, run], picked along its middle axis.
struct Picks {
  std::int64_t rows = 1, extent = 1, run = 1;
  std::vector<std::int64_t> indices;  ///< 0 to extent - 1
};

Picks picks_of(const ir::Graph& graph, const ir::Node& node, const Shape& x, std::int64_t axis) {
  Picks picks;
  for (std::int64_t i = 0; i < x.rank(); ++i)
    (i < axis ? picks.rows : i == axis ? picks.extent : picks.run) *= x[i];
  const auto indices = graph.value(node.inputs[1]).constant->data<std::int64_t>();
  for (const std::int64_t index : indices)
    picks.indices.push_back(index < 0 ? index + picks.extent : index);
  return picks;
}

Picks picks_of(const ir::Graph& graph, const ir::Node& node) {
  if (node.op == &ops::gather())
    return picks_of(graph, node, graph.shape(node.inputs[0]),
                    node.attributes.as<ops::GatherAttributes>().axis);
  const auto& a = node.attributes.as<ops::GatherGradientAttributes>();
  return picks_of(graph, node, a.shape, a.axis);
}

/// Indices that are known and within the axis.
bool supports_gather(const ir::Graph& graph, const ir::Node& node) {
  if (!graph.is_constant(node.inputs[1]))
    return false;
  const Picks picks = picks_of(graph, node);
  return std::all_of(picks.indices.begin(), picks.indices.end(),
                     [&](std::int64_t index) { return index >= 0 && index < picks.extent; });
}

void lower_gather(OneDnnBuilder& builder, const ir::Node& node) {
  const Place x = builder.plain(node.inputs[0]);
  const Place y =
      builder.produce(node.outputs[0], OneDnnBuilder::plain_desc(builder.graph().shape(node.outputs[0])));
  builder.add_kernel(
      node.op->name, {x}, {y}, [picks = picks_of(builder.graph(), node)](const std::vector<void*>& at) {
        const auto* src = static_cast<const float*>(at[0]);
        auto* dst = static_cast<float*>(at[1]);
        const auto count = static_cast<std::int64_t>(picks.indices.size());
        share(picks.rows * count * picks.run, [&](std::int64_t begin, std::int64_t end) {
          while (begin < end) {
            const std::int64_t piece = begin / picks.run, first = begin % picks.run;
            const std::int64_t size = std::min(picks.run - first, end - begin);
            const std::int64_t index = picks.indices[static_cast<std::size_t>(piece % count)];
            std::copy_n(src + (piece / count * picks.extent + index) * picks.run + first, size, dst + begin);
            begin += size;
          }
        });
      });
}

/// Elements that are picked twice get the sum, so threads share what lies side by side in a slice, or the
/// rows.
void lower_gather_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const Place dy = builder.plain(node.inputs[0]);
  const Place dx =
      builder.produce(node.outputs[0], OneDnnBuilder::plain_desc(builder.graph().shape(node.outputs[0])));
  const auto add = vector_kernels().binaries[static_cast<std::size_t>(Binary::Add)];
  builder.add_kernel(
      node.op->name, {dy}, {dx},
      [add, picks = picks_of(builder.graph(), node)](const std::vector<void*>& at) {
        const auto* src = static_cast<const float*>(at[0]);
        auto* dst = static_cast<float*>(at[1]);
        run_fill(0, dst, picks.rows * picks.extent * picks.run);
        const auto count = static_cast<std::int64_t>(picks.indices.size());
        const auto add_part = [&](std::int64_t row, std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = 0; i < count; ++i) {
            float* sum =
                dst + (row * picks.extent + picks.indices[static_cast<std::size_t>(i)]) * picks.run + begin;
            add(sum, 1, src + (row * count + i) * picks.run + begin, 1, sum, end - begin);
          }
        };
        if (picks.rows == 1)
          return share(picks.run, [&](std::int64_t begin, std::int64_t end) { add_part(0, begin, end); });
        share_rows(picks.rows, count * picks.run, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t row = begin; row < end; ++row)
            add_part(row, 0, picks.run);
        });
      });
}

}  // namespace

std::vector<OperatorLowering> gather_lowerings() {
  return {{&ops::gather(), supports_gather, lower_gather},
          {&ops::gather_gradient(), supports_gather, lower_gather_gradient}};
}

}  // namespace fovea::backend::onednn_detail
