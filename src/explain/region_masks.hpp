#pragma once

#include "explain/method.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

/// For each region of a picture whether it is shown.
using RegionMask = std::vector<bool>;

/// How pictures of one size are cut into regions.
struct RegionCount {
  std::int64_t wanted = 1;  ///< for watershed_regions
  std::int64_t found = 1;   ///< the number of regions that this gives
};

/// MethodOptions::segments, or without it one for 16 samples, 2 to 64 and at most a fourth of the pixels.
/// InputError unless segments are 0, or 2 to a fourth of the pixels.
RegionCount region_count(const MethodOptions& options, std::int64_t samples, const InputSize& size);
/// The same in words, for `Method::parameters`: "about 62 regions".
std::string count_in_words(const MethodOptions& options, std::int64_t samples);

/// The regions of one picture, each shown or hidden as a whole (watershed_regions).
class RegionMasks {
public:
  /// Cuts the picture that the network input was made of into about `wanted` regions.
  RegionMasks(const Tensor& input, const Preprocessing& preprocessing, std::int64_t wanted);

  std::size_t count() const { return count_; }

  /// The target's value for each mask: of the picture that is the input in the regions shown and the baseline
  /// elsewhere.
  std::vector<double> values(Session& session, const Tensor& input, const Tensor& baseline,
                             const std::vector<RegionMask>& masks, const ExplainedScore& target,
                             const SampleProgress& progress) const;

  /// [1,H,W]: each pixel has the value of its region.
  Tensor map(std::span<const double> values) const;

private:
  std::int64_t height_, width_;
  std::size_t count_ = 0;
  std::vector<std::uint32_t> region_of_;  ///< of each pixel
};

}  // namespace fovea
