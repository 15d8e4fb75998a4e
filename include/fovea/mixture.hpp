#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

struct MixtureOptions {
  std::int64_t components = 5;
  std::int64_t iterations = 10;  ///< of EM, at most
  /// EM ends when the mean log-likelihood of a sample rises by less than this.
  double tolerance = 1e-3;
  /// Standard deviation along any axis, in grey levels, at least: keeps densities of few or equal colours
  /// finite.
  double min_deviation = 2.0;
  /// EM looks at no more colours than this, drawn evenly over the list; 0: at all.
  std::int64_t max_samples = 8192;
  std::uint64_t seed = 0;
};

/// One Gaussian of colours (red, green, blue in 0..255). Covariance row by row.
struct Gaussian {
  double weight = 0;
  std::array<double, 3> mean = {};
  std::array<double, 9> covariance = {};
};

/// A density of colours: a sum of Gaussians with full covariances.
class GaussianMixture {
public:
  /// Fits by EM from a k-means++ start (`dempster1977em`, `arthur2007kmeans`). `colours` holds 3 bytes a
  /// pixel. Each step is the exact maximiser among covariances whose eigenvalues are at least
  /// min_deviation^2, so the log-likelihood of what EM looks at never falls. Fewer distinct colours than
  /// components give fewer components. Deterministic for a seed. InputError for an empty list, a length that
  /// is no multiple of 3, or options out of range.
  static GaussianMixture fit(std::span<const std::uint8_t> colours, const MixtureOptions& options = {});
  /// Goes on with EM from this mixture on other colours.
  GaussianMixture refit(std::span<const std::uint8_t> colours, const MixtureOptions& options = {}) const;
  /// A mixture of given Gaussians. InputError unless weights are positive and sum to 1 and covariances are
  /// symmetric and positive definite.
  static GaussianMixture from(std::vector<Gaussian> gaussians);

  const std::vector<Gaussian>& gaussians() const { return gaussians_; }
  /// Mean log-likelihood of a sample before each EM step and after the last one, in nats; empty for `from`.
  const std::vector<double>& log_likelihoods() const { return log_likelihoods_; }

  /// Writes -log p(colour) in nats for every colour: 3 bytes in, one float out.
  void negative_log(std::span<const std::uint8_t> colours, std::span<float> out) const;

private:
  GaussianMixture() = default;
  static GaussianMixture expectation_maximisation(std::vector<Gaussian> start, const std::vector<double>& x,
                                                  const MixtureOptions& options);
  std::vector<Gaussian> gaussians_;
  std::vector<double> log_likelihoods_;
};

}  // namespace fovea
