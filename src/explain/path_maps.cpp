#include "base/check.hpp"
#include "explain/method.hpp"
#include "explain/session_batches.hpp"
#include "image/blur.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

/// Integrals of the gradient along a path of pictures from a baseline to the picture: integrated gradients
/// (Sundararajan et al. 2017) on a straight line, Blur-IG (Xu et al. 2020) from the picture out of focus.
namespace fovea {

Attribution integrate(Session& session, const Tensor& input, const Path& path, std::int64_t steps,
                      const ExplainedScore& target, const SampleProgress& progress) {
  const std::size_t size = input.data<float>().size();
  const auto step = 1.0 / static_cast<double>(steps);
  std::vector<double> sum(size, 0);
  // The n-th step of a batch leads from ends[n] to ends[n + 1].
  std::vector<std::vector<float>> ends(static_cast<std::size_t>(session.program().options().batch) + 1,
                                       std::vector<float>(size));
  path(0, ends.front());
  double scores[2] = {0, 0};  // of samples `steps` and `steps + 1`, the path's beginning and end
  run_batched(
      session, steps + 2, target,
      [&](std::int64_t i, std::int64_t n, std::span<float> picture) {
        if (i >= steps)
          return path(static_cast<double>(i - steps), picture);
        path((static_cast<double>(i) + 0.5) * step, picture);
        path(static_cast<double>(i + 1) * step, ends[static_cast<std::size_t>(n) + 1]);
      },
      [&](const HeldSamples& held) {
        const std::int64_t held_steps = std::clamp<std::int64_t>(steps - held.first, 0, held.count);
        for (std::int64_t n = held_steps; n < held.count; ++n)
          scores[held.first + n - steps] = value_of(scores_of(session, n), target);
        for_each_piece(session, size, [&](std::size_t begin, std::size_t end) {
          for (std::int64_t n = 0; n < held_steps; ++n) {
            const std::span<const float> gradient = gradient_at(session, n);
            const std::vector<float>& from = ends[static_cast<std::size_t>(n)];
            const std::vector<float>& to = ends[static_cast<std::size_t>(n) + 1];
            for (std::size_t k = begin; k < end; ++k)
              sum[k] += static_cast<double>(to[k] - from[k]) * static_cast<double>(gradient[k]);
          }
        });
        std::swap(ends.front(), ends[static_cast<std::size_t>(held_steps)]);
        if (progress && held_steps > 0)
          progress(held.first + held_steps, steps);
      });
  Attribution result{Tensor(DType::F32, input.shape()), {}};
  double total = 0;
  for (std::size_t k = 0; k < size; ++k) {
    total += sum[k];
    result.relevance.data<float>()[k] = static_cast<float>(sum[k]);
  }
  const double difference = scores[1] - scores[0];
  if (difference != 0)
    result.completeness_error = std::abs(total - difference) / std::abs(difference);
  return result;
}

Path straight_path(const Tensor& input, const Tensor& baseline) {
  return [x = input.data<float>(), b = baseline.data<float>()](double t, std::span<float> picture) {
    const auto share = static_cast<float>(t);
    for (std::size_t k = 0; k < picture.size(); ++k)
      picture[k] = t == 1 ? x[k] : b[k] + share * (x[k] - b[k]);
  };
}

namespace {

/// Out of focus by a Gaussian of up to this share of the shorter side. The blur shrinks with the square of
/// what is left, since sharp pictures change fastest.
Path coming_into_focus(const Tensor& input) {
  constexpr double most = 0.2;
  const Shape shape = input.shape();
  return [x = input.data<float>(), shape](double t, std::span<float> picture) {
    const double side = static_cast<double>(std::min(shape[1], shape[2]));
    std::copy(x.begin(), x.end(), picture.begin());
    gaussian_blur(picture, shape[1], shape[2], most * side * (1 - t) * (1 - t));
  };
}

SamplingMethod compile(const MethodContext& context, const MethodInfo& info,
                       std::function<Path(const Tensor& input, Tensor& baseline)> make_path) {
  const std::int64_t steps = samples_of(context, info);
  auto program = compile_gradient(context, batch_for(steps + 2));
  auto start = [program, steps, make_path](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      Tensor baseline;
      return integrate(*session, input, make_path(input, baseline), steps, target, progress);
    };
  };
  return {{program}, start};
}

SamplingMethod compile_integrated(const MethodContext& context, const MethodInfo& info) {
  return compile(context, info,
                 [kind = context.options.baseline, preprocessing = context.preprocessing](const Tensor& input,
                                                                                          Tensor& baseline) {
                   baseline = baseline_of(input, kind, preprocessing);
                   return straight_path(input, baseline);
                 });
}

SamplingMethod compile_blurred(const MethodContext& context, const MethodInfo& info) {
  return compile(context, info, [](const Tensor& input, Tensor&) { return coming_into_focus(input); });
}

std::string path_in_words(const MethodOptions& options, std::int64_t samples) {
  return fmt::format("{} steps from {}", samples, baseline_in_words(options.baseline));
}

std::string blur_in_words(const MethodOptions&, std::int64_t samples) {
  return fmt::format("{} steps of blur", samples);
}

}  // namespace

std::vector<Method> path_methods() {
  using enum MethodInfo::Values;
  return {
      {{"integrated-gradients", "Integrated gradients", "sundararajan2017axiomatic",
        "the gradient's integral along the path from a baseline", 50, PerChannel,
        "The brighter a pixel, the larger its share of the difference between this photo's score and that of "
        "a plain picture.",
        "n + n"},
       {},
       nullptr,
       compile_integrated,
       path_in_words,
       {MethodOption::Baseline}},
      {{"blur-ig", "Blur-IG", "xu2020attribution",
        "the gradient's integral while the picture comes into focus", 50, PerChannel,
        "The brighter a pixel, the more the score changes while the details there come into focus.", "n + n"},
       {},
       nullptr,
       compile_blurred,
       blur_in_words},
  };
}

}  // namespace fovea
