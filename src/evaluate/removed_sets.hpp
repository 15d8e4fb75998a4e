#pragma once

#include "fovea/measures.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fovea {

/// The indices y * W + x of pixels that are replaced together.
using PixelSet = std::vector<std::uint32_t>;

/// Sets of pixels, and how far the score decreases when a set's pixels become the baseline's. They depend on
/// the picture alone, so that all maps of a picture are measured by one list of scores.
struct RemovedSets {
  std::vector<PixelSet> sets;
  std::vector<double> falls;

  /// The sum of a map [H,W] over each set. InputError for a map that is not finite.
  std::vector<double> sums(const Tensor& map) const;
};

/// Random sets of `n` of the pixels.
std::vector<PixelSet> random_sets(std::size_t pixels, std::size_t n, std::int64_t subsets,
                                  std::uint64_t seed);
/// Random sets of cells of a grid over a picture of that size. InputError for options out of range.
std::vector<PixelSet> random_cells(std::int64_t height, std::int64_t width, const MuFidelityOptions& options);
/// Random squares. InputError for options out of range.
std::vector<PixelSet> random_squares(std::int64_t height, std::int64_t width,
                                     const InfidelityOptions& options);

/// Scores the picture without each of the sets. `score_of_picture`: its own score; none: it is scored too.
RemovedSets remove_sets(const Tensor& picture, const Tensor& baseline, const ScorePictures& score,
                        std::vector<PixelSet> sets, std::int64_t batch,
                        std::optional<double> score_of_picture = {});

/// The mean squared difference of `expected` and `found`; with `scaled`, of the best multiple of `expected`.
double squared_misfit(std::span<const double> expected, std::span<const double> found, bool scaled);

}  // namespace fovea
