#include "base/check.hpp"
#include "base/random.hpp"
#include "evaluate/picture_batch.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace fovea {
namespace {

/// Pictures with uniform noise.
class NoisyPictures {
public:
  /// InputError for options out of range.
  NoisyPictures(const Tensor& picture, const StabilityOptions& options)
      : picture_(picture), random_(options.seed) {
    check_picture(picture);
    FOVEA_CHECK(options.samples >= 1, "{} noisy pictures: expected at least 1", options.samples);
    FOVEA_CHECK(options.radius > 0 && std::isfinite(options.radius), "noise of up to {}: expected above 0",
                options.radius);
    bound_ = options.radius * range_of(picture);
  }
  Tensor next() {
    Tensor noisy = picture_.clone();
    for (float& value : noisy.data<float>())
      value += static_cast<float>(bound_ * (2 * random_.uniform() - 1));
    return noisy;
  }

private:
  const Tensor& picture_;
  Random random_;
  double bound_ = 0;
};

std::vector<double> numbers_of(const Tensor& tensor) {
  FOVEA_CHECK(is_floating(tensor.dtype()), "relevance of type {}: expected f32 or f64",
              name_of(tensor.dtype()));
  const Tensor wide = tensor.cast(DType::F64);
  const auto values = wide.data<double>();
  FOVEA_CHECK(std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }),
              "relevance has values that are not finite");
  return {values.begin(), values.end()};
}

double norm(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values)
    sum += value * value;
  return std::sqrt(sum);
}

std::vector<double> difference(const std::vector<double>& from, const std::vector<double>& to) {
  FOVEA_CHECK(from.size() == to.size(), "{} numbers of a noisy picture, but {} of the picture itself",
              to.size(), from.size());
  std::vector<double> difference(from.size());
  std::transform(from.begin(), from.end(), to.begin(), difference.begin(), std::minus<>());
  return difference;
}

constexpr double kInPlaceOfZero = 1e-6;

/// The norm of the change of each value relative to it.
double relative_change(const std::vector<double>& from, const std::vector<double>& to) {
  std::vector<double> change = difference(from, to);
  for (std::size_t i = 0; i < change.size(); ++i)
    change[i] /= from[i] != 0 ? from[i] : kInPlaceOfZero;
  return norm(change);
}

std::size_t best_of(const std::vector<double>& scores) {
  FOVEA_CHECK(!scores.empty(), "a picture without scores");
  return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

void take_largest(std::optional<double>& largest, double change, double of) {
  const double ratio = change / (of != 0 ? of : kInPlaceOfZero);
  largest = largest ? std::max(*largest, ratio) : ratio;
}

}  // namespace

std::optional<double> max_sensitivity(const Tensor& picture, const ExplainPicture& explain,
                                      const StabilityOptions& options) {
  NoisyPictures noisy(picture, options);
  const std::vector<double> relevance = numbers_of(explain(picture));
  const double size = norm(relevance);
  if (size == 0)
    return std::nullopt;
  double largest = 0;
  for (std::int64_t sample = 0; sample < options.samples; ++sample)
    largest = std::max(largest, norm(difference(relevance, numbers_of(explain(noisy.next())))) / size);
  return largest;
}

RelativeStability relative_stability(const Tensor& picture, const ExplainPicture& explain,
                                     const PictureNumbers& scores, const PictureNumbers& representation,
                                     const StabilityOptions& options) {
  NoisyPictures noisy(picture, options);
  const std::vector<double> relevance = numbers_of(explain(picture)), pixels = numbers_of(picture);
  const std::vector<double> scored = scores(picture);
  const std::vector<double> layer = representation ? representation(picture) : std::vector<double>();
  RelativeStability largest;
  for (std::int64_t sample = 0; sample < options.samples; ++sample) {
    const Tensor changed = noisy.next();
    const std::vector<double> scored_now = scores(changed);
    if (best_of(scored_now) != best_of(scored))
      continue;
    const double change = relative_change(relevance, numbers_of(explain(changed)));
    take_largest(largest.input, change, relative_change(pixels, numbers_of(changed)));
    take_largest(largest.output, change, norm(difference(scored, scored_now)));
    if (representation)
      take_largest(largest.representation, change, relative_change(layer, representation(changed)));
  }
  return largest;
}

}  // namespace fovea
