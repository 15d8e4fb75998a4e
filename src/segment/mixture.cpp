#include "fovea/segment.hpp"

#include "base/check.hpp"
#include "segment/gaussian_math.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>

namespace fovea {
namespace {

using Colours = std::span<const std::uint8_t>;

void check_options(Colours colours, const MixtureOptions& options) {
  FOVEA_CHECK(!colours.empty(), "a colour model of no pixels is not possible");
  FOVEA_CHECK(colours.size() % 3 == 0, "{} bytes of colours: expected a multiple of 3", colours.size());
  FOVEA_CHECK(options.components >= 1 && options.components <= 256,
              "a mixture of {} components: expected 1..256", options.components);
  FOVEA_CHECK(options.iterations >= 0 && options.max_samples >= 0 && options.tolerance >= 0,
              "EM: iterations {}, samples {} and tolerance {} must not be negative", options.iterations,
              options.max_samples, options.tolerance);
  FOVEA_CHECK(options.min_deviation >= 0.01 && options.min_deviation <= 255,
              "a least deviation of {} grey levels: expected 0.01..255", options.min_deviation);
}

/// Numbers in [0, 1), the same on every machine.
class Random {
public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  double operator()() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

private:
  std::mt19937_64 engine_;
};

/// At most max_samples colours, one drawn from each of as many equal stretches of the list.
std::vector<double> sample(Colours colours, const MixtureOptions& options, Random& random) {
  const std::size_t count = colours.size() / 3;
  const std::size_t wanted =
      options.max_samples ? std::min(count, static_cast<std::size_t>(options.max_samples)) : count;
  std::vector<double> x;
  x.reserve(3 * wanted);
  for (std::size_t i = 0; i < wanted; ++i) {
    const double place = wanted == count ? static_cast<double>(i)
                                         : (static_cast<double>(i) + random()) * static_cast<double>(count) /
                                               static_cast<double>(wanted);
    const std::size_t pixel = std::min(static_cast<std::size_t>(place), count - 1);
    x.insert(x.end(), {static_cast<double>(colours[3 * pixel]), static_cast<double>(colours[3 * pixel + 1]),
                       static_cast<double>(colours[3 * pixel + 2])});
  }
  return x;
}

double squared_distance(const double* x, const std::array<double, 3>& mean) {
  const double a = x[0] - mean[0];
  const double b = x[1] - mean[1];
  const double c = x[2] - mean[2];
  return a * a + b * b + c * c;
}

/// Centres by k-means++: each next one a sample, drawn with probability proportional to its squared distance
/// to the nearest so far. Fewer than asked for when no other colour is left.
std::vector<std::array<double, 3>> draw_centres(const std::vector<double>& x, std::int64_t wanted,
                                                Random& random) {
  const std::size_t count = x.size() / 3;
  std::vector<double> nearest(count, std::numeric_limits<double>::infinity());
  std::vector<std::array<double, 3>> centres;
  auto pick = std::min(static_cast<std::size_t>(random() * static_cast<double>(count)), count - 1);
  while (true) {
    centres.push_back({x[3 * pick], x[3 * pick + 1], x[3 * pick + 2]});
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      nearest[i] = std::min(nearest[i], squared_distance(&x[3 * i], centres.back()));
      sum += nearest[i];
    }
    if (static_cast<std::int64_t>(centres.size()) == wanted || sum == 0)
      return centres;
    double target = random() * sum;
    for (std::size_t i = 0; i < count; ++i)
      if (nearest[i] > 0) {
        pick = i;
        target -= nearest[i];
        if (target < 0)
          break;
      }
  }
}

/// Gaussians of weighted samples: responsibilities[k][i] is the share of sample i that belongs to k. The
/// maximiser of the expected log-likelihood among covariances with eigenvalues of at least `floor`.
void maximise(const std::vector<double>& x, const std::vector<std::vector<double>>& responsibilities,
              double floor, std::vector<Gaussian>& gaussians) {
  const std::size_t count = x.size() / 3;
  for (std::size_t k = 0; k < gaussians.size(); ++k) {
    const std::vector<double>& share = responsibilities[k];
    double total = 0;
    std::array<double, 3> mean = {};
    for (std::size_t i = 0; i < count; ++i) {
      total += share[i];
      for (std::size_t c = 0; c < 3; ++c)
        mean[c] += share[i] * x[3 * i + c];
    }
    Gaussian& gaussian = gaussians[k];
    gaussian.weight = total / static_cast<double>(count);
    if (!(total > 1e-200))
      continue;
    for (double& m : mean)
      m /= total;
    Matrix3 s = {};
    for (std::size_t i = 0; i < count; ++i) {
      const double a = x[3 * i] - mean[0];
      const double b = x[3 * i + 1] - mean[1];
      const double c = x[3 * i + 2] - mean[2];
      s[0] += share[i] * a * a;
      s[3] += share[i] * a * b;
      s[4] += share[i] * b * b;
      s[6] += share[i] * a * c;
      s[7] += share[i] * b * c;
      s[8] += share[i] * c * c;
    }
    s[1] = s[3];
    s[2] = s[6];
    s[5] = s[7];
    for (double& value : s)
      value /= total;
    gaussian.mean = mean;
    gaussian.covariance = raise_eigenvalues(s, floor);
  }
  // Components without samples take no part in any density.
  std::erase_if(gaussians, [](const Gaussian& gaussian) { return !(gaussian.weight > 1e-200); });
}

/// e^x for x <= 0; 0 where a sum of at least 1 would not change by it.
double share_of(double x) {
  constexpr double least = -37;
  return x == 0 ? 1.0 : x < least ? 0.0 : std::exp(x);
}

/// Fills the responsibilities and returns the mean log-likelihood.
double expect(const std::vector<double>& x, const std::vector<Gaussian>& gaussians,
              std::vector<std::vector<double>>& responsibilities) {
  const std::size_t count = x.size() / 3;
  std::vector<PreparedGaussian<double>> prepared;
  for (const Gaussian& gaussian : gaussians)
    prepared.push_back(prepare<double>(gaussian));
  responsibilities.resize(gaussians.size());
  for (std::vector<double>& share : responsibilities)
    share.resize(count);
  double sum = 0;
  std::vector<double> logs(gaussians.size());
  for (std::size_t i = 0; i < count; ++i) {
    double highest = -std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < prepared.size(); ++k) {
      logs[k] = prepared[k].log_density(x[3 * i], x[3 * i + 1], x[3 * i + 2]);
      highest = std::max(highest, logs[k]);
    }
    double total = 0;
    for (double& log : logs)
      total += log = share_of(log - highest);
    for (std::size_t k = 0; k < prepared.size(); ++k)
      responsibilities[k][i] = logs[k] / total;
    sum += highest + std::log(total);
  }
  return sum / static_cast<double>(count);
}

