#include "base/check.hpp"
#include "methods/noise.hpp"
#include "methods/session_batches.hpp"

/// Gradients of noisy copies of the picture: their mean (SmoothGrad, Smilkov et al. 2017), the mean of their
/// squares (Hooker et al. 2019) and their variance (VarGrad, Adebayo et al. 2018).
namespace fovea {
namespace {

enum class Statistic { Mean, MeanSquare, Variance };

/// Sums gradients and their squares, value by value.
class Moments {
public:
  explicit Moments(std::size_t values) : sum_(values, 0), squares_(values, 0) {}

  void add(std::span<const float> gradient) {
    for (std::size_t i = 0; i < sum_.size(); ++i) {
      const double g = gradient[i];
      sum_[i] += g;
      squares_[i] += g * g;
    }
    ++count_;
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

CompiledMethod compile(const MethodContext& context, Statistic statistic, Rule rule, std::int64_t samples) {
  FOVEA_CHECK(statistic != Statistic::Variance || samples > 1, "a variance needs at least 2 samples");
  auto scores = compile_scores(context);
  auto program = compile_gradient(context, batch_for(samples), rule);
  auto start = [program, samples, statistic, options = context.options](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ScoreTarget& target, const SampleProgress& progress) {
      Noise noise(input, options);
      Moments moments(input.data<float>().size());
      look_at_many(
          *session, samples, target,
          [&](std::int64_t i, std::span<float> picture) { noise.copy(i, picture); },
          [&](std::int64_t, std::int64_t n) { moments.add(gradient_at(*session, n)); }, progress);
      Attribution result{Tensor(DType::F32, input.shape()), {}};
      auto relevance = result.relevance.data<float>();
      for (std::size_t i = 0; i < relevance.size(); ++i)
        relevance[i] = moments.value(i, statistic);
      return result;
    };
  };
  return {scores, {program}, start};
}

template <Statistic statistic>
CompiledMethod compile_statistic(const MethodContext& context) {
  return compile(context, statistic, Rule::Gradient, samples_of(context, "smoothgrad"));
}

}  // namespace

CompiledMethod compile_smooth_rule(const MethodContext& context, Rule rule) {
  CompiledMethod compiled = compile(context, Statistic::Mean, rule, context.options.smooth);
  compiled.smooths = true;
  return compiled;
}

std::vector<Method> smooth_grad_methods() {
  using enum MethodInfo::Values;
  return {
      {{"smoothgrad", "SmoothGrad", "smilkov2017smoothgrad", "the mean gradient of noisy copies", 50,
        PerChannel},
       compile_statistic<Statistic::Mean>},
      {{"smoothgrad-squared", "SmoothGrad squared", "hooker2019benchmark",
        "the mean squared gradient of noisy copies", 50, PerChannel},
       compile_statistic<Statistic::MeanSquare>},
      {{"vargrad", "VarGrad", "adebayo2018sanity", "the variance of the gradients of noisy copies", 50,
        PerChannel},
       compile_statistic<Statistic::Variance>},
  };
}

}  // namespace fovea
