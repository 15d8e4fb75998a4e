#include "explain/method.hpp"
#include "explain/session_batches.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

/// DeepLIFT with the rescale rule (Shrikumar et al. 2017): (x - b) times the multipliers that a backward pass
/// propagates, with differences from what the baseline b gives in the place of derivatives.
namespace fovea {
namespace {

/// Fills all places of the batch.
void fill(Tensor& places, std::span<const float> picture) {
  const auto all = places.data<float>();
  for (std::size_t at = 0; at < all.size(); at += picture.size())
    std::copy(picture.begin(), picture.end(), all.begin() + static_cast<std::ptrdiff_t>(at));
}

SamplingMethod compile(const MethodContext& context, const MethodInfo&) {
  MethodContext lifted = context;
  lifted.program.deep_lift = true;
  auto program = compile_gradient(lifted, 1);
  const auto start = [program, kind = context.options.baseline,
                      preprocessing = context.preprocessing](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      const Tensor baseline = baseline_of(input, kind, preprocessing);
      const auto x = input.data<float>(), b = baseline.data<float>();
      fill(session->input(program->inputs().size() - 1), b);
      double score = 0;
      run_batched(
          *session, 1, target,
          [&](std::int64_t, std::int64_t, std::span<float> picture) {
            std::copy(x.begin(), x.end(), picture.begin());
          },
          [&](const HeldSamples&) { score = value_of(scores_of(*session, 0), target); }, progress);
      Attribution result{Tensor(DType::F32, input.shape()), {}};
      auto relevance = result.relevance.data<float>();
      const std::span<const float> multipliers = gradient_at(*session, 0);
      for (std::size_t i = 0; i < relevance.size(); ++i)
        relevance[i] = (x[i] - b[i]) * multipliers[i];
      const auto nothing = session->output(program->baseline_scores().value()).data<float>();
      const double difference = score - value_of(std::vector<double>(nothing.begin(), nothing.end()), target);
      if (difference != 0)
        result.completeness_error =
            std::abs(std::accumulate(relevance.begin(), relevance.end(), 0.0) - difference) /
            std::abs(difference);
      return result;
    };
  };
  return {{program}, start};
}

}  // namespace

std::vector<Method> deep_lift_methods() {
  return {
      {{"deep-lift", "DeepLIFT, rescale", "shrikumar2017learning",
        "differences from a baseline, propagated from the score to the picture", 0,
        MethodInfo::Values::PerChannel,
        "The brighter a pixel, the larger its share of the difference between this photo's score and that "
        "of a plain picture.",
        "2 + 1"},
       {},
       nullptr,
       compile,
       nullptr,
       {MethodOption::Baseline}}};
}

}  // namespace fovea
