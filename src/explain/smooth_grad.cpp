#include "base/check.hpp"
#include "explain/noise.hpp"
#include "explain/session_batches.hpp"

#include <algorithm>

/// Gradients of noisy copies of the picture: their mean (SmoothGrad, Smilkov et al. 2017), the mean of their
/// squares (Hooker et al. 2019) and their variance (VarGrad, Adebayo et al. 2018).#include <fmt/format.h>

namespace fovea {
namespace {

enum class Statistic { Mean, MeanSquare, Variance };

/// Sums gradients and their squares, value by value.
class Moments {
public:
  explicit Moments(std::size_t values) : sum_(values, 0), squares_(values, 0) {}

  /// Adds the gradients of a session's first `count` pictures.
  void add(Session& session, std::int64_t count) {
    for_each_piece(session, sum_.size(), [&](std::size_t begin, std::size_t end) {
      for (std::int64_t n = 0; n < count; ++n) {
        const std::span<const float> gradient = gradient_at(session, n);
        for (std::size_t i = begin; i < end; ++i) {
          const double g = gradient[i];
          sum_[i] += g;
          squares_[i] += g * g;
        }
      }
    });
    count_ += static_cast<double>(count);
  }

  float value(std::size_t i, Statistic statistic) const {
    const double mean = sum_[i] / count_, square = squares_[i] / count_;
    switch (statistic) {
    case Statistic::Mean:
      return static_cast<float>(mean);
    case Statistic::MeanSquare:
      return static_cast<float>(square);
    case Statistic::Variance:
      return static_cast<float>(std::max(square - mean * mean, 0.0));
    }
    FOVEA_ASSERT(!"unknown statistic");
  }

private:
  std::vector<double> sum_, squares_;
  double count_ = 0;
};

template <Statistic statistic>
SamplingMethod compile(const MethodContext& context, const MethodInfo& info) {
  const std::int64_t samples = samples_of(context, info);
  FOVEA_CHECK(statistic != Statistic::Variance || samples > 1, "a variance needs at least 2 samples");
  auto program = compile_gradient(context, batch_for(samples));
  auto start = [program, samples, options = context.options](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      Noise noise(input, options);
      Moments moments(input.data<float>().size());
      run_batched(
          *session, samples, target,
          [&](std::int64_t i, std::int64_t, std::span<float> picture) { noise.copy(i, picture); },
          [&](const HeldSamples& held) { moments.add(*session, held.count); }, progress);
      Attribution result{Tensor(DType::F32, input.shape()), {}};
      auto relevance = result.relevance.data<float>();
      for (std::size_t i = 0; i < relevance.size(); ++i)
        relevance[i] = moments.value(i, statistic);
      return result;
    };
  };
  return {{program}, start};
}

std::string noise_in_words(const MethodOptions& options, std::int64_t samples) {
  return fmt::format("{} noisy copies, noise {:.3g} % of the range", samples, 100 * options.noise);
}

}  // namespace

std::vector<Method> smooth_grad_methods() {
  using enum MethodInfo::Values;
  return {
      {{"smoothgrad", "SmoothGrad", "smilkov2017smoothgrad", "the mean gradient of noisy copies", 50,
        PerChannel,
        "As Gradient, averaged over noisy copies of the photo, which leaves what does not depend on chance.",
        "n + n"},
       {},
       nullptr,
       compile<Statistic::Mean>,
       noise_in_words,
       {MethodOption::Noise, MethodOption::Seed}},
      {{"smoothgrad-squared", "SmoothGrad squared", "hooker2019benchmark",
        "the mean squared gradient of noisy copies", 50, PerChannel,
        "As SmoothGrad, but without regard to signs: bright pixels matter in most noisy copies of the "
        "photo.",
        "n + n"},
       {},
       nullptr,
       compile<Statistic::MeanSquare>,
       noise_in_words,
       {MethodOption::Noise, MethodOption::Seed}},
      {{"vargrad", "VarGrad", "adebayo2018sanity", "the variance of the gradients of noisy copies", 50,
        PerChannel,
        "Bright pixels are those whose influence on the score varies most between noisy copies of the "
        "photo.",
        "n + n"},
       {},
       nullptr,
       compile<Statistic::Variance>,
       noise_in_words,
       {MethodOption::Noise, MethodOption::Seed}},
  };
}

}  // namespace fovea
