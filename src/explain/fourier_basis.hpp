#pragma once

#include "fovea/classify.hpp"

#include <array>
#include <span>
#include <vector>

namespace fovea {

/// A parametrisation of pictures with the statistics of natural photos (`olah2017feature`): u = C F s z, in
/// standard units without bounds. z: a spectrum of [C,H,W] coefficients, whose variance in natural photos is
/// about 1. s: the amplitude of each frequency, inverse to it. F: the Hartley transform. C: the square root
/// of the covariance of colours, so that the spectrum's channels are brightness, and two opponent colours.
/// For independent z of variance 1, u has the colours' covariance, and variance 1 on average over channels.
class FourierBasis {
public:
  FourierBasis(const InputSize& size, ChannelOrder order);

  /// Replaces z by u.
  void synthesize(std::span<float> z) const;
  /// Replaces u by z.
  void analyze(std::span<float> u) const;
  /// Replaces dS/du by dS/dz: s F C' g.
  void pull_back(std::span<float> gradient) const;

private:
  using Matrix = std::array<std::array<double, 3>, 3>;
  void mix(const Matrix& matrix, std::span<float> planes) const;
  /// Multiplies every coefficient by its frequency's amplitude.
  void amplify(std::span<float> spectrum) const;

  InputSize size_;
  std::vector<double> amplitude_;  ///< s, [H,W]
  Matrix colours_{}, transposed_{}, inverse_{};
};

/// The covariance of red, green and blue in photos, its mean variance set to 1:
/// tools/measure_colour_covariance.py.
inline constexpr std::array<std::array<double, 3>, 3> kColourCovariance = {
    {{1.066, 0.874, 0.749}, {0.874, 0.944, 0.859}, {0.749, 0.859, 0.990}}};

}  // namespace fovea
