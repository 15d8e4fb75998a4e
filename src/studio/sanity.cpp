#include "studio/sanity.hpp"

#include "base/json.hpp"
#include "fovea/evaluate_maps.hpp"
#include "studio/cached.hpp"
#include "studio/explanations.hpp"
#include "studio/request_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea::studio {
namespace {

/// Parts of the network, from the scores back, whose weights are shuffled one after another.
constexpr std::int64_t kStages = 4;

/// The input of a photo's first crop.
Tensor first_input(const FramedPhoto& photo) {
  const Shape& shape = photo.inputs().shape();
  Tensor input(DType::F32, {shape[1], shape[2], shape[3]});
  const auto all = photo.inputs().data<float>();
  std::copy_n(all.begin(), input.data<float>().size(), input.data<float>().begin());
  return input;
}

SanityOfMap check(Studio& studio, const MapRequest& asked, const std::stop_token& stop) {
  const StudioModel& model = *asked.model;
  const auto photo = framed_photo(studio, model, asked.photo, asked.choice.crops, stop);
  const std::int64_t target = asked.target.target.value_or(top_k(photo->scores(), 1).front().index);
  const Tensor input = first_input(*photo);
  ExplainOptions options = explain_options(studio, model, asked.choice);
  const auto map_of = [&](const std::vector<std::string>& shuffled) {
    options.program.shuffled_layers = shuffled;
    options.program.shuffle_seed = asked.choice.options.seed;
    Explainer explain(model.network.model, options);
    explain.cancel_with(stop);
    return judged_map(explain, input, target, 0);
  };
  const JudgedMap own = map_of({});
  const auto values = own.map.data<float>();
  SanityOfMap checked;
  checked.is_flat =
      std::all_of(values.begin(), values.end(), [&](float value) { return value == values.front(); });
  const std::vector<std::string> layers =
      layers_with_weights(model.network.model, program_options(studio, model));
  for (const SanityStage& stage : cascading_stages(layers, kStages))
    checked.ranks.push_back(likeness(own, map_of(stage.layers)).rank);
  return checked;
}

/// "4 stages", or how many of them were compared.
std::string stages_text(std::size_t compared, std::size_t all) {
  return compared == all ? fmt::format("{} stages", all)
                         : fmt::format("{} of {} stages; in the others it is flat", compared, all);
}

std::string words_of(const SanityOfMap& checked, SanityVerdict verdict, std::optional<double> correlation,
                     std::size_t compared, const std::string& title) {
  if (checked.is_flat)
    return fmt::format("Nothing can be said of {}: its map of this photo is flat.", title);
  if (!correlation)
    return fmt::format(
        "The sanity check of {} is unclear: while the network's weights are shuffled, from the "
        "scores back, its map of this photo is flat. So the map depends on the weights, but there "
        "is nothing to compare its structure with.",
        title);
  const std::string much =
      fmt::format("while the network's weights are shuffled, from the scores back, its map keeps "
                  "a rank correlation of {:.2f} with the map that is shown (this photo; mean of {})",
                  *correlation, stages_text(compared, checked.ranks.size()));
  switch (verdict) {
  case SanityVerdict::Fails:
    return fmt::format(
        "{} fails the sanity check: {}. It shows the photo's structure rather than what the network "
        "has learnt.",
        title, much);
  case SanityVerdict::Unclear:
    return fmt::format("The sanity check of {} is unclear: {}.", title, much);
  case SanityVerdict::Passes:
    break;
  }
  return fmt::format("{} passes the sanity check: {}.", title, much);
}

}  // namespace

nlohmann::ordered_json sanity_json(const SanityOfMap& checked, const std::string& title) {
  double sum = 0;
  std::size_t compared = 0;
  auto stages = nlohmann::ordered_json::array();
  for (const auto& rank : checked.ranks) {
    stages.push_back(rank ? nlohmann::ordered_json(*rank) : nlohmann::ordered_json());
    sum += rank.value_or(0);
    compared += rank ? 1 : 0;
  }
  SanityVerdict verdict = SanityVerdict::Unclear;
  std::optional<double> correlation;
  if (compared > 0) {
    correlation = sum / static_cast<double>(compared);
    MeanInterval mean;
    mean.mean = mean.low = mean.high = *correlation;
    mean.count = 1;
    verdict = verdict_on(mean);
  }
  return {{"passes", verdict == SanityVerdict::Unclear
                         ? nlohmann::ordered_json()
                         : nlohmann::ordered_json(verdict == SanityVerdict::Passes)},
          {"verdict", name_of(verdict)},
          {"correlation", correlation ? nlohmann::ordered_json(*correlation) : nlohmann::ordered_json()},
          {"stages", stages},
          {"text", words_of(checked, verdict, correlation, compared, title)}};
}

Response sanity(Studio& studio, const Request& request) {
  JsonFields fields = request.query_fields();
  const MapRequest asked = read_map_request(studio, fields);
  fields.expect_no_others();
  if (is_control(asked.choice.method))
    return Response::json({{"passes", false},
                           {"verdict", name_of(SanityVerdict::Fails)},
                           {"correlation", 1},
                           {"stages", nlohmann::ordered_json::array()},
                           {"text", fmt::format("{} is a control: it does not depend on the network at all.",
                                                control_title(asked.choice.method))}});
  const std::string key = "sanity|" + key_of(asked);
  return answer_by_key(studio, request, key, [&] {
    const Found<SanityOfMap> checked = studio.results().get<SanityOfMap>(
        key, {&studio.jobs().lane(), request.gone}, [&studio, asked](const std::stop_token& stop) {
          auto made = std::make_shared<const SanityOfMap>(check(studio, asked, stop));
          return Sized<SanityOfMap>{made, sizeof(SanityOfMap)};
        });
    return Response::json(sanity_json(*checked.value, std::string(method_info(asked.choice.method).title)));
  });
}

}  // namespace fovea::studio
