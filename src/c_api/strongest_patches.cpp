#include "c_api/layers.hpp"
#include "c_api/many_pictures.hpp"
#include "c_api/result.hpp"
#include "fovea/concepts.hpp"
#include "fovea/features.hpp"

#include <functional>
#include <limits>
#include <memory>
#include <utility>

namespace fovea::c_api {
namespace {

struct PatchesRequest {
  ManyPictures pictures;
  std::string layer;
  std::optional<std::int64_t> channel;
  std::int64_t channels = 9, patches = 9;
  Rule rule = Rule::LrpEpsilonPlusFlat;
};

enum class By { Activation, Relevance };

PatchesRequest read_patches(const char* options, By by) {
  JsonFields fields = read_options(options);
  PatchesRequest request;
  request.pictures = ManyPictures::read(fields);
  request.layer = by == By::Activation ? fields.text("layer") : fields.text_if_given("layer").value_or("");
  request.channel = fields.whole_number_if_given("channel", 0, std::numeric_limits<std::int64_t>::max());
  request.channels = fields.whole_number_if_given("top", 1, 10000).value_or(request.channels);
  request.patches = fields.whole_number_if_given("patches", 1, 10000).value_or(request.patches);
  if (by == By::Relevance)
    request.rule = read_lrp_rule(fields, request.rule);
  fields.expect_no_others();
  return request;
}

/// The strongest unit of every channel in a picture, of which each worker has a function of its own.
using StrongestUnits = std::function<std::vector<UnitActivation>(const std::string& path)>;

/// One pass over all pictures.
StrongestPatches collect(const PatchesRequest& request, const LayerInfo& layer, CallerEvents& caller,
                         const std::function<StrongestUnits()>& make_worker) {
  StrongestPatches best(layer.layout->channels(), request.patches);
  const std::vector<std::string>& images = request.pictures.images;
  const auto progress = caller.on_progress();
  FileBatchOptions batch;
  batch.workers = request.pictures.partition().workers;
  batch.before = [&](std::size_t i) {
    progress(static_cast<std::int64_t>(i), static_cast<std::int64_t>(images.size()), images[i]);
  };
  batch.failed = [&](std::size_t, const std::string& message) { caller.failures.push_back(message); };
  for_each_file(
      images,
      [&]() -> FileWorker {
        return [&, strongest_in = make_worker()](std::size_t i) -> DeliverResult {
          return [&best, i, strongest = strongest_in(images[i])] { best.add(i, strongest); };
        };
      },
      batch);
  return best;
}

StrongestPatches collect_by_activation(const fovea_model& model, const PatchesRequest& request,
                                       const LayerInfo& layer, CallerEvents& caller) {
  const Preprocessing preprocessing = model.preprocessing(request.pictures.preprocessing).preprocessing;
  ProgramOptions options = model.program_options(0, 0, 1);
  options.direction = Direction::Forward;
  options.layer = layer.name;
  const auto program = model.program(options);
  return collect(request, layer, caller, [&]() -> StrongestUnits {
    return [&, session = std::make_shared<Session>(program)](const std::string& path) {
      const LayerExplainer explainer(*session, layer, read_image(path), preprocessing);
      std::vector<UnitActivation> strongest;
      for (std::int64_t c = 0; c < explainer.channels(); ++c)
        strongest.push_back(explainer.strongest(c));
      return strongest;
    };
  });
}

StrongestPatches collect_by_relevance(const ConceptExplainer& explainer, const PatchesRequest& request,
                                      CallerEvents& caller) {
  const LayerInfo& layer = explainer.layer();
  return collect(request, layer, caller, [&]() -> StrongestUnits {
    return [&, own = std::make_shared<ConceptExplainer>(explainer)](const std::string& path) {
      std::vector<UnitActivation> strongest(static_cast<std::size_t>(layer.layout->channels()));
      for (const ChannelRelevance& channel : own->relevances(read_image(path)).channels)
        strongest[static_cast<std::size_t>(channel.channel)] = channel.strongest;
      return strongest;
    };
  });
}

/// `value`: the name of the array of the units' values.
void add_patches(fovea_result& out, const StrongestPatches& best, const PatchesRequest& request,
                 const CallerEvents& caller, const char* value) {
  const std::vector<std::int64_t> channels =
      request.channel ? std::vector{*request.channel} : best.channels(request.channels);
  std::vector<std::int64_t> pictures, units;
  std::vector<double> values;
  for (const std::int64_t channel : channels)
    for (const StrongestPatches::Patch& patch : best.of(channel)) {
      const UnitActivation& activation = patch.activation;
      pictures.push_back(static_cast<std::int64_t>(patch.picture));
      units.insert(units.end(), {activation.unit.channel, activation.unit.y, activation.unit.x});
      values.push_back(activation.value);
    }
  const auto count = static_cast<std::int64_t>(pictures.size());
  out.add("picture", {count}, std::move(pictures));
  out.add("unit", {count, 3}, std::move(units));
  out.add(value, {count}, std::move(values));
  out.add_list("images", request.pictures.images);
  out.add_list("failures", caller.failures);
}

}  // namespace
}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_strongest_patches(const fovea_model* model, const char* options, fovea_progress progress,
                                     void* user, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    const PatchesRequest request = read_patches(options, By::Activation);
    const fovea::LayerInfo layer = layer_with_units(from, request.pictures.preprocessing, request.layer);
    if (request.channel)
      fovea::check_unit(layer, {*request.channel, 0, 0});
    CallerEvents caller{progress, user};
    const fovea::StrongestPatches best = collect_by_activation(from, request, layer, caller);
    add_patches(out, best, request, caller, "activation");
  });
}

fovea_status fovea_relevant_patches(const fovea_model* model, const char* options, fovea_progress progress,
                                    void* user, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    const PatchesRequest request = read_patches(options, By::Relevance);
    fovea::ConceptOptions concepts;
    concepts.layer = request.layer;
    concepts.rule = request.rule;
    concepts.preprocessing = from.preprocessing(request.pictures.preprocessing).preprocessing;
    concepts.program = from.program_options(0, 0, request.pictures.partition().threads);
    const fovea::ConceptExplainer explainer(from.model, concepts);
    check_has_units(explainer.layer());
    if (request.channel)
      fovea::check_unit(explainer.layer(), {*request.channel, 0, 0});
    CallerEvents caller{progress, user};
    const fovea::StrongestPatches best = collect_by_relevance(explainer, request, caller);
    add_patches(out, best, request, caller, "relevance");
    out.add_text("layer", explainer.layer().name);
  });
}
