#include "base/check.hpp"
#include "explain/layer_map.hpp"
#include "explain/layer_view.hpp"
#include "explain/session_batches.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

/// FullGrad (Srinivas & Fleuret 2019): the score is the sum of x dS/dx over the picture and of b dS/db over
/// all biases of the network; the map is that of the picture and of each layer's biases, without their signs,
/// each stretched to 0..1 and brought to the picture's size. Biases are those of the canonical graph, where
/// batch normalisation is folded into convolutions, and the implicit ones of nonlinear functions
/// (autodiff/bias_terms.hpp).
namespace fovea {
namespace {

/// Adds to the map, [H,W], the magnitudes of [C,h,w], stretched together to 0..1 and summed over channels.
void add_stretched(std::span<const float> values, std::int64_t height, std::int64_t width,
                   std::span<double> map, const Shape& picture) {
  const PassView view{values, {}, height, width};
  double low = std::abs(static_cast<double>(values.front())), high = low;
  for (const float value : values) {
    low = std::min(low, std::abs(static_cast<double>(value)));
    high = std::max(high, std::abs(static_cast<double>(value)));
  }
  if (high == low)
    return;
  std::vector<double> sum(static_cast<std::size_t>(height * width), 0);
  for (std::int64_t k = 0; k < channels_of(view); ++k)
    for (std::size_t p = 0; p < sum.size(); ++p)
      sum[p] += (std::abs(static_cast<double>(channel_of(view, k)[p])) - low) / (high - low);
  const Tensor large = layer_map(view, sum, picture);
  std::transform(large.data<float>().begin(), large.data<float>().end(), map.begin(), map.begin(),
                 std::plus<>());
}

double sum_of(std::span<const float> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// The session holds the picture in all places of its batch, and its backward pass is done.
Attribution read_terms(const Session& session, const Tensor& input, double score) {
  const Shape& picture = input.shape();
  const Program& program = session.program();
  std::vector<float> product(input.data<float>().size());
  std::transform(input.data<float>().begin(), input.data<float>().end(), gradient_at(session, 0).begin(),
                 product.begin(), std::multiplies<>());
  std::vector<double> map(static_cast<std::size_t>(picture[1] * picture[2]), 0);
  add_stretched(product, picture[1], picture[2], map, picture);
  double total = sum_of(product);
  for (std::size_t i = 0; i < program.bias_terms().size(); ++i) {
    const std::optional<LayerLayout>& layout = program.bias_terms()[i].layout;
    const std::span<const float> term = session.bias_term(i).data<float>();
    total += sum_of(term) / static_cast<double>(program.options().batch);
    if (!layout || !layout->has_grid || layout->pictures() != program.options().batch)
      continue;  // as the biases of dense layers, which have no place in the picture
    std::vector<float> values(static_cast<std::size_t>(layout->channels() * layout->positions()));
    take_layer(*layout, term, 0, values);
    add_stretched(values, layout->height(), layout->width(), map, picture);
  }
  Attribution result{Tensor(DType::F32, {1, picture[1], picture[2]}), {}};
  std::transform(map.begin(), map.end(), result.relevance.data<float>().begin(),
                 [](double value) { return static_cast<float>(value); });
  if (score != 0)
    result.completeness_error = std::abs(total - score) / std::abs(score);
  return result;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo&) {
  MethodContext with_terms = context;
  with_terms.program.bias_terms = true;
  auto program = compile_gradient(with_terms, 1);
  const auto start = [program](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [session](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      double score = 0;
      run_batched(
          *session, 1, target,
          [&](std::int64_t, std::int64_t, std::span<float> picture) {
            std::copy(input.data<float>().begin(), input.data<float>().end(), picture.begin());
          },
          [&](const HeldSamples&) { score = value_of(scores_of(*session, 0), target); }, progress);
      return read_terms(*session, input, score);
    };
  };
  return {{program}, start};
}

}  // namespace

std::vector<Method> full_grad_methods() {
  return {
      {{"full-grad", "FullGrad", "srinivas2019full",
        "what the picture and the biases of all layers add to the score", 0, MethodInfo::Values::PerPixel,
        "Bright pixels and regions add most to the score, in either direction, at any depth of the network.",
        "1 + 1"},
       {},
       nullptr,
       compile,
       [](const MethodOptions&, std::int64_t) {
         return std::string("gradient times input, and all biases");
       }}};
}

}  // namespace fovea
