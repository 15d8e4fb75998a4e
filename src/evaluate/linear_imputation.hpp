#pragma once

#include "fovea/tensor.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

/// Fills removed pixels of one channel [H,W] such that each is the weighted mean of its eight neighbours, by
/// conjugate gradients on this linear system (rong2022consistent, section 5.1): weights 1/6 for edges and
/// 1/12 for corners, divided by their sum at the border. The values of `channel` at removed pixels are the
/// initial guess. The iteration ends when the norm of the residual is at most `tolerance` times that of
/// filling all removed pixels with the mean of the known ones. InputError if every pixel is removed.
void impute_linearly(std::span<float> channel, const std::vector<std::uint8_t>& removed, std::int64_t height,
                     std::int64_t width, double tolerance = 1e-5);

}  // namespace fovea
