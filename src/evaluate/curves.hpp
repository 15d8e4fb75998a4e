#pragma once

#include "evaluate/picture_batch.hpp"
#include "fovea/measures.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

/// The curves of measures.hpp in two steps, so that the pictures of several can be scored in full batches:
/// they add their pictures to a batch, and take the scores from it later.
namespace fovea {

/// The score while pixels of one picture become those of another, in a given order. Points are added in
/// rounds, more and more closely where the curve bends, until the area is known up to the tolerance.
class GradualCurve {
public:
  /// Keeps references to both pictures and to `order`. `first`, `last`: the scores at the ends, which all
  /// maps of a picture share; none: they are asked for. InputError for options out of range.
  GradualCurve(const Tensor& from, const Tensor& to, std::span<const std::int64_t> order,
               const CurveOptions& options, std::optional<double> first = {},
               std::optional<double> last = {});

  /// Adds the pictures of the next round. Whether there are any.
  bool ask(PictureBatch& batch);
  /// Takes the scores of those that were added last.
  void take(const std::vector<double>& scores);
  /// The curve, straight between points that have a score.
  Curve curve() const;

private:
  void choose_points(std::vector<std::size_t>& points) const;
  std::vector<std::size_t> scored() const;
  double slope(std::size_t low, std::size_t high) const;

  const Tensor &from_, &to_;
  std::span<const std::int64_t> order_;
  double tolerance_;
  bool has_begun_ = false;
  std::vector<std::size_t> changed_;           ///< the number of changed pixels at each point
  std::vector<std::optional<double>> scores_;  ///< of each point
  std::vector<std::size_t> asked_, places_;    ///< points of the last round, and their places in the batch
};

/// The pictures of ROAD's curve in a batch.
struct AskedRoad {
  std::vector<double> shares;
  std::vector<std::size_t> places;

  /// `first`: the score of the picture itself.
  Curve curve(double first, const std::vector<double>& scores) const;
};
/// InputError for options out of range.
AskedRoad ask_road(const Tensor& picture, std::span<const std::int64_t> order, const RoadOptions& options,
                   PictureBatch& batch);

/// The pictures of IROF's curve in a batch.
struct AskedIrof {
  std::vector<std::size_t> places;

  /// `first`: the score of the picture itself. None if it is not above 0.
  std::optional<double> area(double first, const std::vector<double>& scores) const;
};
AskedIrof ask_irof(const Tensor& picture, const Tensor& map, const Tensor& baseline, const Tensor& labels,
                   PictureBatch& batch);

/// Sets of pixels in a batch, each replaced by the baseline. The scores depend on the picture alone, so that
/// all its maps are measured by one list of them.
class AskedSets {
public:
  AskedSets(const Tensor& picture, const Tensor& baseline, std::vector<PixelSet> sets, PictureBatch& batch);

  /// How far the score decreases without each set. `first`: the score of the picture itself.
  std::vector<double> falls(double first, const std::vector<double>& scores) const;
  /// The sum of a map [H,W] over each set. InputError for a map that is not finite.
  std::vector<double> sums(const Tensor& map) const;

private:
  std::vector<PixelSet> sets_;
  std::vector<std::size_t> places_;
};

}  // namespace fovea
