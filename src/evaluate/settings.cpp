#include "evaluate/settings.hpp"

#include "base/fingerprint.hpp"
#include "base/mapped_file.hpp"

#include <limits>

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
  const auto file = MappedFile::open(network.model.path(), std::numeric_limits<std::size_t>::max());
  return {{"model", Fingerprint().add(file->bytes()).text()},
          {"size", {network.size.height, network.size.width}},
          {"preprocessing", settings_json(network.preprocessing)}};
}

}  // namespace fovea
