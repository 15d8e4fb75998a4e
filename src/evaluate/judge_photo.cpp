#include "base/check.hpp"
#include "fovea/classify.hpp"
#include "fovea/control_maps.hpp"
#include "fovea/evaluate_faithfulness.hpp"
#include "methods/method.hpp"
#include "methods/session_batches.hpp"

namespace fovea {
namespace {

/// [C,H,W] -> [H,W].
Tensor channel_sum(const Tensor& relevance) {
  Tensor sum(DType::F32, {relevance.shape()[1], relevance.shape()[2]});
  const auto out = sum.data<float>();
  const auto in = relevance.data<float>();
  for (std::size_t i = 0; i < in.size(); ++i)
    out[i % out.size()] += in[i];
  return sum;
}

double score_one(const ScorePictures& score, const Tensor& picture) {
  return score(picture.data<float>(), 1).front();
}

}  // namespace

JudgedMap explain(MapSession& session, const Tensor& input, std::int64_t class_index) {
  const Attribution says = session.attribute(input, {class_index, {}});
  const MapProgram& program = session.program();
  return {merge_channels(says.relevance, program.options().merge, program.info().values),
          channel_sum(says.relevance), says.completeness_error};
}

JudgedPhoto judge_photo(Session& scorer, std::span<MapSession> methods, const Image& photo,
                        const Preprocessing& preprocessing, Crops view,
                        std::optional<std::int64_t> class_index, const ObjectTruth& truth,
                        const FaithfulnessProtocol& protocol, std::uint64_t control_seed) {
  FOVEA_CHECK(view == Crops::Whole || view == Crops::One,
              "maps are judged on one view of the photo: all of it, or the centre crop");
  const InputSize size = input_size(scorer);
  const Framing framing = frame(photo, preprocessing, size, view);
  ExplainedPicture picture;
  picture.input = Tensor(DType::F32, {size.channels, size.height, size.width});
  write_crop(framing, 0, preprocessing, picture.input.data<float>().data());
  picture.mean_colour = baseline_of(picture.input, Baseline::Mean, preprocessing);
  picture.region = framing.in_photo(framing.crops.front().rect);
  picture.truth = truth;
  JudgedPhoto judged;
  judged.class_index =
      class_index ? *class_index : top_k(class_scores(scorer, framing, preprocessing), 1).front().index;
  picture.score = class_probability(scorer, judged.class_index);
  judged.probability = score_one(picture.score, picture.input);
  judged.mean_colour_probability = score_one(picture.score, picture.mean_colour);
  judged.blurred_probability = score_one(picture.score, blurred_picture(picture.input, protocol.blur));
  for (MapSession& method : methods)
    judged.maps.push_back(judge_map(picture, explain(method, picture.input, judged.class_index), protocol));
  judged.maps.push_back(
      judge_map(picture, {random_map(size.height, size.width, control_seed), {}, {}}, protocol));
  judged.maps.push_back(judge_map(picture, {centre_prior(size.height, size.width), {}, {}}, protocol));
  return judged;
}

}  // namespace fovea
