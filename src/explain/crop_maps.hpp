#pragma once

#include "fovea/classify.hpp"
#include "fovea/explain.hpp"

#include <optional>
#include <vector>

namespace fovea {

/// Resizes planes [C,H,W] to the size of a crop in the resized photo; each value is spread over the pixels
/// that it represents.
Tensor at_crop_size(const Tensor& planes, const Rect& rect);

/// Combines the results of a method for the crops of a photo: relevances and maps are added at the crops'
/// places in the resized photo and divided by the number of crops there.
class CropMaps {
public:
  CropMaps(const Framing& framing, ChannelMerge merge, MethodInfo::Values values);

  void add(const Attribution& attribution, const Framing::Crop& crop);

  struct Result {
    Tensor relevance;  ///< [C,H,W] of the rectangle
    Tensor map;        ///< [H,W]
    std::optional<double> completeness_error;
  };
  /// The combined result for a part of the resized photo. May be called once.
  Result finish(const Rect& covered);

private:
  void average();

  ChannelMerge merge_;
  MethodInfo::Values values_;
  std::int64_t height_, width_;
  Tensor relevance_, map_;
  std::vector<int> counts_;
  std::optional<double> completeness_error_;
};

}  // namespace fovea
