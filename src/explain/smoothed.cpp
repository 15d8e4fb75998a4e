#include "explain/noise.hpp"
#include "explain/pass_session.hpp"

#include <algorithm>

/// SmoothGrad around any method (Smilkov et al. 2017): the mean of what it says of noisy copies.
namespace fovea {
namespace {

/// Sums up relevances in double.
class Mean {
public:
  void add(const Tensor& relevance) {
    const auto values = relevance.data<float>();
    if (sum_.empty()) {
      shape_ = relevance.shape();
      sum_.resize(values.size(), 0);
    }
    for (std::size_t k = 0; k < sum_.size(); ++k)
      sum_[k] += values[k];
    ++count_;
  }

  Tensor value() const {
    Tensor mean(DType::F32, shape_);
    std::transform(sum_.begin(), sum_.end(), mean.data<float>().begin(),
                   [&](double sum) { return static_cast<float>(sum / count_); });
    return mean;
  }

private:
  Shape shape_;
  std::vector<double> sum_;
  double count_ = 0;
};

}  // namespace

SamplingMethod compile_smoothed(const MethodContext& context, const Method& method) {
  const MethodOptions& options = context.options;
  MethodContext batched = context;
  batched.program.batch = batch_for(options.smooth);
  std::vector<MethodPass> all;
  const std::vector<std::size_t> places = add_passes(all, method.passes);
  const PassProgram program = compile_passes(batched, all);
  const auto start = [program, places, &method, options](Sessions& sessions) -> Attribute {
    auto passes = std::make_shared<PassSession>(program, sessions.add(program.program));
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      const Noise noise(input, options);
      Mean mean;
      std::vector<std::vector<float>> copies(static_cast<std::size_t>(passes->batch()),
                                             std::vector<float>(input.data<float>().size()));
      for (std::int64_t first = 0; first < options.smooth; first += passes->batch()) {
        const std::int64_t held = std::min(passes->batch(), options.smooth - first);
        std::vector<std::span<const float>> pictures;
        for (std::int64_t n = 0; n < held; ++n) {
          std::vector<float>& copy = copies[static_cast<std::size_t>(n)];
          noise.copy(first + n, copy);
          pictures.emplace_back(copy);
        }
        passes->backward(pictures, {&target, 1});
        for (std::int64_t n = 0; n < held; ++n)
          mean.add(passes->relevance(method, places, n, input.shape(), options));
        if (progress)
          progress(first + held, options.smooth);
      }
      return Attribution{mean.value(), {}};
    };
  };
  return {{program.program}, start};
}

SamplingMethod smoothed(SamplingMethod method, const MethodOptions& options) {
  const auto start = [inner = std::move(method.start), options](Sessions& sessions) -> Attribute {
    return [attribute = inner(sessions), options](const Tensor& input, const ExplainedScore& target,
                                                  const SampleProgress& progress) {
      const Noise noise(input, options);
      Mean mean;
      Tensor copy(DType::F32, input.shape());
      for (std::int64_t i = 0; i < options.smooth; ++i) {
        noise.copy(i, copy.data<float>());
        mean.add(attribute(copy, target, {}).relevance);
        if (progress)
          progress(i + 1, options.smooth);
      }
      return Attribution{mean.value(), {}};
    };
  };
  return {std::move(method.programs), start};
}

}  // namespace fovea
