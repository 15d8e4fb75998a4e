#include "evaluate/settings.hpp"

#include "networks/sha256.hpp"

namespace fovea {

nlohmann::ordered_json settings_json(const MethodOptions& options) {
  return {{"samples", options.samples},
          {"smooth", options.smooth},
          {"noise", options.noise},
          {"baseline", name_of(options.baseline)},
          {"layer", options.layer},
          {"merge", name_of(options.merge)},
          {"window", options.window},
          {"stride", options.stride},
          {"cells", options.cells},
          {"keep", options.keep},
          {"heads", name_of(options.heads)},
          {"discard", options.discard},
          {"residual", options.residual},
          {"blocks", options.blocks},
          {"references", options.references},
          {"segments", options.segments},
          {"seed", options.seed}};
}

nlohmann::ordered_json settings_json(const Preprocessing& preprocessing) {
  nlohmann::ordered_json json = {{"resize", preprocessing.resize_short_side},
                                 {"crop", preprocessing.crop},
                                 {"scale", preprocessing.scale},
                                 {"mean", preprocessing.mean},
                                 {"std", preprocessing.std},
                                 {"channel_order", name_of(preprocessing.channel_order)}};
  if (preprocessing.fit != Fit::Crop)
    json["fit"] = name_of(preprocessing.fit);
  return json;
}

nlohmann::ordered_json settings_json(const Network& network) {
  return {{"model", {{"sha256", networks::sha256_of(network.model)}}},
          {"size", {network.size.height, network.size.width}},
          {"preprocessing", settings_json(network.preprocessing)}};
}

}  // namespace fovea
