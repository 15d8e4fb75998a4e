#include "base/check.hpp"
#include "evaluate/curves.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// The pieces of the first round.
constexpr std::size_t kFirstPieces = 10;
/// Rounds end when the doubts about all pieces sum to this part of the tolerance: a piece may bend more than
/// its neighbours tell.
constexpr double kPartOfTolerance = 0.5;

}  // namespace

GradualCurve::GradualCurve(const Tensor& from, const Tensor& to, std::span<const std::int64_t> order,
                           const CurveOptions& options, std::optional<double> first,
                           std::optional<double> last)
    : from_(from), to_(to), order_(order), tolerance_(options.tolerance) {
  FOVEA_CHECK(options.steps >= 1, "a curve of {} steps: expected at least 1", options.steps);
  FOVEA_CHECK(options.tolerance >= 0 && std::isfinite(options.tolerance),
              "a tolerance of {} of the area: expected at least 0", options.tolerance);
  for (std::int64_t step = 0; step <= options.steps; ++step) {
    const double share = static_cast<double>(step) / static_cast<double>(options.steps);
    const auto changed = static_cast<std::size_t>(std::llround(share * static_cast<double>(order.size())));
    if (step == 0 || changed != changed_.back())
      changed_.push_back(changed);
  }
  scores_.resize(changed_.size());
  scores_.front() = first;
  scores_.back() = last;
}

bool GradualCurve::ask(PictureBatch& batch) {
  asked_.clear();
  places_.clear();
  choose_points(asked_);
  has_begun_ = true;
  Tensor current = from_.clone();
  std::size_t changed = 0;
  for (const std::size_t point : asked_) {
    for (; changed < changed_[point]; ++changed)
      copy_pixel(to_.data<float>(), current.data<float>(), static_cast<std::size_t>(order_[changed]),
                 order_.size());
    places_.push_back(batch.add(current.data<float>()));
  }
  return !asked_.empty();
}

void GradualCurve::take(const std::vector<double>& scores) {
  for (std::size_t i = 0; i < asked_.size(); ++i)
    scores_[asked_[i]] = scores[places_[i]];
}

std::vector<std::size_t> GradualCurve::scored() const {
  std::vector<std::size_t> points;
  for (std::size_t i = 0; i < scores_.size(); ++i)
    if (scores_[i])
      points.push_back(i);
  return points;
}

double GradualCurve::slope(std::size_t low, std::size_t high) const {
  return (*scores_[high] - *scores_[low]) / static_cast<double>(high - low);
}

void GradualCurve::choose_points(std::vector<std::size_t>& points) const {
  const std::size_t last = scores_.size() - 1;
  if (!has_begun_) {
    const std::size_t pieces = tolerance_ == 0 ? last : std::min(kFirstPieces, last);
    for (std::size_t piece = 0; piece <= pieces; ++piece)
      points.push_back((2 * piece * last + pieces) / (2 * pieces));
    std::erase_if(points, [&](std::size_t point) { return scores_[point].has_value(); });
    return;
  }
  if (tolerance_ == 0)
    return;
  const std::vector<std::size_t> known = scored();
  // The doubt about a piece, as an area: between the straight line and a parabola that bends as the slopes of
  // neighbouring pieces do, and at least half of what a curve that does not turn back can enclose.
  struct Piece {
    double doubt;
    std::size_t middle;
  };
  std::vector<Piece> pieces;
  double doubt = 0;
  for (std::size_t i = 0; i + 1 < known.size(); ++i) {
    const std::size_t low = known[i], high = known[i + 1];
    if (high - low < 2)
      continue;
    double bend = 0;
    if (i > 0)
      bend = std::abs(slope(known[i - 1], low) - slope(low, high));
    if (i + 2 < known.size())
      bend = std::max(bend, std::abs(slope(high, known[i + 2]) - slope(low, high)));
    const auto width = static_cast<double>(high - low);
    const double parabola = bend * width * width / 8, step = std::abs(slope(low, high)) * width * width / 4;
    pieces.push_back({std::max(parabola, step) / static_cast<double>(last), (low + high) / 2});
    doubt += pieces.back().doubt;
  }
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return a.doubt > b.doubt || (a.doubt == b.doubt && a.middle < b.middle);
  });
  for (const Piece& piece : pieces) {
    if (doubt <= kPartOfTolerance * tolerance_)
      break;
    points.push_back(piece.middle);
    doubt -= piece.doubt;
  }
  std::sort(points.begin(), points.end());
}

Curve GradualCurve::curve() const {
  Curve curve;
  const std::vector<std::size_t> points = scored();
  for (std::size_t i = 0; i < scores_.size(); ++i) {
    curve.shares.push_back(static_cast<double>(changed_[i]) / static_cast<double>(order_.size()));
    if (scores_[i]) {
      curve.scores.push_back(*scores_[i]);
      continue;
    }
    const auto after = std::upper_bound(points.begin(), points.end(), i);
    const std::size_t low = *(after - 1), high = *after;
    const double along = static_cast<double>(changed_[i] - changed_[low]) /
                         static_cast<double>(changed_[high] - changed_[low]);
    curve.scores.push_back((1 - along) * *scores_[low] + along * *scores_[high]);
  }
  return curve;
}

}  // namespace fovea
