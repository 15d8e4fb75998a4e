#pragma once

#include "base/check.hpp"
#include "fovea/segment.hpp"

#include <vector>

namespace fovea {

/// InputError unless size and number of pixels match.
void check_mask(const Mask& mask);
void check_trimap(const Trimap& seeds);
/// InputError unless both sizes are equal; `what` names the second thing.
void check_same_size(const Image& photo, std::int64_t width, std::int64_t height, const char* what);
/// The values of a map [H,W] of F32 or F64. InputError for another shape or type, for an empty map, and for
/// values that are not finite.
std::vector<float> map_values(const Tensor& map, const char* what);

}  // namespace fovea