/// Each sample wholly to its nearest centre, and the Gaussians of that.
std::vector<Gaussian> start_from(const std::vector<double>& x,
                                 const std::vector<std::array<double, 3>>& centres, double floor) {
  const std::size_t count = x.size() / 3;
  std::vector<std::vector<double>> share(centres.size(), std::vector<double>(count, 0.0));
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t nearest = 0;
    for (std::size_t k = 1; k < centres.size(); ++k)
      if (squared_distance(&x[3 * i], centres[k]) < squared_distance(&x[3 * i], centres[nearest]))
        nearest = k;
    share[nearest][i] = 1;
  }
  std::vector<Gaussian> gaussians(centres.size());
  maximise(x, share, floor, gaussians);
  return gaussians;
}

}  // namespace

GaussianMixture GaussianMixture::expectation_maximisation(std::vector<Gaussian> start,
                                                          const std::vector<double>& x,
                                                          const MixtureOptions& options) {
  const double floor = options.min_deviation * options.min_deviation;
  GaussianMixture mixture;
  mixture.gaussians_ = std::move(start);
  std::vector<double>& levels = mixture.log_likelihoods_;
  std::vector<std::vector<double>> responsibilities;
  for (std::int64_t step = 0;; ++step) {
    levels.push_back(expect(x, mixture.gaussians_, responsibilities));
    const bool settled = levels.size() > 1 && levels.back() - levels[levels.size() - 2] < options.tolerance;
    if (step == options.iterations || settled)
      return mixture;
    maximise(x, responsibilities, floor, mixture.gaussians_);
  }
}

GaussianMixture GaussianMixture::fit(Colours colours, const MixtureOptions& options) {
  check_options(colours, options);
  Random random(options.seed);
  const std::vector<double> x = sample(colours, options, random);
  const double floor = options.min_deviation * options.min_deviation;
  return expectation_maximisation(start_from(x, draw_centres(x, options.components, random), floor), x,
                                  options);
}

GaussianMixture GaussianMixture::refit(Colours colours, const MixtureOptions& options) const {
  check_options(colours, options);
  Random random(options.seed);
  std::vector<Gaussian> start = gaussians_;
  for (Gaussian& gaussian : start)
    gaussian.covariance =
        raise_eigenvalues(gaussian.covariance, options.min_deviation * options.min_deviation);
  return expectation_maximisation(std::move(start), sample(colours, options, random), options);
}

GaussianMixture GaussianMixture::from(std::vector<Gaussian> gaussians) {
  FOVEA_CHECK(!gaussians.empty(), "a mixture needs at least one Gaussian");
  double sum = 0;
  for (const Gaussian& gaussian : gaussians) {
    FOVEA_CHECK(gaussian.weight > 0 && gaussian.weight <= 1, "a weight of {}: expected 0..1, more than 0",
                gaussian.weight);
    const Matrix3& m = gaussian.covariance;
    FOVEA_CHECK(m[1] == m[3] && m[2] == m[6] && m[5] == m[7], "a covariance is not symmetric");
    FOVEA_CHECK(
        std::all_of(gaussian.mean.begin(), gaussian.mean.end(), [](double v) { return std::isfinite(v); }),
        "a mean is not finite");
    prepare<double>(gaussian);
    sum += gaussian.weight;
  }
  FOVEA_CHECK(std::abs(sum - 1) < 1e-6, "the weights of a mixture sum to {}: expected 1", sum);
  GaussianMixture mixture;
  mixture.gaussians_ = std::move(gaussians);
  return mixture;
}

}  // namespace fovea
