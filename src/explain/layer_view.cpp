#include "explain/layer_view.hpp"

#include "base/check.hpp"

namespace fovea {
namespace {

/// Calls f(element of [C,h,w], element of the layer) for all of a picture's.
template <class F>
void for_each_element(const LayerLayout& layout, std::int64_t picture, F&& f) {
  std::size_t i = 0;
  for (std::int64_t c = 0; c < layout.channels(); ++c)
    for (std::int64_t y = 0; y < layout.height(); ++y)
      for (std::int64_t x = 0; x < layout.width(); ++x)
        f(i++, layout.at(picture, c, y, x));
}

}  // namespace

const LayerLayout& layout_of(const TensorInfo& layer) {
  FOVEA_CHECK(layer.layout,
              "the layer '{}' has shape {}, and which of its axes are channels and positions is not known: "
              "expected a value such as [N,C], [N,C,H,W], [N,H,W,C] or tokens [N,T,C]; 'fovea info --layers' "
              "shows the axes of all",
              layer.name, to_string(layer.shape));
  return *layer.layout;
}

LayerLayout grid_of(const TensorInfo& layer) {
  const std::optional<LayerLayout> grid = layout_of(layer).grid();
  FOVEA_CHECK(grid,
              "the layer '{}' has shape {} without rows and columns of the picture: expected a value such as "
              "[N,C,H,W], [N,H,W,C] or tokens [N,T,C] of patches, with or without a class token; 'fovea info "
              "--layers' shows the axes of all",
              layer.name, to_string(layer.shape));
  return *grid;
}

void check_grid(const Program& program, const TensorInfo& layer) {
  FOVEA_CHECK(grid_of(layer).pictures() == program.options().batch,
              "the layer '{}' has shape {}, which is not that of a batch of {}", layer.name,
              to_string(layer.shape), program.options().batch);
}

void take_layer(const LayerLayout& layout, std::span<const float> layer, std::int64_t picture,
                std::span<float> values) {
  for_each_element(layout, picture, [&](std::size_t i, std::size_t at) { values[i] = layer[at]; });
}

void put_layer(const LayerLayout& layout, std::span<const float> values, std::int64_t picture,
               std::span<float> layer) {
  for_each_element(layout, picture, [&](std::size_t i, std::size_t at) { layer[at] = values[i]; });
}

}  // namespace fovea
