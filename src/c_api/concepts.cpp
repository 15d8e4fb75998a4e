#include "fovea/concepts.hpp"
#include "base/check.hpp"
#include "c_api/layers.hpp"
#include "c_api/many_pictures.hpp"
#include "c_api/model.hpp"
#include "c_api/options.hpp"
#include "c_api/pixels.hpp"
#include "c_api/result.hpp"
#include "networks/preprocessing_json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fovea::c_api {
namespace {

struct ConceptRequest {
  std::string layer;
  std::optional<std::int64_t> channel, target;
  std::int64_t top = 6;
  Rule rule = Rule::LrpEpsilonPlusFlat;
  PreprocessingSpec preprocessing;
  int threads = 0;
};

ConceptRequest read_concepts(const char* options) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  JsonFields fields = read_options(options);
  ConceptRequest request;
  request.layer = fields.text_if_given("layer").value_or("");
  request.channel = fields.whole_number_if_given("channel", 0, most);
  const std::optional<std::int64_t> top = fields.whole_number_if_given("top", 1, 10000);
  request.top = top.value_or(request.top);
  request.target = fields.whole_number_if_given("target", 0, most);
  request.rule = read_lrp_rule(fields, request.rule);
  request.preprocessing = networks::read_preprocessing(fields);
  request.threads = static_cast<int>(fields.whole_number_if_given("threads", 0, kMaxThreads).value_or(0));
  fields.expect_no_others();
  if (request.channel && top)
    fields.fail("top", "does not go with a channel");
  return request;
}

/// The maps of the channels that are asked for, and all that belongs to them.
void add_concepts(fovea_result& out, ConceptExplainer& explainer, const ChannelRelevances& found,
                  const ConceptRequest& request) {
  std::vector<std::int64_t> channels;
  std::vector<double> relevances, all(found.channels.size());
  for (const ChannelRelevance& channel : found.channels)
    all[static_cast<std::size_t>(channel.channel)] = channel.relevance;
  for (const ChannelRelevance& channel : explainer.choose(found, request.channel, request.top)) {
    channels.push_back(channel.channel);
    relevances.push_back(channel.relevance);
  }
  const auto count = static_cast<std::int64_t>(channels.size()),
             of_layer = static_cast<std::int64_t>(all.size());
  const Shape& picture = found.input.shape();
  Tensor maps(DType::F32, {count, picture[0], picture[1], picture[2]});
  auto place = maps.data<float>().begin();
  for (const std::int64_t channel : channels) {
    const Tensor map = explainer.map(found, channel);
    place = std::copy(map.data<float>().begin(), map.data<float>().end(), place);
  }
  out.add("channel", {count}, std::move(channels));
  out.add("relevance", {count}, std::move(relevances));
  out.add("map", maps);
  out.add("channels", {of_layer}, std::move(all));
  out.add("layer_relevance", found.relevance);
  out.add("seen", found.seen);
  out.add("region", {4},
          std::vector<std::int64_t>{found.region.x, found.region.y, found.region.width, found.region.height});
  out.add("target", found.target.index);
  out.add("score", found.target.score);
  out.add("probability", found.target.probability.value_or(std::nan("")));
  out.add_text("layer", explainer.layer().name);
  out.add_list("notes", to_strings(explainer.notes()));
}

struct FactorRequest {
  ManyPictures pictures;
  std::string layer;
  FactorOptions factors;
};

FactorRequest read_factors(const char* options) {
  JsonFields fields = read_options(options);
  FactorRequest request;
  request.pictures = ManyPictures::read(fields);
  request.layer = fields.text_if_given("layer").value_or("");
  request.factors.concepts =
      fields.whole_number_if_given("concepts", 1, 1000).value_or(request.factors.concepts);
  request.factors.seed = static_cast<std::uint64_t>(
      fields.whole_number_if_given("seed", 0, std::numeric_limits<std::int64_t>::max()).value_or(0));
  fields.expect_no_others();
  return request;
}

