#include "engine/attention.hpp"

#include "base/check.hpp"
#include "engine/attention_nodes.hpp"
#include "engine/imported_graph.hpp"
#include "ops/axis_parts.hpp"

#include <algorithm>

namespace fovea {
namespace {

constexpr std::string_view kInstead =
    "gradients, grad-cam, layer-cam and methods that change the picture explain such networks";

/// The parts of the axes other than the matrix's own, with their strides.
struct Outside {
  std::vector<ops::PartStride> pictures, heads;
  std::int64_t windows = 1;
  bool is_known = true;
};

Outside outside_of(const Shape& shape, const ops::AxisRoles& roles, const AttentionNodes& nodes) {
  Outside result;
  std::int64_t memory = 1;
  for (std::int64_t axis = shape.rank(); axis-- > 0;) {
    const ir::AxisParts& parts = roles[static_cast<std::size_t>(axis)];
    if (axis == nodes.query_axis || axis == nodes.key_axis) {
      memory *= shape[axis];
      continue;
    }
    if (parts.empty() && shape[axis] > 1)
      result.is_known = false;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
      if (part->role == ir::AxisRole::Batch)
        result.pictures.push_back({*part, memory});
      else if (part->role == ir::AxisRole::Channel)
        result.heads.push_back({*part, memory});
      else if (part->role == ir::AxisRole::Conflict)
        result.is_known = result.is_known && part->extent == 1;
      else
        result.windows *= part->extent;
      memory *= part->extent;
    }
    if (parts.empty())
      memory *= shape[axis];
  }
  return result;
}

std::vector<std::int64_t> matrix_offsets(const Shape& shape, std::int64_t axis) {
  std::int64_t stride = 1;
  for (std::int64_t behind = axis + 1; behind < shape.rank(); ++behind)
    stride *= shape[behind];
  std::vector<std::int64_t> offsets;
  for (std::int64_t i = 0; i < shape[axis]; ++i)
    offsets.push_back(i * stride);
  return offsets;
}

/// Whether an axis counts positions or tokens, as far as is known.
bool counts_tokens(const ops::AxisRoles& roles, std::int64_t axis) {
  const ir::AxisParts& parts = roles[static_cast<std::size_t>(axis)];
  return std::all_of(parts.begin(), parts.end(),
                     [](const ir::AxisPart& part) { return part.extent == 1 || ops::is_spatial(part.role); });
}

/// The layout of one layer. InputError if not every token attends to every one.
AttentionLayout layout_of_layer(const ir::Graph& graph, const ops::AxisRoles& roles,
                                const AttentionNodes& nodes, std::int64_t batch) {
  const ir::Value& value = graph.value(nodes.probabilities);
  const Shape& shape = value.type.shape;
  const std::string name = fmt::format("the attention '{}' of shape {}", value.name, to_string(shape));
  FOVEA_CHECK(counts_tokens(roles, nodes.query_axis) && counts_tokens(roles, nodes.key_axis),
              "{} is among channels, not among tokens: {}", name, kInstead);
  const std::int64_t queries = shape[nodes.query_axis], keys = shape[nodes.key_axis];
  const Outside outside = outside_of(shape, roles, nodes);
  FOVEA_CHECK(outside.windows == 1,
              "{} is within {} windows of {} tokens each, and this method follows attention in which every "
              "token attends to all: {}",
              name, outside.windows, keys, kInstead);
  FOVEA_CHECK(!nodes.has_learnt_query && queries == keys,
              "{} is that of {} {}{} to {} tokens, and this method follows attention of all tokens to one "
              "another: {}",
              name, queries, nodes.has_learnt_query ? "learnt " : "", queries == 1 ? "query" : "queries",
              keys, kInstead);
  FOVEA_CHECK(outside.is_known, "which axes of {} are pictures and heads is not known", name);
  const auto pictures = ops::offsets_of(outside.pictures), heads = ops::offsets_of(outside.heads);
  FOVEA_CHECK(pictures && heads && static_cast<std::int64_t>(pictures->size()) == batch &&
                  static_cast<std::int64_t>(pictures->size() * heads->size()) * queries * keys ==
                      shape.elements(),
              "which axes of {} are pictures and heads is not known", name);
  return {*pictures, *heads, matrix_offsets(shape, nodes.query_axis), matrix_offsets(shape, nodes.key_axis)};
}

/// The tokens that the scores read behind the last layer.
std::vector<std::int64_t> read_tokens(const ir::Graph& graph, const std::vector<ops::AxisRoles>& roles,
                                      std::int64_t tokens) {
  const std::optional<TokensRead> read = tokens_read(graph, roles);
  const bool is_known = read && static_cast<std::int64_t>(read->is_read.size()) == tokens;
  std::vector<std::int64_t> list;
  for (std::int64_t token = 0; token < tokens; ++token)
    if (!is_known || read->is_read[static_cast<std::size_t>(token)])
      list.push_back(token);
  return list;
}

}  // namespace

GlobalAttention global_attention(const ir::Graph& graph, std::int64_t batch) {
  const ir::ValueId picture = graph.inputs().front();
  const std::vector<ops::AxisRoles> roles =
      ops::axis_roles(graph, picture, ops::picture_roles(graph.shape(picture), false));
  const std::vector<AttentionNodes> found = attention_nodes(graph, roles);
  FOVEA_CHECK(!found.empty(),
              "there is no attention between the picture and the scores (a Softmax of the product of two "
              "values that are computed from the picture, which multiplies a third), and this method "
              "reads that of a vision transformer: {}",
              kInstead);
  GlobalAttention result;
  std::optional<ops::TokenGrid> grid;
  for (const AttentionNodes& nodes : found) {
    const ops::AxisRoles& of_layer = roles[static_cast<std::size_t>(nodes.probabilities)];
    AttentionLayout layout = layout_of_layer(graph, of_layer, nodes, batch);
    const auto& layers = result.attention.layers;
    FOVEA_CHECK(layers.empty() || layers.front().layout.tokens() == layout.tokens(),
                "the attention '{}' is among {} tokens, that of '{}' among {}, and this method follows "
                "tokens that stay the same from layer to layer: {}",
                graph.value(nodes.probabilities).name, layout.tokens(),
                graph.value(result.probabilities.front()).name, layers.front().layout.tokens(), kInstead);
    if (!grid)
      grid = ops::token_grid(of_layer[static_cast<std::size_t>(nodes.key_axis)]);
    result.attention.layers.push_back({0, std::move(layout)});
    result.probabilities.push_back(nodes.probabilities);
  }
  FOVEA_CHECK(grid,
              "which of the {} tokens of the attention '{}' are patches of the picture is not known: {}",
              result.attention.layers.front().layout.tokens(), graph.value(result.probabilities.front()).name,
              kInstead);
  result.attention.height = static_cast<std::int64_t>(grid->row_tokens.size());
  result.attention.width = static_cast<std::int64_t>(grid->column_tokens.size());
  for (const std::int64_t row : grid->row_tokens)
    for (const std::int64_t column : grid->column_tokens)
      result.attention.patches.push_back(row + column);
  result.attention.read = read_tokens(graph, roles, result.attention.layers.front().layout.tokens());
  return result;
}

void check_attention(const Model& model, const ProgramOptions& options) {
  global_attention(imported_graph(model, options), options.batch);
}

}  // namespace fovea
