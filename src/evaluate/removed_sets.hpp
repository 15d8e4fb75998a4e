#pragma once

#include "evaluate/picture_batch.hpp"
#include "fovea/measures.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

/// Random sets of `n` of the pixels.
std::vector<PixelSet> random_sets(std::size_t pixels, std::size_t n, std::int64_t subsets,
                                  std::uint64_t seed);
/// Random sets of cells of a grid over a picture of that size. InputError for options out of range.
std::vector<PixelSet> random_cells(std::int64_t height, std::int64_t width, const MuFidelityOptions& options);
/// Random squares. InputError for options out of range.
std::vector<PixelSet> random_squares(std::int64_t height, std::int64_t width,
                                     const InfidelityOptions& options);

/// The mean squared difference of `expected` and `found`; with `scaled`, of the best multiple of `expected`.
double squared_misfit(std::span<const double> expected, std::span<const double> found, bool scaled);

}  // namespace fovea
