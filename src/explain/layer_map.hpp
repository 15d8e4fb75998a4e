#pragma once

#include "explain/method.hpp"

/// Maps of a layer [K,h,w], brought to the picture's size.
namespace fovea {

/// The number of a layer's channels, and one of them, [h,w].
std::int64_t channels_of(const PassView& layer);
std::span<const float> channel_of(const PassView& layer, std::int64_t k);

/// Whether a map keeps what counts against the class.
enum class Signs { Positive, Both };

/// One value for each position of the layer, or its positive part, at the picture's size: [1,H,W] for a
/// picture [C,H,W].
Tensor layer_map(const PassView& layer, std::span<const double> values, const Shape& picture,
                 Signs signs = Signs::Positive);
/// The same of sum_k weights[k] A_k.
Tensor weighted_layer_map(const PassView& layer, std::span<const double> weights, const Shape& picture);

}  // namespace fovea
