#pragma once

#include "fovea/tensor.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

/// Whether a map tells what the network uses: pixels are changed in the map's order, and the class's score
/// should follow. Pictures are network inputs, [C,H,W] F32; maps are [H,W] of F32 or F64, finite, of the
/// picture's size. A pixel is changed in all its channels at once. All functions throw InputError for other
/// shapes and types, options out of range, and scores that are not one finite number for each picture.
namespace fovea {

/// The class's score for each of `count` pictures, which lie one after another: [count,C,H,W]. For the usual
/// measures it is the class's probability.
using ScorePictures = std::function<std::vector<double>(std::span<const float> pictures, std::int64_t count)>;

enum class PixelOrder : std::uint8_t { MostRelevantFirst, LeastRelevantFirst };

/// Pixels' indices y * W + x by their value. Pixels of equal value come in an order that is random, but the
/// same for the same seed: in reading order a flat part of a map would be changed from the top.
std::vector<std::int64_t> rank_pixels(const Tensor& map, PixelOrder order, std::uint64_t seed = 0);

/// The class's score over the share of pixels that have been changed.
struct Curve {
  std::vector<double> shares;  ///< 0..1, ascending
  std::vector<double> scores;

  /// The curve's mean height: the area under its straight pieces over its width. 0 with fewer than two
  /// points.
  double area() const;
};

/// The curve with scores (s - low) / (high - low), so that curves of images with different scores can be
/// averaged. None where high - low is below 1e-9.
std::optional<Curve> rescaled(const Curve& curve, double low, double high);

/// What takes the place of removed pixels. A picture of one colour: a value for each channel.
Tensor flat_picture(const Shape& shape, std::span<const float> channels);
/// Each channel's own mean.
Tensor mean_colour_picture(const Tensor& picture);
/// Blurred by a Gaussian whose standard deviation is a share of the shorter side.
Tensor blurred_picture(const Tensor& picture, double deviation = 0.1);

struct CurveOptions {
  std::int64_t steps =
      50;  ///< the curve has one more point; at least 1. Each changes about 1/steps of the pixels
  std::int64_t batch = 16;  ///< pictures scored in one call, at least 1
  std::uint64_t seed = 0;   ///< of the order of pixels of equal value
};

/// Deletion (petsiuk2018rise, section 4.1): the picture's pixels, by falling value of the map, become the
/// baseline's. From the picture's own score at share 0 to the baseline's at 1. A map is good when the area is
/// small, with LeastRelevantFirst when it is large.
Curve deletion_curve(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                     const ScorePictures& score, const CurveOptions& options = {},
                     PixelOrder order = PixelOrder::MostRelevantFirst);

/// Insertion (petsiuk2018rise, section 4.1): the baseline's pixels, usually those of the blurred picture,
/// become the picture's. From the baseline's score to the picture's own; a map is good when the area is
/// large.
Curve insertion_curve(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                      const ScorePictures& score, const CurveOptions& options = {},
                      PixelOrder order = PixelOrder::MostRelevantFirst);

struct RoadOptions {
  /// Of pixels removed, each within 0..1 without the ends, ascending. The point 0 comes before them.
  std::vector<double> shares = {0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9};
  /// Standard deviation of the noise on imputed values, in standard deviations of the picture's own values,
  /// at least 0.
  double noise = 0.01;
  std::int64_t batch = 16;  ///< pictures scored in one call, at least 1
  std::uint64_t seed = 0;   ///< of the order of pixels of equal value, and of the noise
};

/// Remove and debias (rong2022consistent, section 5): removed pixels are imputed such that each is the mean
/// of its eight neighbours, weighed 1/6 for those that share an edge and 1/12 for those that share a corner,
/// removed ones among them; at the picture's border the weights of the neighbours that are there are scaled
/// up. So the removed pixels' outline, which says much of the map, says little of them. Then noise is added.
Curve road_curve(const Tensor& picture, const Tensor& map, const ScorePictures& score,
                 PixelOrder order = PixelOrder::MostRelevantFirst, const RoadOptions& options = {});

struct SensitivityOptions {
  std::int64_t subsets = 100;  ///< random sets of pixels, at least 2
  std::int64_t batch = 16;     ///< pictures scored in one call, at least 1
  std::uint64_t seed = 0;
};

/// Sensitivity-n (ancona2018towards, section 4): over random sets of `n` pixels, Pearson's correlation
/// between the sum of a set's relevances and how much the score falls when its pixels become the baseline's.
/// -1..1; 1 for all n when the map is exact for a score that is linear. None where one of the two does not
/// vary. The map should be signed; n is from 1 to the number of pixels.
std::optional<double> sensitivity_n(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                                    const ScorePictures& score, std::int64_t n,
                                    const SensitivityOptions& options = {});

/// Whether signed relevance adds up to what it explains (sundararajan2017axiomatic, section 3;
/// bach2015pixel).
struct Completeness {
  double relevance = 0;  ///< the sum of the map
  double change = 0;     ///< the picture's score less the baseline's

  double error() const { return relevance - change; }
  /// |error| in shares of |change|; none where that is 0.
  std::optional<double> relative_error() const;
};

/// For relevance of any shape, F32 or F64.
Completeness completeness(const Tensor& relevance, double score, double baseline_score);

}  // namespace fovea
