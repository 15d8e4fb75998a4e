#include "base/check.hpp"
#include "base/random.hpp"
#include "evaluate/curves.hpp"
#include "evaluate/picture_batch.hpp"
#include "image/blur.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea {
namespace {

/// The curve of pixels of `from` that become those of `to`.
Curve replacement_curve(const Tensor& from, const Tensor& to, const std::vector<std::int64_t>& order,
                        const ScorePictures& score, const CurveOptions& options) {
  PictureBatch batch(score, static_cast<std::size_t>(from.elements()), options.batch);
  GradualCurve curve(from, to, order, options);
  while (curve.ask(batch))
    curve.take(batch.scores());
  return curve.curve();
}

}  // namespace

std::vector<std::int64_t> rank_pixels(const Tensor& map, PixelOrder order, std::uint64_t seed) {
  const std::vector<float> values = map_values(map, "the map");
  std::vector<std::int64_t> pixels(values.size());
  std::iota(pixels.begin(), pixels.end(), std::int64_t{0});
  Random(seed).draw_to_front(pixels, pixels.size());
  const bool falling = order == PixelOrder::MostRelevantFirst;
  std::stable_sort(pixels.begin(), pixels.end(), [&](std::int64_t i, std::int64_t j) {
    const float a = values[static_cast<std::size_t>(i)], b = values[static_cast<std::size_t>(j)];
    return falling ? a > b : a < b;
  });
  return pixels;
}

double Curve::area() const {
  if (shares.size() < 2)
    return 0;
  double area = 0;
  for (std::size_t i = 1; i < shares.size(); ++i)
    area += (shares[i] - shares[i - 1]) * (scores[i] + scores[i - 1]) / 2;
  return area / (shares.back() - shares.front());
}

std::optional<Curve> rescaled(const Curve& curve, double low, double high) {
  constexpr double least_range = 1e-9;
  if (!(high - low >= least_range))
    return std::nullopt;
  Curve result = curve;
  for (double& score : result.scores)
    score = (score - low) / (high - low);
  return result;
}

Tensor flat_picture(const Shape& shape, std::span<const float> channels) {
  FOVEA_CHECK(shape.rank() == 3 && shape[0] == static_cast<std::int64_t>(channels.size()),
              "a flat picture of {} from {} channel values: expected [C,H,W] and C values", to_string(shape),
              channels.size());
  Tensor flat(DType::F32, shape);
  const auto values = flat.data<float>();
  const std::size_t pixels = values.size() / channels.size();
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = channels[i / pixels];
  return flat;
}

Tensor mean_colour_picture(const Tensor& picture) {
  check_picture(picture);
  const auto values = picture.data<float>();
  const std::size_t pixels = values.size() / static_cast<std::size_t>(picture.shape()[0]);
  std::vector<float> means;
  for (std::size_t first = 0; first < values.size(); first += pixels) {
    const auto plane = values.subspan(first, pixels);
    means.push_back(
        static_cast<float>(std::accumulate(plane.begin(), plane.end(), 0.0) / static_cast<double>(pixels)));
  }
  return flat_picture(picture.shape(), means);
}

Tensor blurred_picture(const Tensor& picture, double deviation) {
  check_picture(picture);
  Tensor blurred = picture.clone();
  const std::int64_t height = picture.shape()[1], width = picture.shape()[2];
  gaussian_blur(blurred.data<float>(), height, width,
                deviation * static_cast<double>(std::min(height, width)));
  return blurred;
}

Curve deletion_curve(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                     const ScorePictures& score, const CurveOptions& options, PixelOrder order) {
  check_covers(picture, map);
  check_baseline(picture, baseline);
  return replacement_curve(picture, baseline, rank_pixels(map, order, options.seed), score, options);
}

Curve insertion_curve(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                      const ScorePictures& score, const CurveOptions& options, PixelOrder order) {
  check_covers(picture, map);
  check_baseline(picture, baseline);
  return replacement_curve(baseline, picture, rank_pixels(map, order, options.seed), score, options);
}

std::optional<double> Completeness::relative_error() const {
  if (change == 0)
    return std::nullopt;
  return std::abs(error() / change);
}

Completeness completeness(const Tensor& relevance, double score, double baseline_score) {
  FOVEA_CHECK(is_floating(relevance.dtype()), "relevance of type {}: expected f32 or f64",
              name_of(relevance.dtype()));
  const Tensor wide = relevance.cast(DType::F64);
  const auto values = wide.data<double>();
  FOVEA_CHECK(std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }),
              "relevance has values that are not finite");
  return {std::accumulate(values.begin(), values.end(), 0.0), score - baseline_score};
}

}  // namespace fovea
