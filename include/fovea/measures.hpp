#pragma once

#include "fovea/geometry.hpp"
#include "fovea/segment.hpp"
#include "fovea/tensor.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

/// Measures of maps: statistics of one or two maps, faithfulness to the network's scores, agreement with the
/// true places of objects, control maps, and means over images.
namespace fovea {

// Statistics of one or two maps [H,W] of F32 or F64. The functions throw InputError for another shape or
// type, values that are not finite, and maps of different shapes.

/// The Gini index of the magnitudes (chalasani2020concise, section 3; hurley2009comparing): with v_1 <= ...
/// <= v_d the sorted magnitudes, G = 1 - 2 sum_k (v_k / sum v) (d - k + 1/2) / d. 0 for a flat map, 1 - 1/d
/// for a single pixel; none for a map that is all zero.
std::optional<double> gini_index(const Tensor& map);

/// Whether two maps are the same up to a positive factor: whether their values, divided by each map's largest
/// magnitude, differ by at most `tolerance`. Rounding makes maps of methods that are equal by their formulas
/// differ by about 1e-6.
bool same_map(const Tensor& a, const Tensor& b, double tolerance = 1e-4);

enum class MapValues : std::uint8_t { Signed, Magnitude };

/// Spearman's rank correlation: Pearson's correlation of the ranks, tied values getting the mean of their
/// ranks (spearman1904proof). -1..1; none if one of the maps is flat. Magnitude compares absolute values,
/// which is what unsigned saliency maps display (adebayo2018sanity, section 3).
std::optional<double> rank_correlation(const Tensor& a, const Tensor& b,
                                       MapValues values = MapValues::Signed);

/// The mean structural similarity (wang2004image) of two maps, each brought to 0..1 by its own minimum and
/// maximum (a flat map is all 0): (2 ma mb + C1)(2 cov + C2) / ((ma^2 + mb^2 + C1)(va + vb + C2)) with
/// C1 = 0.01^2, C2 = 0.03^2 and moments weighed by a Gaussian window of 11 x 11 pixels and a standard
/// deviation of 1.5, that sums to 1; the mean is over the places where the whole window lies on the map.
/// -1..1, 1 for equal maps. InputError for maps smaller than the window.
double structural_similarity(const Tensor& a, const Tensor& b, MapValues values = MapValues::Signed);

/// The overlap of the strongest pixels: of the `share` of one map's pixels that have its largest values, the
/// fraction that belongs to the `share` with the other map's largest values. The number of pixels, share * H
/// * W, need not be whole: the pixels at the limit, all those of equal value, count in part. 1 for equal
/// maps; `share` where one of the maps is flat. InputError also unless 0 < share <= 1.
double top_overlap(const Tensor& a, const Tensor& b, double share = 0.1);

/// The complexity of a map (hedstroem2024sanity, section 4): the entropy, in nats, of the histogram of its
/// values in `bins` bins of equal width from its minimum to its maximum, the last of which includes it. 0 to
/// log(bins); none for a flat map. InputError for bins below 1.
std::optional<double> histogram_entropy(const Tensor& map, std::int64_t bins = 100);

/// The efficient test by randomised parameters (hedstroem2024sanity, section 4): how much the complexity of a
/// map rises, relative to itself, when all of the network's weights are shuffled: (randomised - original) /
/// original. Positive for a map that depends on the weights, about 0 for one that does not. None if one of
/// the two is none, or the original is 0.
std::optional<double> efficient_randomisation(std::optional<double> original,
                                              std::optional<double> randomised);

// Control maps, which do not depend on the network. A method that does not beat them says nothing about it.

/// Independent values, uniform in [0, 1), [H,W] F32; equal seeds give equal maps on every machine. InputError
/// for a side below 1.
Tensor random_map(std::int64_t height, std::int64_t width, std::uint64_t seed);

/// A Gaussian in the middle, 1 at its peak: [H,W] F32. `deviation` is its standard deviation along each side,
/// as a fraction of that side. Photographers place objects in the middle, so this map does well in many
/// tests. InputError for a side below 1 and a deviation that is not above 0.
Tensor centre_prior(std::int64_t height, std::int64_t width, double deviation = 0.25);

// Faithfulness: pixels are changed in the map's order, and the class's score should follow. Pictures are
// network inputs, [C,H,W] F32; maps are [H,W] of F32 or F64, finite, of the picture's size. A pixel is
// changed in all its channels at once. All functions throw InputError for other shapes and types, options out
// of range, and scores that are not one finite number for each picture.

/// Gives the class's score for each of `count` pictures, which lie one after another: [count,C,H,W]. The
/// usual measures use the class's probability.
using ScorePictures = std::function<std::vector<double>(std::span<const float> pictures, std::int64_t count)>;

enum class PixelOrder : std::uint8_t { MostRelevantFirst, LeastRelevantFirst };

/// The indices y * W + x of pixels, sorted by value. Pixels of equal value are in random order, determined by
/// the seed: in reading order, a flat part of a map would be changed from the top.
std::vector<std::int64_t> rank_pixels(const Tensor& map, PixelOrder order, std::uint64_t seed = 0);

/// The class's score as a function of the fraction of changed pixels.
struct Curve {
  std::vector<double> shares;  ///< 0..1, ascending
  std::vector<double> scores;

