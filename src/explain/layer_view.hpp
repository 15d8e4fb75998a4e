#pragma once

#include "fovea/program.hpp"

#include <span>

/// Access to a layer's values by picture, channel and position, whatever the order of its axes.
namespace fovea {

/// The layout of a layer. InputError if the meaning of its axes is unknown.
const LayerLayout& layout_of(const TensorInfo& layer);
/// The layout of a layer's positions with a place in the picture, without class tokens (LayerLayout::grid).
/// InputError also if none has one.
LayerLayout grid_of(const TensorInfo& layer);

/// InputError unless the layer has a grid for each picture of the program's batch.
void check_grid(const Program& program, const TensorInfo& layer);

/// Copies one picture's part of a layer's row-major data into `values`, [C,h,w]; and back.
void take_layer(const LayerLayout& layout, std::span<const float> layer, std::int64_t picture,
                std::span<float> values);
void put_layer(const LayerLayout& layout, std::span<const float> values, std::int64_t picture,
               std::span<float> layer);

}  // namespace fovea
