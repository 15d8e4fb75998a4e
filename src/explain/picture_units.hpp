#pragma once

#include "fovea/classify.hpp"

#include <span>
#include <vector>

namespace fovea {

/// Converts between a network's own input units and standard ones, in which 0 is the mean colour of
/// ImageNet's photos and 1 is a standard deviation of their pixels (0.226 of the range from black to white),
/// whatever the network's scaling. Planes are [C,H,W] in the network's channel order.
class PictureUnits {
public:
  PictureUnits(const Preprocessing& preprocessing, std::int64_t channels);

  void to_standard(std::span<float> x) const;
  void to_network(std::span<float> x) const;
  /// dS/d(standard) from dS/d(network).
  void to_standard_gradient(std::span<float> gradient) const;
  /// Clips standard values to the range from black to white.
  void clip_to_colours(std::span<float> x) const;
  /// Maps unbounded standard values to colours between black and white: p = sigmoid(logit(mean) + k u) with k
  /// such that x = u near the mean colour.
  void squash(std::span<float> u) const;
  /// The inverse of `squash`; colours closer to black or white than a hundredth of the range are moved to
  /// that distance.
  void unsquash(std::span<float> x) const;
  /// dS/du from dS/dx, at the squashed x.
  void to_unsquashed_gradient(std::span<const float> x, std::span<float> gradient) const;
  ChannelOrder order() const { return order_; }
  std::int64_t channels() const { return static_cast<std::int64_t>(channels_.size()); }
  /// 0.5 + x / (5 rms) in standard units, as a picture.
  Image fitted(const Tensor& network_input) const;

private:
  struct Channel {
    double mean;    ///< brightness of the mean colour, 0..1
    double unit;    ///< network units in one standard unit
    double offset;  ///< network value of the mean colour
  };
  /// Replaces each element by value(its channel, the element, its index).
  template <class Value>
  void replace(std::span<float> planes, const Value& value) const;

  std::vector<Channel> channels_;
  ChannelOrder order_;
};

}  // namespace fovea
