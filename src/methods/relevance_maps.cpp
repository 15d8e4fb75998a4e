#include "base/check.hpp"
#include "fovea/localize.hpp"
#include "methods/layer_maps.hpp"
#include "methods/session_batches.hpp"

#include <algorithm>

/// Relevance that is shared out from the score to what made it: layer-wise relevance propagation (Bach et al.
/// 2015; Montavon et al. 2019) to the picture, and excitation back-propagation (Zhang et al. 2016) to a
/// layer.
namespace fovea {
namespace {

/// Seeds every score of the target with itself: what is shared out is S_c, and -S_d of a class that it is set
/// against.
void seed_scores(Session& session, const ScoreTarget& target) {
  const std::vector<double> scores = scores_of(session, 0);
  seed_target(session, target);
  auto seed = session.seed().data<float>();
  for (std::size_t i = 0; i < scores.size(); ++i)
    seed[i] *= static_cast<float>(scores[i]);
}

template <Rule rule>
CompiledMethod compile_relevance(const MethodContext& context) {
  auto scores = compile_scores(context);
  auto program = compile_gradient(context, 1, rule);
  auto start = [program](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [session](const Tensor& input, const ScoreTarget& target, const SampleProgress&) {
      const auto x = input.data<float>();
      auto pictures = session->input().data<float>();
      for (std::size_t at = 0; at < pictures.size(); at += x.size())
        std::copy(x.begin(), x.end(), pictures.begin() + static_cast<std::ptrdiff_t>(at));
      session->forward();
      seed_scores(*session, target);
      session->backward();
      Attribution result{Tensor(DType::F32, input.shape()), {}};
      const auto relevance = gradient_at(*session, 0);
      std::copy(relevance.begin(), relevance.end(), result.relevance.data<float>().begin());
      return result;
    };
  };
  return {scores, {program}, start};
}

/// The probability that a winner-take-all walk from the class comes by each position of the layer.
CompiledMethod compile_excitation(const MethodContext& context) {
  auto scores = compile_scores(context);
  auto program = compile_layer(context, Rule::Excitation);
  auto start = [program](Sessions& sessions) -> Attribute {
    auto layer = std::make_shared<LayerSession>(sessions.add(program));
    return [layer](const Tensor& input, const ScoreTarget& target, const SampleProgress&) {
      const LayerLook look = layer->look(input, target);
      Tensor map(DType::F32, {look.height, look.width});
      auto sum = map.data<float>();
      for (std::size_t i = 0; i < look.gradient.size(); ++i)
        sum[i % sum.size()] += look.gradient[i];
      const Shape& shape = input.shape();
      return Attribution{resize_map(map, shape[2], shape[1]).reshaped({1, shape[1], shape[2]}), {}};
    };
  };
  return {scores, {program}, start};
}

}  // namespace

std::vector<Method> relevance_methods() {
  using enum MethodInfo::Values;
  return {
      {{"lrp", "LRP, composite", "montavon2019layer",
        "relevance distributed by z-plus at convolutions and by epsilon at dense layers", 0, PerChannel},
       compile_relevance<Rule::LrpComposite>},
      {{"lrp-epsilon", "LRP, epsilon", "bach2015pixel",
        "relevance distributed in proportion to the contributions", 0, PerChannel},
       compile_relevance<Rule::LrpEpsilon>},
      {{"lrp-alpha-beta", "LRP, alpha 2, beta 1", "bach2015pixel",
        "relevance distributed over what excites, twice, minus what inhibits", 0, PerChannel},
       compile_relevance<Rule::LrpAlphaBeta>},
      {{"excitation", "Excitation back-propagation", "zhang2016top",
        "probabilistic winner-take-all from the class to a layer", 0, PerPixel},
       compile_excitation},
  };
}

}  // namespace fovea
