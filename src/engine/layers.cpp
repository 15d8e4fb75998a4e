#include "fovea/model.hpp"

#include "base/check.hpp"
#include "base/closest_names.hpp"
#include "engine/model_impl.hpp"
#include "onnx/file/node_outputs.hpp"
#include "onnx/import/import.hpp"
#include "onnx/import/needs.hpp"
#include "ops/axis_roles.hpp"
#include "ops/receptive_field.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// First and last pixel of a unit's field on an axis of `extent` pixels, as (begin, length).
std::pair<std::int64_t, std::int64_t> pixels_of(const FieldAxis& field, std::int64_t unit,
                                                std::int64_t extent) {
  // Fractions are sums of halves, thirds and the like: what is whole up to rounding counts as whole.
  constexpr double rounding = 1e-6;
  const double low = field.offset + static_cast<double>(unit) * field.stride;
  const auto begin = static_cast<std::int64_t>(std::ceil(low - rounding));
  const auto end = static_cast<std::int64_t>(std::floor(low + field.size - 1 + rounding)) + 1;
  const std::int64_t first = std::clamp<std::int64_t>(begin, 0, extent);
  return {first, std::max<std::int64_t>(std::min(end, extent) - first, 0)};
}

/// The graph of all outputs that can be computed; of the first where one of the others cannot after all.
ir::Graph graph_of_outputs(const onnx_import::OnnxFile& file, onnx_import::ImportOptions options) {
  options.wanted = onnx_import::computable_outputs(file);
  const std::string first = file.outputs.front().name;
  if (options.wanted.size() > 1 && options.wanted.front() == first) {
    auto all = onnx_import::try_import_graph(file, options);
    if (auto* graph = std::get_if<ir::Graph>(&all))
      return std::move(*graph);
  }
  options.wanted = {first};
  return onnx_import::import_graph(file, options);
}

}  // namespace

Rect LayerInfo::field_of(std::int64_t y, std::int64_t x) const {
  if (!field)
    return {0, 0, picture_width, picture_height};
  const auto [top, height] = pixels_of(field->height, y, picture_height);
  const auto [left, width] = pixels_of(field->width, x, picture_width);
  return {left, top, width, height};
}

std::string axes_text(const LayerInfo& layer) {
  return fmt::format("[{}]", fmt::join(layer.axes, ","));
}

std::vector<LayerInfo> layers(const Model& model, std::int64_t height, std::int64_t width) {
  const onnx_import::OnnxFile& file = *ModelAccess::impl(model).file;
  const std::string picture_name = model.image_input().name;
  onnx_import::ImportOptions options;
  options.height = height;
  options.width = width;
  options.picture = onnx_import::ImportOptions::Picture::Canonical;
  options.floating_picture = true;
  const ir::Graph graph = graph_of_outputs(file, options);
  const ir::ValueId picture = graph.find(picture_name);
  const std::vector<ops::Reach> reaches = ops::receptive_fields(graph, picture);
  const std::vector<ops::AxisRoles> roles =
      ops::axis_roles(graph, picture, ops::picture_roles(graph.shape(picture), false));
  std::vector<LayerInfo> list;
  for (const onnx_import::NodeOutput& output : onnx_import::node_outputs(file)) {
    const ir::ValueId id = graph.find(output.value);
    if (id == ir::kNoValue || !is_floating(graph.type(id).dtype))
      continue;
    const ops::Reach& reach = reaches[static_cast<std::size_t>(id)];
    if (reach.of == ops::Reach::Of::Nothing)
      continue;
    LayerInfo layer{output.value, output.node, output.operator_name, graph.shape(id), {}, 0, 0, {}, {}};
    if (reach.of == ops::Reach::Of::Fields)
      layer.field = reach.field;
    layer.picture_height = graph.shape(picture)[2];
    layer.picture_width = graph.shape(picture)[3];
    layer.axes = ops::axis_names(layer.shape, roles[static_cast<std::size_t>(id)]);
    layer.layout = ops::layer_layout(layer.shape, roles[static_cast<std::size_t>(id)]);
    list.push_back(std::move(layer));
  }
  file.release_pages();
  return list;
}

std::optional<Note> layer_name_note(const Model& model, const std::string& name) {
  return onnx_import::ambiguity_of(*ModelAccess::impl(model).file, name);
}

const LayerInfo& find_layer(const std::vector<LayerInfo>& layers, std::string_view name) {
  auto at =
      std::find_if(layers.begin(), layers.end(), [&](const LayerInfo& layer) { return layer.name == name; });
  if (at == layers.end())
    at = std::find_if(layers.begin(), layers.end(),
                      [&](const LayerInfo& layer) { return layer.node == name; });
  std::vector<std::string> names;
  for (const LayerInfo& layer : layers)
    names.insert(names.end(), {layer.name, layer.node});
  FOVEA_CHECK(at != layers.end(), "there is no layer named '{}'; the nearest are {}", name,
              closest_names(name, names));
  return *at;
}

}  // namespace fovea
