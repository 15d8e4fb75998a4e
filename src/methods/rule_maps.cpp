#include "methods/method.hpp"

/// The way back itself, by one of three rules (Simonyan 2013; Zeiler & Fergus 2013; Springenberg 2014), and
/// the gradient times the picture.
namespace fovea {
namespace {

template <Rule rule>
CompiledMethod compile_rule(const MethodContext& context) {
  return {compile_gradient(context, context.program.batch, rule), {}, {}};
}

/// x (.) dS/dx: what each value of the input, counted from the network's own zero, adds to a linear score.
CompiledMethod compile_gradient_x_input(const MethodContext& context) {
  auto scores = compile_scores(context);
  auto program = compile_gradient(context, 1);
  auto start = [program](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [session](const Tensor& input, const ScoreTarget& target, const SampleProgress&) {
      const auto x = input.data<float>();
      Attribution result{Tensor(DType::F32, input.shape()), {}};
      auto relevance = result.relevance.data<float>();
      look_at_many(
          *session, 1, target,
          [&](std::int64_t, std::span<float> p) { std::copy(x.begin(), x.end(), p.begin()); },
          [&](std::int64_t, std::int64_t n) {
            const auto gradient = gradient_at(*session, n);
            for (std::size_t i = 0; i < x.size(); ++i)
              relevance[i] = x[i] * gradient[i];
          });
      return result;
    };
  };
  return {scores, {program}, start};
}

}  // namespace

std::vector<Method> rule_methods() {
  using enum MethodInfo::Values;
  return {
      {{"gradient", "Gradient", "simonyan2013deep", "d(score)/d(picture)", 0, PerChannel},
       compile_rule<Rule::Gradient>},
      {{"deconvnet", "DeconvNet", "zeiler2013visualizing", "the backward pass keeps positive reconstructions",
        0, PerChannel},
       compile_rule<Rule::Deconvnet>},
      {{"guided", "Guided back-propagation", "springenberg2014striving",
        "the backward pass keeps positive gradients of active ReLUs", 0, PerChannel},
       compile_rule<Rule::Guided>},
      {{"gradient-x-input", "Gradient x input", "shrikumar2016not", "the gradient times the network's input",
        0, PerChannel},
       compile_gradient_x_input},
  };
}

}  // namespace fovea
