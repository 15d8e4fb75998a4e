#include "evaluate/settings.hpp"

#include "base/fingerprint.hpp"
#include "engine/model_impl.hpp"

#include <string_view>

namespace fovea {

nlohmann::ordered_json settings_json(const MethodOptions& options) {
  return {{"samples", options.samples}, {"smooth", options.smooth},
          {"noise", options.noise},     {"baseline", name_of(options.baseline)},
          {"layer", options.layer},     {"merge", name_of(options.merge)},
          {"window", options.window},   {"stride", options.stride},
          {"cells", options.cells},     {"keep", options.keep},
          {"seed", options.seed}};
}

nlohmann::ordered_json settings_json(const Preprocessing& preprocessing) {
  return {{"resize", preprocessing.resize_short_side},
          {"crop", preprocessing.crop},
          {"scale", preprocessing.scale},
          {"mean", preprocessing.mean},
          {"std", preprocessing.std},
          {"channel_order", name_of(preprocessing.channel_order)}};
}

nlohmann::ordered_json settings_json(const Network& network) {
  Fingerprint model;
  const onnx_import::OnnxFile& file = *ModelAccess::impl(network.model).file;
  for (const std::string_view bytes : file.bytes())
    model.add(bytes);
  file.release_pages();
  return {{"model", model.text()},
          {"size", {network.size.height, network.size.width}},
          {"preprocessing", settings_json(network.preprocessing)}};
}

}  // namespace fovea
