#include "base/check.hpp"
#include "engine/imported_graph.hpp"
#include "fovea/error.hpp"
#include "ops/axis_roles.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"

#include <algorithm>
#include <set>

namespace fovea {
namespace {

/// Whether a value has several positions with known places in the picture. A matrix is none: its second axis
/// is features.
bool is_spatial_layer(const Shape& shape, const ops::AxisRoles& roles, std::int64_t batch) {
  if (shape.rank() < 3)
    return false;
  const std::optional<LayerLayout> layout = ops::layer_layout(shape, roles);
  return layout && layout->has_grid && layout->positions() > 1 && layout->pictures() == batch;
}

/// Whether a node multiplies by learnt weights.
bool has_weights(const ir::Graph& graph, const ir::Node& node) {
  const bool multiplies = node.op == &ops::conv() || node.op == &ops::conv_transpose() ||
                          node.op == &ops::gemm() || node.op == &ops::mat_mul();
  return multiplies && graph.is_constant(node.inputs[1]);
}

}  // namespace

ir::ValueId last_spatial_value(const Model& model, const ir::Graph& graph, const ProgramOptions& options) {
  const std::int64_t batch = options.batch;
  FOVEA_CHECK(!graph.outputs().empty() && !graph.inputs().empty(), "the model has no input or no output");
  const ir::ValueId picture = graph.inputs().front();
  const std::vector<ops::AxisRoles> roles =
      ops::axis_roles(graph, picture, ops::picture_roles(graph.shape(picture), false));
  std::vector<bool> leads(graph.values().size(), false);
  leads[static_cast<std::size_t>(graph.outputs().front())] = true;
  // Where each position has scores of classes, the layer is the one that these are computed of.
  bool is_before_scores = !options.sum_over_region;
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
    const auto on_the_way = [&](ir::ValueId id) { return leads[static_cast<std::size_t>(id)]; };
    if (std::none_of(node->outputs.begin(), node->outputs.end(), on_the_way))
      continue;
    const ir::ValueId result = node->outputs.front();
    if (is_before_scores &&
        is_spatial_layer(graph.shape(result), roles[static_cast<std::size_t>(result)], batch))
      return result;
    if (!is_before_scores && has_weights(graph, *node)) {
      is_before_scores = true;
      leads.assign(leads.size(), false);  // not along another branch to the scores
      leads[static_cast<std::size_t>(node->inputs[0])] = true;
      continue;
    }
    for (ir::ValueId id : node->inputs)
      if (id != ir::kNoValue)
        leads[static_cast<std::size_t>(id)] = true;
  }
  throw ModelError("no layer before the scores has more than one position of the picture",
                   {model.path(), {}, {}});
}

/// What everything passes through, in the order of computation, is a value after which nothing else that
/// depends on the picture is still to be read.
std::string last_common_spatial_layer(const Model& model, const ProgramOptions& options) {
  const ir::Graph graph = imported_graph(model, options);
  const ir::ValueId picture = graph.inputs().front();
  const std::vector<ops::AxisRoles> roles =
      ops::axis_roles(graph, picture, ops::picture_roles(graph.shape(picture), false));
  std::vector<int> uses = graph.use_counts();
  const auto at = [](ir::ValueId id) { return static_cast<std::size_t>(id); };
  std::set<ir::ValueId> open = {picture};
  ir::ValueId last = ir::kNoValue;
  for (const ir::Node& node : graph.nodes()) {
    const bool depends = std::any_of(node.inputs.begin(), node.inputs.end(),
                                     [&](ir::ValueId id) { return open.contains(id); });
    // A node that reads a value twice counts as two readers.
    for (const ir::ValueId id : node.inputs)
      if (id != ir::kNoValue && --uses[at(id)] == 0)
        open.erase(id);
    if (!depends)
      continue;
    for (const ir::ValueId id : node.outputs)
      if (uses[at(id)] > 0)
        open.insert(id);
    if (open.size() == 1 &&
        is_spatial_layer(graph.shape(*open.begin()), roles[at(*open.begin())], options.batch))
      last = *open.begin();
  }
  return last == ir::kNoValue ? std::string() : graph.value(last).name;
}

std::string last_spatial_layer(const Model& model, const ProgramOptions& options) {
  const ir::Graph graph = imported_graph(model, options);
  return graph.value(last_spatial_value(model, graph, options)).name;
}

}  // namespace fovea