/// The activations of all pictures that can be read, with their paths, in the order of the pictures.
struct Activated {
  std::vector<Tensor> activations;
  std::vector<std::string> images;
};

Activated activated(const fovea_model& model, const FactorRequest& request, const LayerInfo& layer,
                    CallerEvents& caller) {
  const Preprocessing preprocessing = model.preprocessing(request.pictures.preprocessing).preprocessing;
  const ThreadPartition partition = request.pictures.partition();
  ProgramOptions options = model.program_options(0, 0, partition.threads);
  options.direction = Direction::Forward;
  options.layer = layer.name;
  options.outputs.clear();
  const auto program = model.program(options);
  const std::vector<std::string>& images = request.pictures.images;
  const auto progress = caller.on_progress();
  FileBatchOptions batch;
  batch.workers = partition.workers;
  batch.before = [&](std::size_t i) {
    progress(static_cast<std::int64_t>(i), static_cast<std::int64_t>(images.size()), images[i]);
  };
  batch.failed = [&](std::size_t, const std::string& message) { caller.failures.push_back(message); };
  Activated found;
  for_each_file(
      images,
      [&]() -> FileWorker {
        auto session = std::make_shared<Session>(program);
        return [&, session](std::size_t i) -> DeliverResult {
          const LayerExplainer explainer(*session, layer, read_image(images[i]), preprocessing);
          return [&, i, values = explainer.activations()] {
            found.activations.push_back(values);
            found.images.push_back(images[i]);
          };
        };
      },
      batch);
  return found;
}

}  // namespace

Rule read_lrp_rule(JsonFields& fields, Rule otherwise) {
  const std::string rule = fields.word_if_given("rule", concept_rule_names());
  return rule.empty() ? otherwise : parse_rule(rule);
}

}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_concepts(const fovea_model* model, const fovea_pixels* picture, const char* options,
                            fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    const fovea::Image photo = to_image(not_null(picture, "picture"));
    const ConceptRequest request = read_concepts(options);
    fovea::ConceptOptions concepts;
    concepts.layer = request.layer;
    concepts.rule = request.rule;
    concepts.preprocessing = from.preprocessing(request.preprocessing).preprocessing;
    concepts.program = from.program_options(0, 0, request.threads);
    fovea::ConceptExplainer explainer(from.model, concepts);
    add_concepts(out, explainer, explainer.relevances(photo, request.target), request);
  });
}

fovea_status fovea_factorise(const fovea_model* model, const char* options, fovea_progress progress,
                             void* user, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    const FactorRequest request = read_factors(options);
    const std::string name = request.layer.empty()
                                 ? fovea::concept_layer(from.model, from.program_options(0, 0, 0))
                                 : request.layer;
    const fovea::LayerInfo layer = layer_with_units(from, request.pictures.preprocessing, name);
    CallerEvents caller{progress, user};
    const Activated found = activated(from, request, layer, caller);
    FOVEA_CHECK(!found.activations.empty(), "none of the pictures can be read: {}",
                caller.failures.empty() ? "" : caller.failures.front());
    fovea::check_can_be_factorised(from.model, layer, found.activations);
    const fovea::ConceptFactors factors = fovea::factorise(found.activations, request.factors);
    const fovea::Shape& shape = factors.maps.front().shape();
    fovea::Tensor maps(fovea::DType::F32,
                       {static_cast<std::int64_t>(factors.maps.size()), shape[0], shape[1], shape[2]});
    auto place = maps.data<float>().begin();
    for (const fovea::Tensor& map : factors.maps)
      place = std::copy(map.data<float>().begin(), map.data<float>().end(), place);
    out.add("map", maps);
    out.add("direction", factors.directions);
    out.add("error", {static_cast<std::int64_t>(factors.errors.size())}, factors.errors);
    out.add_text("layer", layer.name);
    out.add_list("images", found.images);
    out.add_list("failures", caller.failures);
  });
}
