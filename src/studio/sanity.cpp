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

struct Checked {
  std::vector<std::optional<double>> ranks;  ///< of each stage's map with the network's own
  SanityVerdict verdict = SanityVerdict::Unclear;
  std::optional<double> correlation;  ///< their mean
};

/// The input of a photo's first crop.
Tensor first_input(const FramedPhoto& photo) {
  const Shape& shape = photo.inputs().shape();
  Tensor input(DType::F32, {shape[1], shape[2], shape[3]});
  const auto all = photo.inputs().data<float>();
  std::copy_n(all.begin(), input.data<float>().size(), input.data<float>().begin());
  return input;
}

Checked check(Studio& studio, const MapRequest& asked, const std::stop_token& stop) {
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
  Checked checked;
  double sum = 0;
  std::int64_t count = 0;
  const std::vector<std::string> layers =
      layers_with_weights(model.network.model, program_options(studio, model));
  for (const SanityStage& stage : cascading_stages(layers, kStages)) {
    checked.ranks.push_back(likeness(own, map_of(stage.layers)).rank);
    if (const auto& rank = checked.ranks.back()) {
      sum += *rank;
      ++count;
    }
  }
  if (count > 0) {
    checked.correlation = sum / static_cast<double>(count);
    MeanInterval mean;
    mean.mean = mean.low = mean.high = *checked.correlation;
    mean.count = 1;
    checked.verdict = verdict_on(mean);
  }
  return checked;
}

std::string words_of(const Checked& checked, const std::string& title) {
  if (!checked.correlation)
    return fmt::format("Nothing can be said of {}: its map of this photo is flat.", title);
  const std::string much =
      fmt::format("while the network's weights are shuffled, from the scores back, its map keeps "
                  "a rank correlation of {:.2f} with the map that is shown (mean of {} stages, "
                  "this photo)",
                  *checked.correlation, checked.ranks.size());
  switch (checked.verdict) {
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

Response response_of(const Checked& checked, const std::string& title) {
  auto stages = nlohmann::ordered_json::array();
  for (const auto& rank : checked.ranks)
    stages.push_back(rank ? nlohmann::ordered_json(*rank) : nlohmann::ordered_json());
  return Response::json({{"passes", checked.verdict != SanityVerdict::Fails},
                         {"verdict", name_of(checked.verdict)},
                         {"correlation", checked.correlation ? nlohmann::ordered_json(*checked.correlation)
                                                             : nlohmann::ordered_json()},
                         {"stages", stages},
                         {"text", words_of(checked, title)}});
}

}  // namespace

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
    const Found<Checked> checked = studio.results().get<Checked>(
        key, {&studio.jobs().lane(), request.gone}, [&studio, asked](const std::stop_token& stop) {
          return Sized<Checked>{std::make_shared<const Checked>(check(studio, asked, stop)), sizeof(Checked)};
        });
    return response_of(*checked.value, std::string(method_info(asked.choice.method).title));
  });
}

}  // namespace fovea::studio
