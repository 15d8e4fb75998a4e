#pragma once

#include "fovea/explain.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Networks that segment pictures: the masks of their classes, and regions over which scores are summed.
namespace fovea {

/// The class or classes of each position of one crop.
class OwnMasks {
public:
  /// `scores`: [classes, positions]. See RegionScores::are_exclusive.
  OwnMasks(std::span<const float> scores, std::int64_t classes, bool are_exclusive);
  bool has(std::int64_t class_index, std::size_t position) const;
  /// 1 where the class is, and 0 elsewhere.
  std::vector<float> of(std::int64_t class_index) const;
  std::size_t positions() const { return positions_; }

private:
  std::size_t positions_;
  std::vector<std::int32_t> best_;   ///< of each position, if classes are exclusive
  std::vector<std::uint8_t> above_;  ///< [classes, positions] otherwise
};

/// Sums over the positions of one crop, for each class: of its scores, weighted by `weights`, or for an empty
/// one over its own mask; and of the positions, weighted likewise, where it is the class.
struct RegionSums {
  std::vector<double> scores, areas;
  double all = 0;  ///< of the weights of all positions
};
RegionSums region_sums(std::span<const float> scores, std::int64_t classes, const OwnMasks& masks,
                       std::span<const float> weights);

/// The part of each of height x width positions of the network's output, from 0 to 1, that lies in a box or
/// mask of the photo; empty for own masks. InputError for a region that is empty or does not lie in the
/// photo, for a mask of another size, for several crops, and where the network sees nothing of the region.
std::vector<float> region_weights(const ScoreRegion& region, const Framing& framing, std::int64_t height,
                                  std::int64_t width);

}  // namespace fovea
