#pragma once

#include "fovea/classify.hpp"
#include "fovea/explain.hpp"

#include <optional>
#include <vector>

namespace fovea {

/// Planes [C,H,W] at the size of a crop in the resized photo: where it was resized for the network, each
/// value is spread over the pixels it stands for.
Tensor at_crop_size(const Tensor& planes, const Rect& rect);

/// What a method says of the crops of a photo, put together: relevances and maps are summed up at their
/// places in the resized photo and divided by how many lie there.
class CropMaps {
public:
  CropMaps(const Framing& framing, ChannelMerge merge, MethodInfo::Values values);

  void add(const Attribution& attribution, const Framing::Crop& crop);

  struct Result {
    Tensor relevance;  ///< [C,H,W] of the rectangle
    Tensor map;        ///< [H,W]
    std::optional<double> completeness_error;
  };
  /// Of that part of the resized photo. May be called once.
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
