#include "base/check.hpp"
#include "explain/noise.hpp"
#include "explain/session_batches.hpp"
#include "fovea/classify.hpp"

#include <fmt/format.h>

#include <algorithm>

/// Expected gradients (Erion et al. 2021), which SHAP and Captum know as GradientSHAP: the mean of
/// (x - b) (.) dS/dx at b + t (x - b), over baselines b drawn from reference pictures and t from 0..1.
namespace fovea {
namespace {

/// The network inputs of photos, whole, one after the other.
std::vector<Tensor> read_references(const std::vector<std::string>& files, const Program& program,
                                    const Preprocessing& preprocessing) {
  const InputSize size = input_size(program);
  std::vector<Tensor> references;
  for (const std::string& file : files) {
    const Framing framing = frame(read_image(file), preprocessing, size, Crops::Whole);
    Tensor& reference = references.emplace_back(DType::F32, Shape{size.channels, size.height, size.width});
    write_crop(framing, 0, preprocessing, reference.data<float>().data());
  }
  return references;
}

/// The baseline of each sample: one of the references, or without any the usual baseline with noise.
class Baselines {
public:
  Baselines(const std::vector<Tensor>& references, const Tensor& input, const MethodOptions& options,
            const Preprocessing& preprocessing)
      : references_(references), options_(options), noise_(input, options) {
    if (references.empty())
      usual_ = baseline_of(input, options.baseline, preprocessing);
  }

  /// Writes the i-th sample's baseline and returns its place between baseline and input, 0..1.
  double draw(std::int64_t i, std::span<float> baseline) const {
    const auto index = static_cast<std::uint64_t>(i);
    const std::array<std::uint32_t, 4> words =
        philox({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32U), 0x45474Du, 0},
               {static_cast<std::uint32_t>(options_.seed), static_cast<std::uint32_t>(options_.seed >> 32U)});
    if (references_.empty()) {
      add_normal_noise(usual_.data<float>(), noise_.sigma(), options_.seed, index, baseline);
    } else {
      const auto chosen = references_[words[1] % references_.size()].data<float>();
      std::copy(chosen.begin(), chosen.end(), baseline.begin());
    }
    return static_cast<double>(words[0]) / 4294967296.0;
  }

private:
  const std::vector<Tensor>& references_;
  const MethodOptions& options_;
  Noise noise_;
  Tensor usual_;
};

Attribution average(Session& session, const Tensor& input, const Baselines& baselines, std::int64_t samples,
                    const ExplainedScore& target, const SampleProgress& progress) {
  const auto x = input.data<float>();
  std::vector<double> sum(x.size(), 0);
  std::vector<std::vector<float>> differences(static_cast<std::size_t>(session.program().options().batch),
                                              std::vector<float>(x.size()));
  run_batched(
      session, samples, target,
      [&](std::int64_t i, std::int64_t n, std::span<float> picture) {
        std::vector<float>& difference = differences[static_cast<std::size_t>(n)];
        const auto share = static_cast<float>(baselines.draw(i, difference));
        for (std::size_t k = 0; k < picture.size(); ++k) {
          const float baseline = difference[k];
          difference[k] = x[k] - baseline;
          picture[k] = baseline + share * difference[k];
        }
      },
      [&](const HeldSamples& held) {
        for_each_piece(session, sum.size(), [&](std::size_t begin, std::size_t end) {
          for (std::int64_t n = 0; n < held.count; ++n) {
            const std::span<const float> gradient = gradient_at(session, n);
            const std::vector<float>& difference = differences[static_cast<std::size_t>(n)];
            for (std::size_t k = begin; k < end; ++k)
              sum[k] += static_cast<double>(difference[k]) * static_cast<double>(gradient[k]);
          }
        });
      },
      progress);
  Attribution result{Tensor(DType::F32, input.shape()), {}};
  std::transform(sum.begin(), sum.end(), result.relevance.data<float>().begin(), [samples](double value) {
    return static_cast<float>(value / static_cast<double>(samples));
  });
  return result;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo& info) {
  const std::int64_t samples = samples_of(context, info);
  auto program = compile_gradient(context, batch_for(samples));
  const auto references = std::make_shared<const std::vector<Tensor>>(
      read_references(context.options.references, *program, context.preprocessing));
  const auto start = [program, references, samples, options = context.options,
                      preprocessing = context.preprocessing](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      const Baselines baselines(*references, input, options, preprocessing);
      return average(*session, input, baselines, samples, target, progress);
    };
  };
  return {{program}, start};
}

std::string references_in_words(const MethodOptions& options, std::int64_t samples) {
  return options.references.empty()
             ? fmt::format("{} samples between {} with noise of {:.3g} % of the range and the photo", samples,
                           baseline_in_words(options.baseline), 100 * options.noise)
             : fmt::format("{} samples between {} other photos and this one", samples,
                           options.references.size());
}

}  // namespace

std::vector<Method> expected_gradients_methods() {
  return {
      {{"expected-gradients", "Expected gradients", "erion2021improving",
        "the gradient times the difference from random baselines (GradientSHAP)", 200,
        MethodInfo::Values::PerChannel,
        "The brighter a pixel, the larger its share of the difference between this photo's score and that "
        "of others.",
        "n + n"},
       {},
       nullptr,
       compile,
       references_in_words,
       {MethodOption::Baseline, MethodOption::Noise, MethodOption::References, MethodOption::Seed}}};
}

}  // namespace fovea
