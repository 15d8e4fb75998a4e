#pragma once

#include "fovea/tensor.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

/// Fills removed pixels of channels, which lie one after another, each [H,W], such that each is the weighted
/// mean of its eight neighbours (rong2022consistent, section 5.1): weights 1/6 for edges and 1/12 for
/// corners, divided by their sum at the border. The linear system is solved by conjugate gradients with a
/// cycle of multigrid as preconditioner, so that the number of iterations, about ten, does not grow with the
/// holes. The values of `channels` at removed pixels are the initial guess. The iteration ends when the norm
/// of the residual is at most `tolerance` times that of filling all removed pixels with the mean of the known
/// ones. InputError if every pixel is removed.
void impute_linearly(std::span<float> channels, const std::vector<std::uint8_t>& removed, std::int64_t height,
                     std::int64_t width, double tolerance = 1e-5);

}  // namespace fovea
