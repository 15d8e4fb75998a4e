#include "base/check.hpp"
#include "engine/attention_nodes.hpp"
#include "engine/imported_graph.hpp"
#include "fovea/error.hpp"
#include "ops/axis_roles.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace fovea {
namespace {

constexpr std::string_view kStride = "<last layer of stride ";

/// The grid of a value that has several positions with known places in the picture, alone or beside a class
/// token. A matrix has none: its second axis is features.
std::optional<LayerLayout> spatial_grid(const Shape& shape, const ops::AxisRoles& roles, std::int64_t batch) {
  if (shape.rank() < 3)
    return {};
  const std::optional<LayerLayout> layout = ops::layer_layout(shape, roles);
  std::optional<LayerLayout> grid = layout ? layout->grid() : std::nullopt;
  if (grid && (grid->positions() <= 1 || grid->pictures() != batch))
    grid.reset();
  return grid;
}

/// Whether a value's positions are a grid and nothing else. Those beside a grid may be the cells of a
/// detector's other grids, which are no class tokens.
bool is_grid_alone(const Shape& shape, const ops::AxisRoles& roles, std::int64_t batch) {
  return spatial_grid(shape, roles, batch) && ops::layer_layout(shape, roles)->has_grid;
}

/// What the last layer is looked for in.
struct Search {
  const ir::Graph& graph;
  const std::vector<ops::AxisRoles>& roles;
  std::int64_t batch;

  std::optional<LayerLayout> grid(ir::ValueId id) const {
    return spatial_grid(graph.shape(id), roles[static_cast<std::size_t>(id)], batch);
  }
  bool is_spatial(ir::ValueId id) const { return grid(id).has_value(); }
  /// The logarithm to base 2 of the distance of two rows of a grid, in pixels, rounded: odd sizes and pooling
  /// without padding take some rows from a grid.
  long log_stride(const LayerLayout& grid) const {
    return std::lround(std::log2(static_cast<double>(graph.shape(graph.inputs().front())[2]) /
                                 static_cast<double>(grid.height())));
  }
  /// For every value, whether `end` is computed from it.
  std::vector<bool> leading_to(ir::ValueId end) const {
    std::vector<bool> leads(graph.values().size(), false);
    leads[static_cast<std::size_t>(end)] = true;
    for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node)
      if (std::any_of(node->outputs.begin(), node->outputs.end(),
                      [&](ir::ValueId id) { return leads[static_cast<std::size_t>(id)]; }))
        for (const ir::ValueId id : node->inputs)
          if (id != ir::kNoValue)
            leads[static_cast<std::size_t>(id)] = true;
    return leads;
  }
  /// For every value, whether it depends on one of `sources`, or is one.
  std::vector<bool> depending_on(std::vector<bool> sources) const {
    for (const ir::Node& node : graph.nodes())
      if (std::any_of(node.inputs.begin(), node.inputs.end(), [&](ir::ValueId id) {
            return id != ir::kNoValue && sources[static_cast<std::size_t>(id)];
          }))
        for (const ir::ValueId id : node.outputs)
          sources[static_cast<std::size_t>(id)] = true;
    return sources;
  }
  std::vector<bool> depending_on_picture() const {
    std::vector<bool> picture(graph.values().size(), false);
    picture[static_cast<std::size_t>(graph.inputs().front())] = true;
    return depending_on(std::move(picture));
  }
  /// The nodes that multiply by learnt weights, which may be computed from constants.
  std::vector<const ir::Node*> with_weights() const {
    const std::vector<bool> depends = depending_on_picture();
    std::vector<const ir::Node*> found;
    for (const ir::Node& node : graph.nodes()) {
      const bool multiplies = node.op == &ops::conv() || node.op == &ops::conv_transpose() ||
                              node.op == &ops::gemm() || node.op == &ops::mat_mul();
      if (multiplies && depends[static_cast<std::size_t>(node.inputs[0])] &&
          !depends[static_cast<std::size_t>(node.inputs[1])])
        found.push_back(&node);
    }
    return found;
  }
  /// For every value, whether it was computed by learnt weights from the picture.
  std::vector<bool> computed_by_weights() const {
    std::vector<bool> is(graph.values().size(), false);
    for (const ir::Node* node : with_weights())
      is[static_cast<std::size_t>(node->outputs.front())] = true;
    return depending_on(std::move(is));
  }
  /// What the last node with learnt weights before `end` reads; kNoValue if there is none.
  ir::ValueId read_by_weights(ir::ValueId end) const {
    const std::vector<bool> leads = leading_to(end);
    const std::vector<const ir::Node*> nodes = with_weights();
    for (auto at = nodes.rbegin(); at != nodes.rend(); ++at)
      if (const ir::Node* node = *at; leads[static_cast<std::size_t>(node->outputs.front())])
        return node->inputs[0];
    return ir::kNoValue;
  }
  /// The last spatial value of those that lead to `end`, itself included; kNoValue if none.
  ir::ValueId last_before(ir::ValueId end) const {
    if (end == ir::kNoValue)
      return end;
    const std::vector<bool> leads = leading_to(end);
    for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node)
      if (leads[static_cast<std::size_t>(node->outputs.front())] && is_spatial(node->outputs.front()))
        return node->outputs.front();
    return ir::kNoValue;
  }
  /// The last spatial value of at most a stride, or the last one of the finest grid, of those that lead to
  /// `end`, itself included; kNoValue if none. Only what learnt weights have computed counts: other values
  /// are the picture in other units.
  ir::ValueId last_of_stride(ir::ValueId end, std::int64_t stride) const {
    if (end == ir::kNoValue)
      return end;
    const std::vector<bool> leads = leading_to(end), is_learnt = computed_by_weights();
    const double wanted = std::log2(static_cast<double>(stride));
    ir::ValueId finest = ir::kNoValue;
    long smallest = 0;
    for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
      const ir::ValueId id = node->outputs.front();
      const auto i = static_cast<std::size_t>(id);
      const std::optional<LayerLayout> layer = leads[i] && is_learnt[i] ? grid(id) : std::nullopt;
      if (!layer)
        continue;
      const long found = log_stride(*layer);
      if (static_cast<double>(found) <= wanted)
        return id;
      if (finest == ir::kNoValue || found < smallest) {
        finest = id;
        smallest = found;
      }
    }
    return finest;
  }
  /// The tokens that the last attention reads, if they are spatial; kNoValue if not. Behind it a class token
  /// alone leads to the scores, so that no gradient reaches the patches of any later value.
  ir::ValueId read_by_attention(const std::vector<AttentionNodes>& attention) const {
    for (auto nodes = attention.rbegin(); nodes != attention.rend(); ++nodes)
      if (nodes->source != ir::kNoValue && is_spatial(nodes->source))
        return nodes->source;
    return ir::kNoValue;
  }
  /// The tokens that an attention reads, for one of the values that it computes from them; else the value.
  ir::ValueId before_attention(ir::ValueId id, const std::vector<AttentionNodes>& attention) const {
    for (const AttentionNodes& nodes : attention) {
      if (nodes.source == ir::kNoValue || !is_spatial(nodes.source) || id == nodes.product)
        continue;
      if (leading_to(nodes.product)[static_cast<std::size_t>(id)] &&
          leading_to(id)[static_cast<std::size_t>(nodes.source)])
        return nodes.source;
    }
    return id;
  }
};

}  // namespace

