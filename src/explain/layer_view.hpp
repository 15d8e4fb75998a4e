#pragma once

#include "fovea/program.hpp"

#include <span>

/// What the methods share that look at a layer: its values by picture, channel and position, whatever the
/// order in which the network has them.
namespace fovea {

/// InputError where it is not known which axes of the layer are which.
const LayerLayout& layout_of(const TensorInfo& layer);
/// The same, and InputError where positions have no place in the picture.
const LayerLayout& grid_of(const TensorInfo& layer);

/// Copies one picture's part of a layer's row-major data into `values`, [C,h,w]; and back.
void take_layer(const LayerLayout& layout, std::span<const float> layer, std::int64_t picture,
                std::span<float> values);
void put_layer(const LayerLayout& layout, std::span<const float> values, std::int64_t picture,
               std::span<float> layer);

}  // namespace fovea
