#pragma once

#include "fovea/tensor.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

/// Fills removed pixels of one channel [H,W] such that each is the weighted mean of its eight neighbours, by
/// conjugate gradients on the system that this is (rong2022consistent, section 5.1): weights 1/6 for edges,
/// 1/12 for corners, over what they sum to at the border. What `channel` holds at removed pixels is where the
/// iteration begins; a good guess makes it short. Ends when the norm of the equations' residual is at most
/// `tolerance` times that with the mean of the known pixels in all removed ones. InputError when every pixel
/// is removed.
void impute_linearly(std::span<float> channel, const std::vector<std::uint8_t>& removed, std::int64_t height,
                     std::int64_t width, double tolerance = 1e-5);

}  // namespace fovea
