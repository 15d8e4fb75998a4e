#pragma once

#include "fovea/segment.hpp"

#include <functional>

namespace fovea {

/// `segment`, with the star's forest made by a function, beside the colour models where there are two
/// threads. It becomes the guides' star. Without a function as `segment`.
Segmentation segment_with_star(const Image& photo, const Trimap& seeds, const SegmentOptions& options,
                               SegmentGuides& guides, const std::function<StarForest()>& make_star);

}  // namespace fovea
