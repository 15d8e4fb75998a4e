#include "base/check.hpp"
#include "engine/imported_graph.hpp"
#include "fovea/error.hpp"
#include "ops/average_pool.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/max_pool.hpp"
#include "ops/reshape.hpp"
#include "ops/transpose.hpp"

#include <algorithm>

namespace fovea {
namespace {

/// What is known of the axes of a value.
enum class Layout { Unknown, ChannelsLast, ChannelsFirst };

bool makes_channels_first(const ir::Node& node) {
  return node.op == &ops::conv() || node.op == &ops::conv_transpose() || node.op == &ops::max_pool() ||
         node.op == &ops::average_pool();
}

Layout turned(Layout layout, const std::vector<std::int64_t>& perm) {
  if (layout == Layout::ChannelsFirst && perm == std::vector<std::int64_t>{0, 2, 3, 1})
    return Layout::ChannelsLast;
  if (layout == Layout::ChannelsLast && perm == std::vector<std::int64_t>{0, 3, 1, 2})
    return Layout::ChannelsFirst;
  return Layout::Unknown;
}

/// The layout of every value that is computed from the picture. Networks written for channels last have both;
/// transformers cut pictures into rows of tokens, which have neither.
std::vector<Layout> layouts_of(const ir::Graph& graph) {
  std::vector<Layout> layouts(graph.values().size(), Layout::Unknown);
  const auto layout = [&](ir::ValueId id) -> Layout& { return layouts[static_cast<std::size_t>(id)]; };
  layout(graph.inputs().front()) = Layout::ChannelsFirst;
  for (const ir::Node& node : graph.nodes()) {
    Layout result = Layout::Unknown;
    for (ir::ValueId id : node.inputs)
      if (id != ir::kNoValue)
        result = std::max(result, layout(id));
    if (node.op == &ops::transpose())
      result = turned(layout(node.inputs[0]), node.attributes.as<ops::TransposeAttributes>().perm);
    if (node.op == &ops::reshape())
      result = Layout::Unknown;
    if (makes_channels_first(node))
      result = Layout::ChannelsFirst;
    for (ir::ValueId id : node.outputs)
      layout(id) = graph.shape(id).rank() == 4 ? result : Layout::Unknown;
  }
  return layouts;
}

}  // namespace

std::string last_spatial_layer(const Model& model, const ProgramOptions& options) {
  const ir::Graph graph = imported_graph(model, options);
  FOVEA_CHECK(!graph.outputs().empty() && !graph.inputs().empty(), "the model has no input or no output");
  const std::vector<Layout> layouts = layouts_of(graph);
  std::vector<bool> leads(graph.values().size(), false);
  leads[static_cast<std::size_t>(graph.outputs().front())] = true;
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
    const auto on_the_way = [&](ir::ValueId id) { return leads[static_cast<std::size_t>(id)]; };
    if (std::none_of(node->outputs.begin(), node->outputs.end(), on_the_way))
      continue;
    const ir::ValueId result = node->outputs.front();
    const Shape& shape = graph.shape(result);
    if (layouts[static_cast<std::size_t>(result)] == Layout::ChannelsFirst && shape[2] * shape[3] > 1)
      return graph.value(result).name;
    for (ir::ValueId id : node->inputs)
      if (id != ir::kNoValue)
        leads[static_cast<std::size_t>(id)] = true;
  }
  throw ModelError("no layer on the way to the scores has more than one position", {model.path(), {}, {}});
}

}  // namespace fovea
