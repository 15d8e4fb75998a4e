#include "base/check.hpp"
#include "explain/method.hpp"
#include "explain/session_batches.hpp"
#include "fovea/classify.hpp"
#include "fovea/evaluate_maps.hpp"
#include "fovea/measures.hpp"

namespace fovea {
namespace {

double score_one(const ScorePictures& score, const Tensor& picture) {
  return score(picture.data<float>(), 1).front();
}

}  // namespace

JudgedMap judged_map(Explainer& explain, const Tensor& input, std::int64_t class_index, std::size_t method) {
  const Attribution says = explain.attribute(input, {class_index, {}}, method);
  return {
      merge_channels(says.relevance, explain.method_options().merge, explain.method_infos()[method].values),
      channel_sum(says.relevance), says.completeness_error};
}

JudgedPhoto judge_photo(Session& scorer, Explainer& explain, Image photo,
                        std::optional<std::int64_t> class_index, const ObjectTruth& truth,
                        const FaithfulnessProtocol& protocol, std::uint64_t control_seed) {
  FOVEA_CHECK(explain.crops() == Crops::Whole || explain.crops() == Crops::One,
              "maps are judged on one view of the photo: all of it, or the centre crop");
  const FramedPhoto framed = explain.frame(std::move(photo));
  const InputSize size = input_size(scorer);
  ExplainedPicture picture;
  picture.input = framed.inputs().reshaped({size.channels, size.height, size.width});
  picture.mean_colour = baseline_of(picture.input, Baseline::Mean, explain.preprocessing());
  picture.region = framed.framing().in_photo(framed.framing().crops.front().rect);
  picture.truth = truth;
  JudgedPhoto judged;
  judged.class_index = class_index ? *class_index : top_k(framed.scores(), 1).front().index;
  picture.score = class_probability(scorer, judged.class_index);
  judged.probability = score_one(picture.score, picture.input);
  judged.mean_colour_probability = score_one(picture.score, picture.mean_colour);
  judged.blurred_probability = score_one(picture.score, blurred_picture(picture.input, protocol.blur));
  for (std::size_t m = 0; m < explain.method_infos().size(); ++m)
    judged.maps.push_back(
        judge_map(picture, judged_map(explain, picture.input, judged.class_index, m), protocol));
  judged.maps.push_back(
      judge_map(picture, {random_map(size.height, size.width, control_seed), {}, {}}, protocol));
  judged.maps.push_back(judge_map(picture, {centre_prior(size.height, size.width), {}, {}}, protocol));
  return judged;
}

}  // namespace fovea
