#include "studio/patches.hpp"

#include "base/check.hpp"
#include "fovea/features.hpp"
#include "studio/layer_looks.hpp"
#include "studio/request_fields.hpp"

#include <algorithm>
#include <limits>

namespace fovea::studio {
namespace {

/// The patches of all channels of a layer, by numbers of photos.
struct FoundPatches {
  StrongestPatches best;
  std::vector<std::string> photos;             ///< ids
  std::vector<std::vector<Rect>> fields = {};  ///< of each channel's patches, in their order
};

struct PatchesRequest {
  std::shared_ptr<const StudioModel> model;
  LayerInfo layer;
  std::int64_t top = 9;
};

std::string key_of(const StudioModel& model, const std::string& layer) {
  return fmt::format("patches|{}|{}|{}", model.id, model.key(), layer);
}

/// The part of a photo that a unit sees, where the network saw `region` of it.
Rect field_of(const PatchesRequest& request, const Rect& region, const Unit& unit) {
  LayerLook look;
  look.layer = request.layer;
  look.region = region;
  look.seen_width = request.model->network.size.width;
  look.seen_height = request.model->network.size.height;
  return look.field_of(unit.y, unit.x);
}

nlohmann::ordered_json search(Studio& studio, const PatchesRequest& request, JobControl& control) {
  const std::int64_t channels = request.layer.layout->channels();
  const std::vector<StudioPhoto> photos = studio.photos().list(0, std::numeric_limits<std::size_t>::max());
  auto found = std::make_shared<FoundPatches>(FoundPatches{StrongestPatches(channels, request.top), {}});
  Session session(
      layer_program(studio, *request.model, request.layer.name, Direction::Forward, Rule::Gradient));
  session.cancel_with(control.stop());
  auto failures = nlohmann::ordered_json::array();
  std::vector<Rect> regions(photos.size());
  for (std::size_t i = 0; i < photos.size(); ++i) {
    control.progress(static_cast<std::int64_t>(i), static_cast<std::int64_t>(photos.size()), photos[i].name);
    found->photos.push_back(photos[i].id);
    try {
      const auto picture = studio.picture(photos[i], {nullptr, control.stop()});
      const LayerExplainer explain(session, request.layer, *picture, request.model->network.preprocessing);
      std::vector<UnitActivation> strongest;
      for (std::int64_t channel = 0; channel < channels; ++channel)
        strongest.push_back(explain.strongest(channel));
      found->best.add(i, strongest);
      regions[i] = explain.region();
    } catch (const InputError& error) {  // a photo that is broken leaves the others
      failures.push_back({{"photo", photos[i].id}, {"message", studio.readable(error.what())}});
    } catch (const RequestError& error) {
      failures.push_back({{"photo", photos[i].id}, {"message", error.what()}});
    }
  }
  std::size_t bytes = 0;
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    std::vector<Rect>& fields = found->fields.emplace_back();
    for (const StrongestPatches::Patch& patch : found->best.of(channel))
      fields.push_back(field_of(request, regions[patch.picture], patch.activation.unit));
    bytes += fields.size() * (sizeof(Rect) + sizeof(StrongestPatches::Patch));
  }
  control.progress(static_cast<std::int64_t>(photos.size()), static_cast<std::int64_t>(photos.size()), "");
  studio.results().put<FoundPatches>(key_of(*request.model, request.layer.name), {found, bytes});
  return {{"photos", photos.size() - failures.size()}, {"channels", channels}, {"failures", failures}};
}

}  // namespace

JobWork start_patches(Studio& studio, JsonFields& fields) {
  PatchesRequest request;
  request.model = read_model(studio, fields);
  request.layer = layer_with_units(studio, *request.model, fields.text("layer"));
  request.top = fields.whole_number_if_given("top", 1, 100).value_or(request.top);
  return [&studio, request](JobControl& control) { return search(studio, request, control); };
}

Response patches(Studio& studio, const Request& request) {
  JsonFields fields = request.query_fields();
  const auto model = read_model(studio, fields);
  const LayerInfo layer = layer_with_units(studio, *model, fields.text("layer"));
  const std::int64_t channel = fields.whole_number("channel", 0, std::numeric_limits<std::int32_t>::max());
  const std::int64_t top = fields.whole_number_if_given("top", 1, 100).value_or(9);
  fields.expect_no_others();
  check_unit(layer, {channel, 0, 0});
  const auto found = studio.results().find<FoundPatches>(key_of(*model, layer.name));
  if (!found)
    throw RequestError(409, "input",
                       fmt::format("the photos have not been searched for the layer '{}'", layer.name),
                       "start a job of the kind 'patches' for this model and layer: POST /api/jobs");
  auto list = nlohmann::ordered_json::array();
  const auto& best = found->best.of(channel);
  for (std::size_t i = 0; i < best.size() && static_cast<std::int64_t>(list.size()) < top; ++i)
    list.push_back({{"photo", found->photos[best[i].picture]},
                    {"value", best[i].activation.value},
                    {"row", best[i].activation.unit.y},
                    {"column", best[i].activation.unit.x},
                    {"field", rect_json(found->fields[static_cast<std::size_t>(channel)][i])}});
  return Response::json({{"patches", list}});
}

}  // namespace fovea::studio
