#include "c_api/layers.hpp"
#include "c_api/many_pictures.hpp"
#include "c_api/result.hpp"
#include "fovea/features.hpp"

#include <limits>

namespace fovea::c_api {
namespace {

struct PatchesRequest {
  ManyPictures pictures;
  std::string layer;
  std::optional<std::int64_t> channel;
  std::int64_t channels = 9, patches = 9;
};

PatchesRequest read_patches(const char* options) {
  JsonFields fields = read_options(options);
  PatchesRequest request;
  request.pictures = ManyPictures::read(fields);
  request.layer = fields.text("layer");
  request.channel = fields.whole_number_if_given("channel", 0, std::numeric_limits<std::int64_t>::max());
  request.channels = fields.whole_number_if_given("top", 1, 10000).value_or(request.channels);
  request.patches = fields.whole_number_if_given("patches", 1, 10000).value_or(request.patches);
  fields.expect_no_others();
  return request;
}

/// One pass over all pictures: the strongest unit of every channel in each.
StrongestPatches collect(const fovea_model& model, const PatchesRequest& request, const LayerInfo& layer,
                         CallerEvents& caller) {
  const Preprocessing preprocessing = model.preprocessing(request.pictures.preprocessing).preprocessing;
  ProgramOptions options = model.program_options(0, 0, 1);
  options.direction = Direction::Forward;
  options.layer = layer.name;
  const auto program = model.program(options);
  StrongestPatches best(layer.layout->channels(), request.patches);
  const std::vector<std::string>& images = request.pictures.images;
  const auto progress = caller.on_progress();
  FileBatchOptions batch;
  batch.workers = request.pictures.partition().workers;
  batch.before = [&](std::size_t i) {
    progress(static_cast<std::int64_t>(i), static_cast<std::int64_t>(images.size()), images[i]);
  };
  batch.failed = [&](std::size_t, const std::string& message) { caller.failures.push_back(message); };
  const auto make_worker = [&]() -> FileWorker {
    auto session = std::make_shared<Session>(program);
    return [&, session](std::size_t i) -> DeliverResult {
      const LayerExplainer explainer(*session, layer, read_image(images[i]), preprocessing);
      std::vector<UnitActivation> strongest;
      for (std::int64_t c = 0; c < explainer.channels(); ++c)
        strongest.push_back(explainer.strongest(c));
      return [&best, i, strongest] { best.add(i, strongest); };
    };
  };
  for_each_file(images, make_worker, batch);
  return best;
}

void add_patches(fovea_result& out, const StrongestPatches& best, std::span<const std::int64_t> channels) {
  std::vector<std::int64_t> pictures, units;
  std::vector<double> activations;
  for (const std::int64_t channel : channels)
    for (const StrongestPatches::Patch& patch : best.of(channel)) {
      const UnitActivation& activation = patch.activation;
      pictures.push_back(static_cast<std::int64_t>(patch.picture));
      units.insert(units.end(), {activation.unit.channel, activation.unit.y, activation.unit.x});
      activations.push_back(activation.value);
    }
  const auto count = static_cast<std::int64_t>(pictures.size());
  out.add("picture", {count}, std::move(pictures));
  out.add("unit", {count, 3}, std::move(units));
  out.add("activation", {count}, std::move(activations));
}

}  // namespace
}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_strongest_patches(const fovea_model* model, const char* options, fovea_progress progress,
                                     void* user, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    const PatchesRequest request = read_patches(options);
    const fovea::LayerInfo layer = layer_with_units(from, request.pictures.preprocessing, request.layer);
    if (request.channel)
      fovea::check_unit(layer, {*request.channel, 0, 0});
    CallerEvents caller{progress, user};
    const fovea::StrongestPatches best = collect(from, request, layer, caller);
    const std::vector<std::int64_t> channels =
        request.channel ? std::vector{*request.channel} : best.channels(request.channels);
    add_patches(out, best, channels);
    out.add_list("images", request.pictures.images);
    out.add_list("failures", caller.failures);
  });
}