  /// The curve's mean height: the area under the linearly interpolated curve divided by its width. 0 with
  /// fewer than two points.
  double area() const;
};

/// The curve with scores (s - low) / (high - low), so that curves of images with different scores can be
/// averaged. None where high - low is below 1e-9.
std::optional<Curve> rescaled(const Curve& curve, double low, double high);

/// Baselines that replace removed pixels. A picture of one colour: one value for each channel.
Tensor flat_picture(const Shape& shape, std::span<const float> channels);
/// A picture of each channel's own mean.
Tensor mean_colour_picture(const Tensor& picture);
/// The picture, blurred by a Gaussian whose standard deviation is a fraction of the shorter side.
Tensor blurred_picture(const Tensor& picture, double deviation = 0.1);

struct CurveOptions {
  std::int64_t steps =
      50;  ///< at least 1; each step changes about 1/steps of the pixels, and the curve has one point more
  std::int64_t batch = 16;  ///< pictures scored in one call, at least 1
  std::uint64_t seed = 0;   ///< of the order of pixels of equal value
  /// 0: every step is scored. Otherwise steps are left out where the area would change by about that at most,
  /// and the curve is a straight line there.
  double tolerance = 0;
};

/// Deletion (petsiuk2018rise, section 4.1): the picture's pixels, in decreasing order of the map, are
/// replaced by the baseline's. The curve runs from the picture's score at 0 to the baseline's at 1. A good
/// map has a small area, with LeastRelevantFirst a large one. Towards a black picture it is pixel flipping
/// (bach2015pixel, section 3), of which Quantus flips one value at a time.
Curve deletion_curve(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                     const ScorePictures& score, const CurveOptions& options = {},
                     PixelOrder order = PixelOrder::MostRelevantFirst);

/// Insertion (petsiuk2018rise, section 4.1): the baseline's pixels, usually those of the blurred picture, are
/// replaced by the picture's. The curve runs from the baseline's score to the picture's. A good map has a
/// large area.
Curve insertion_curve(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                      const ScorePictures& score, const CurveOptions& options = {},
                      PixelOrder order = PixelOrder::MostRelevantFirst);

struct RoadOptions {
  /// Fractions of removed pixels, strictly between 0 and 1, ascending. The curve also has the point 0.
  std::vector<double> shares = {0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9};
  /// Standard deviation of the noise added to imputed values, as a multiple of the picture's own standard
  /// deviation, at least 0.
  double noise = 0.01;
  std::int64_t batch = 16;  ///< pictures scored in one call, at least 1
  std::uint64_t seed = 0;   ///< of the order of pixels of equal value, and of the noise
};

/// ROAD, remove and debias (rong2022consistent, section 5): removed pixels are imputed such that each is the
/// weighted mean of its eight neighbours, removed ones included, with weights 1/6 for those that share an
/// edge and 1/12 for those that share a corner; at the picture's border the weights are scaled up to sum to
/// one. The outline of the removed pixels, which reveals much of the map, is thus largely hidden. Then noise
/// is added.
Curve road_curve(const Tensor& picture, const Tensor& map, const ScorePictures& score,
                 PixelOrder order = PixelOrder::MostRelevantFirst, const RoadOptions& options = {});

struct SensitivityOptions {
  std::int64_t subsets = 100;  ///< random sets of pixels, at least 2
  std::int64_t batch = 16;     ///< pictures scored in one call, at least 1
  std::uint64_t seed = 0;
};

/// Sensitivity-n (ancona2018towards, section 4): over random sets of `n` pixels, Pearson's correlation
/// between the sum of a set's relevances and the decrease of the score when its pixels are replaced by the
/// baseline's. -1..1; 1 for all n when the map is exact for a score that is linear. None if one of the two is
/// constant. The map should be signed; n is from 1 to the number of pixels.
std::optional<double> sensitivity_n(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                                    const ScorePictures& score, std::int64_t n,
                                    const SensitivityOptions& options = {});

struct MuFidelityOptions {
  /// Cells of the grid along each side: the cells of a set are removed as wholes. 1 to the picture's sides.
  std::int64_t cells = 9;
  double share = 0.2;          ///< of the cells that a set has, above 0 and below 1
  std::int64_t subsets = 200;  ///< at least 2
  /// Compare ranks (Spearman), as Xplique does; otherwise values (Pearson), as the paper and Quantus do.
  bool ranks = false;
  std::int64_t batch = 16;  ///< pictures scored in one call, at least 1
  std::uint64_t seed = 0;
};

/// MuFidelity (bhatt2020evaluating, definition 4): over random sets of a grid's cells, the correlation
/// between the sum of a set's relevances and the decrease of the score when its pixels are replaced by the
/// baseline's. -1..1; none if one of the two is constant. With as many cells as pixels it is sensitivity-n
/// for one n. Grid and sets are Xplique's defaults; Quantus (FaithfulnessCorrelation) has 100 sets of 224
/// single values.
std::optional<double> mu_fidelity(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                                  const ScorePictures& score, const MuFidelityOptions& options = {});

struct InfidelityOptions {
  std::int64_t samples = 100;  ///< of changes, at least 1
  /// `infidelity`: the largest side of a square, as a fraction of the picture's shorter side, above 0, at
  /// most 1.
  double largest = 0.25;
  /// `noise_infidelity`: standard deviation, as a fraction of the range of the picture's values, above 0.
  double noise = 0.02;
  /// Whether relevances are multiplied by the number that fits best, as Captum's `normalize`: methods whose
  /// relevances have no unit, such as Grad-CAM, could not be compared without.
  bool scaled = true;
  std::int64_t batch = 16;  ///< pictures scored in one call, at least 1
  std::uint64_t seed = 0;
};

/// Infidelity (yeh2019infidelity, definition 2.1): the mean over random changes I of (I . R - (f(x) - f(x -
/// I)))^2, at least 0, 0 for a map that tells what each change does. A change replaces a square, of random
/// side from one pixel to the largest and of random place, by the baseline. `map` [H,W] has what each pixel
/// contributes, summed over its channels, so that I . R is the sum over the square (Captum's
/// `multiply_by_inputs`); for a gradient these are its products with the picture less the baseline. Captum
/// leaves the changes to its caller; Quantus removes all squares of 4 pixels, one after another, without
/// scaling.
double infidelity(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                  const ScorePictures& score, const InfidelityOptions& options = {});
/// Infidelity under normal noise I in all values of the picture (yeh2019infidelity, section 4), for a
/// `gradient` [C,H,W] F32: the score's slope along each value.
double noise_infidelity(const Tensor& picture, const Tensor& gradient, const ScorePictures& score,
                        const InfidelityOptions& options = {});

/// The picture, [C,H,W], where the map is bright, and the baseline where it is dark: b + m (x - b), m being
/// the map, stretched to 0..1 by its minimum and maximum (0 for a flat map).
Tensor masked_picture(const Tensor& picture, const Tensor& map, const Tensor& baseline);

/// Average drop and increase (chattopadhay2018grad, section 4.1) of one picture: max(0, s - m) / s for
/// its score s, above 0, and that of the masked picture, m; and whether m is above s. Both are averaged over
/// pictures, as fractions. A good map has a small drop and a frequent increase. InputError for a score that
/// is not above 0.
double average_drop(double score, double masked_score);
bool average_increase(double score, double masked_score);

/// Gives the map of a picture [C,H,W], or any relevance of it, always of one shape: a method under test.
using ExplainPicture = std::function<Tensor(const Tensor& picture)>;

/// Average drop, coherency and complexity (poppi2021revisiting, section 4): a map should keep the score, be
/// itself when only what it shows is shown, and show little.
struct Adcc {
  double drop = 0;        ///< 0..1: see `average_drop`
  double coherency = 0;   ///< 0..1: (1 + r) / 2, r being the correlation with the masked picture's map
  double complexity = 0;  ///< 0..1: the mean of the map, stretched to 0..1
  /// The harmonic mean of coherency, 1 - complexity and 1 - drop; 0 if one of them is 0. High is good.
  double value() const;
};
/// None for flat maps, which have no correlation. `explain` gives maps [H,W] as `map` is.
std::optional<Adcc> adcc(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                         const ScorePictures& score, const ExplainPicture& explain);

/// Cuts a picture [C,H,W] into about that many connected pieces that follow its edges: the watershed of
/// OpenCV (meyer1994topographic) from markers on a regular grid. The result [H,W] of I64 counts the pieces
/// from 0. InputError for segments that are not 1 to the number of pixels.
Tensor superpixels(const Tensor& picture, std::int64_t segments);

/// IROF (rieger2020irof): segments, in decreasing order of their mean relevance, are replaced by the
/// baseline's; the area above the curve of scores as fractions of the picture's own, divided by the number of
/// segments (Quantus does not divide). A good map has a large area, at most 1. `labels` are those of
/// `superpixels` or of any other partition. None for a picture whose score is not above 0.
std::optional<double> irof(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                           const Tensor& labels, const ScorePictures& score, std::int64_t batch = 16);

// Stability: maps should change little when the picture does.

struct StabilityOptions {
  /// Bound of the uniform noise in each value, as a fraction of the range of the picture's values, above 0.
  /// Captum's default, in units of the picture.
  double radius = 0.02;
  std::int64_t samples = 10;  ///< noisy pictures, at least 1: Captum's number; Quantus has 200
  std::uint64_t seed = 0;
};

/// Max-sensitivity (yeh2019infidelity, definition 3.1): the largest |R(x + d) - R(x)| / |R(x)| over noise d,
/// in Euclidean norm. At least 0, low is good; none for a map that is all 0.
std::optional<double> max_sensitivity(const Tensor& picture, const ExplainPicture& explain,
                                      const StabilityOptions& options = {});

/// Gives numbers of a picture [C,H,W]: its unnormalised scores, or the values of a layer.
using PictureNumbers = std::function<std::vector<double>(const Tensor& picture)>;

/// Relative stability (agarwal2022rethinking, section 3): the largest ratio of the change of relevances to
/// that of what they are of, over noise that does not change the best guess. Changes of relevances, of the
/// picture and of its representation are relative to each value (a value of 0 counts as 1e-6), those of
/// scores are not; all in Euclidean norm. At least 0, low is good. None if every noise changes the guess.
struct RelativeStability {
  std::optional<double> input, representation, output;
};
/// `representation` gives the values of a layer; empty: that ratio is none. Quantus has 200 samples of noise
/// up to 0.2 and gives NaN where any of them changes the guess.
RelativeStability relative_stability(const Tensor& picture, const ExplainPicture& explain,
                                     const PictureNumbers& scores, const PictureNumbers& representation = {},
                                     const StabilityOptions& options = {});

/// Completeness: whether signed relevance sums to the change of the score that it explains
/// (sundararajan2017axiomatic, section 3; bach2015pixel).
struct Completeness {
  double relevance = 0;  ///< the sum of the map
  double change = 0;     ///< the picture's score minus the baseline's