std::string last_layer_of_stride(std::int64_t stride) {
  FOVEA_CHECK(stride >= 1, "a layer of stride {} is not possible: expected at least 1", stride);
  return fmt::format("{}{}>", kStride, stride);
}

std::optional<std::int64_t> stride_of_place(std::string_view layer) {
  if (layer == kLastSpatialLayer)
    return kAnyStride;
  std::int64_t stride = 0;
  if (!layer.starts_with(kStride) ||
      std::from_chars(layer.data() + kStride.size(), layer.data() + layer.size(), stride).ec != std::errc())
    return {};
  return stride;
}

ir::ValueId last_spatial_value(const Model& model, const ir::Graph& graph, const ProgramOptions& options,
                               std::int64_t stride) {
  FOVEA_CHECK(!graph.outputs().empty() && !graph.inputs().empty(), "the model has no input or no output");
  const ir::ValueId picture = graph.inputs().front();
  const std::vector<ops::AxisRoles> roles =
      ops::axis_roles(graph, picture, ops::picture_roles(graph.shape(picture), false));
  const std::vector<AttentionNodes> attention = attention_nodes(graph, roles);
  const std::optional<TokensRead> read = tokens_read(graph, roles);
  const Search search{graph, roles, options.batch};
  ir::ValueId layer = ir::kNoValue;
  if (read && !read->any_patch()) {
    layer = search.read_by_attention(attention);
    if (layer == ir::kNoValue)
      throw ModelError(
          "the scores read the class token alone, and what mixes patches into it is no attention "
          "that is known: name a layer",
          {model.path(), {}, {}});
    return layer;
  }
  const ir::ValueId scores = graph.outputs().front();
  // Where each position has scores of classes, the last layer is the one that these are computed from. Those
  // of a stride are what scores are computed from everywhere: a class's own channel tells it from no other.
  const bool has_maps_of_classes = options.sum_over_region || stride != kAnyStride;
  const ir::ValueId end = has_maps_of_classes ? search.read_by_weights(scores) : scores;
  layer = stride == kAnyStride ? search.last_before(end) : search.last_of_stride(end, stride);
  if (layer == ir::kNoValue && stride != kAnyStride)  // the maps of classes are all there is
    layer = search.last_of_stride(scores, stride);
  if (layer == ir::kNoValue)
    throw ModelError(
        "no layer before the scores has more than one position of the picture: choose a method that reads no "
        "layer, such as gradient",
        {model.path(), {}, {}});
  return search.before_attention(layer, attention);
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
        is_grid_alone(graph.shape(*open.begin()), roles[at(*open.begin())], options.batch))
      last = *open.begin();
  }
  return last == ir::kNoValue ? std::string() : graph.value(last).name;
}

std::string last_spatial_layer(const Model& model, const ProgramOptions& options) {
  const ir::Graph graph = imported_graph(model, options);
  return graph.value(last_spatial_value(model, graph, options)).name;
}

}  // namespace fovea
