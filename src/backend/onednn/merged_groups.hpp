#pragma once

#include "fovea/tensor.hpp"

namespace fovea::backend::onednn_detail {

/// The weights of a grouped convolution as those of one with groups / `merged` groups, each of which holds
/// `merged` of the old ones side by side: w: [N, G, KH, KW] with N a multiple of the groups -> [N, merged *
/// G, KH, KW], zeros where a channel meets one of another old group. Serves convolutions ([OC, C / groups,
/// KH, KW]) and transposed ones
/// ([C, OC / groups, KH, KW]). `groups` must be a multiple of `merged`.
Tensor merge_groups(const Tensor& w, std::int64_t groups, std::int64_t merged);

}  // namespace fovea::backend::onednn_detail