  double error() const { return relevance - change; }
  /// |error| / |change|; none if the change is 0.
  std::optional<double> relative_error() const;
};

/// The completeness of relevance of any shape, F32 or F64.
Completeness completeness(const Tensor& relevance, double score, double baseline_score);

// Agreement of maps with the true places of objects. A map is [H,W] of F32 or F64 and lies on a part of the
// photo; coordinates are continuous: pixel (x, y) covers [x, x + 1) x [y, y + 1). InputError for other maps
// and for values that are not finite.

/// The position of a map's maximum, in the map's pixels: the centre of that pixel, or, for several equal
/// maxima, the mean of their centres.
RealPoint peak_of(const Tensor& map);
/// Converts a point of a map to the pixels of the photo, of which the map covers `region`.
RealPoint to_photo(const RealPoint& point, const Tensor& map, const Rect& region);

/// The distance from a point to the nearest point of a box, 0 inside; infinite for no box.
double distance_to(std::span<const RealBox> boxes, const RealPoint& point);
/// The same for a mask's pixels, each taken as a square.
double distance_to(const Mask& mask, const RealPoint& point);

/// The tolerance of Zhang et al., in pixels of the photo.
inline constexpr double kPointingTolerance = 15;

/// The pointing game (zhang2016top, section 4.1): whether the map's peak lies on the object or at most
/// `tolerance` pixels of the photo away from it. `region` is the part of the photo that the map covers.
bool points_into(std::span<const RealBox> boxes, const Tensor& map, const Rect& region,
                 double tolerance = kPointingTolerance);
bool points_into(const Mask& mask, const Tensor& map, const Rect& region,
                 double tolerance = kPointingTolerance);

/// The fraction of the map's energy that lies on the object (wang2020scorecam, section 4.3): the sum of the
/// values of pixels whose centre lies in a box, or in a pixel of the mask, over the sum of all; negative
/// values count as 0. 0..1; none if no value is positive.
std::optional<double> energy_inside(std::span<const RealBox> boxes, const Tensor& map, const Rect& region);
std::optional<double> energy_inside(const Mask& mask, const Tensor& map, const Rect& region);

/// Relevance rank accuracy (arras2022clevr, section 3): the fraction of the K highest pixels of the map that
/// lie on the object, where K is the number of pixels on the object; pixels of equal value in the order of
/// `rank_pixels`. 0..1; none if no pixel lies on the object. Their relevance mass accuracy is
/// `energy_inside`.
std::optional<double> rank_accuracy(std::span<const RealBox> boxes, const Tensor& map, const Rect& region);
std::optional<double> rank_accuracy(const Mask& mask, const Tensor& map, const Rect& region);

/// The fraction of the map's pixels that lie on the object by the same rule: the value of `energy_inside` for
/// a flat map, which a good map should exceed.
double area_inside(std::span<const RealBox> boxes, const Tensor& map, const Rect& region);
double area_inside(const Mask& mask, const Tensor& map, const Rect& region);

// Means over images.

struct BootstrapOptions {
  std::int64_t resamples = 2000;  ///< at least 1
  double level = 0.95;            ///< confidence level of the interval, within 0..1
  std::uint64_t seed = 0;
};

/// A mean over images with a confidence interval.
struct MeanInterval {
  double mean = 0, low = 0, high = 0;
  std::int64_t count = 0;  ///< number of values; without any all three are NaN, with one they are equal
};

/// The mean of the values with its percentile bootstrap interval (efron1979bootstrap): `low` and `high` are
/// quantiles of the means of samples drawn from the values with replacement, interpolated as by
/// numpy.quantile. Equal seeds give equal intervals on every machine. To compare two methods, pass their
/// differences image by image. InputError for a value that is not finite and options out of range.
MeanInterval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options = {});

}  // namespace fovea
