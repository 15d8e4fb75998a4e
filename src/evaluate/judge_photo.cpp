#include "evaluate/judge_photo.hpp"

#include "base/check.hpp"
#include "evaluate/map_judge.hpp"
#include "explain/method.hpp"
#include "explain/session_batches.hpp"
#include "fovea/classify.hpp"
#include "fovea/evaluate_maps.hpp"
#include "fovea/measures.hpp"

#include <algorithm>
#include <chrono>

namespace fovea {
namespace {

using Clock = std::chrono::steady_clock;

/// Adds the time of a function to a sum of seconds.
template <class Function>
auto timed(double& seconds, const Function& function) {
  struct Stop {
    double& seconds;
    Clock::time_point begin = Clock::now();
    ~Stop() { seconds += std::chrono::duration<double>(Clock::now() - begin).count(); }
  } const stop{seconds};
  return function();
}

/// Scores pictures, and says how many and how long it took.
ScorePictures timed_probability(Session& scorer, std::int64_t class_index, FaithfulnessTimes& times) {
  return [score = class_probability(scorer, class_index), &times](std::span<const float> pictures,
                                                                  std::int64_t count) {
    times.pictures += count;
    return timed(times.scoring, [&] { return score(pictures, count); });
  };
}

/// Unnormalised scores of one picture.
PictureNumbers scores_by(Session& scorer) {
  return [&scorer](const Tensor& picture) {
    const auto values = picture.data<float>();
    std::copy(values.begin(), values.end(), scorer.input().data<float>().begin());
    scorer.forward();
    return scores_of(scorer, 0);
  };
}

}  // namespace

JudgedMap judged_map(Explainer& explain, const Tensor& input, std::int64_t class_index, std::size_t method) {
  const Attribution says = explain.attribute(input, {class_index, {}}, method);
  return {
      merge_channels(says.relevance, explain.method_options().merge, explain.method_infos()[method].values),
      channel_sum(says.relevance), says.completeness_error};
}

std::int64_t other_class_of(std::int64_t class_index, std::int64_t classes, std::uint64_t seed,
                            std::uint64_t number) {
  const auto others = static_cast<std::uint64_t>(std::max<std::int64_t>(classes - 1, 1));
  const auto steps = static_cast<std::int64_t>((seed * 7919 + number * 104729 + 1) % others);
  return (class_index + 1 + steps) % classes;
}

JudgedPhoto judge_photo(Session& scorer, Explainer& explain, Image photo,
                        std::optional<std::int64_t> class_index, const ObjectTruth& truth,
                        const FaithfulnessProtocol& protocol, std::uint64_t control_seed,
                        FaithfulnessTimes* times) {
  FaithfulnessTimes own_times;
  return judge_photo(scorer, std::span(&explain, 1), std::move(photo), class_index, truth, protocol,
                     control_seed, times ? *times : own_times);
}

JudgedPhoto judge_photo(Session& scorer, std::span<Explainer> explainers, Image photo,
                        std::optional<std::int64_t> class_index, const ObjectTruth& truth,
                        const FaithfulnessProtocol& protocol, std::uint64_t control_seed,
                        FaithfulnessTimes& times) {
  Explainer& first = explainers.front();
  FOVEA_CHECK(first.crops() == Crops::Whole || first.crops() == Crops::One,
              "maps are judged on one view of the photo: all of it, or the centre crop");
  return timed(times.all, [&] {
    const FramedPhoto framed = first.frame(std::move(photo));
    const InputSize size = input_size(scorer);
    ExplainedPicture picture;
    picture.input = framed.inputs().reshaped({size.channels, size.height, size.width});
    picture.mean_colour = baseline_of(picture.input, Baseline::Mean, first.preprocessing());
    picture.black = baseline_of(picture.input, Baseline::Black, first.preprocessing());
    picture.region = framed.framing().in_photo(framed.framing().crops.front().rect);
    picture.truth = truth;
    picture.class_scores = scores_by(scorer);
    JudgedPhoto judged;
    judged.class_index = class_index ? *class_index : top_k(framed.scores(), 1).front().index;
    picture.score = timed_probability(scorer, judged.class_index, times);
    const std::int64_t other =
        other_class_of(judged.class_index, scorer.program().classes(), protocol.seed, control_seed);
    std::vector<MapToJudge> maps;
    for (Explainer& explain : explainers)
      for (std::size_t m = 0; m < explain.method_infos().size(); ++m) {
        const auto map_of = [&times, &explain, m](const Tensor& input, std::int64_t target) {
          return timed(times.explaining, [&] { return judged_map(explain, input, target, m); });
        };
        maps.push_back({map_of(picture.input, judged.class_index),
                        {[map_of, &judged](const Tensor& input) { return map_of(input, judged.class_index); },
                         [map_of, &picture, other] { return map_of(picture.input, other); }}});
      }
    maps.push_back({{random_map(size.height, size.width, control_seed), {}, {}}});
    maps.push_back({{centre_prior(size.height, size.width), {}, {}}});
    const double probability = framed.scores().confidences()[static_cast<std::size_t>(judged.class_index)];
    MapJudge judge(picture, protocol, probability);
    judged.maps = judge.judge(maps);
    judged.probability = judge.score();
    judged.mean_colour_probability = judge.mean_colour_score();
    judged.blurred_probability = judge.blurred_score();
    return judged;
  });
}

}  // namespace fovea
