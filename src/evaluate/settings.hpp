#pragma once

#include "fovea/explain.hpp"
#include "fovea/networks.hpp"

#include <nlohmann/json.hpp>

/// Everything that the results of evaluations depend on, as JSON: written beside results, and compared when a
/// run is resumed or shards are merged.
namespace fovea {

/// Every field by its command-line name.
nlohmann::ordered_json settings_json(const MethodOptions& options);
/// Short side, crop, scale, mean, standard deviation and channel order.
nlohmann::ordered_json settings_json(const Preprocessing& preprocessing);
/// The network's contents as a fingerprint of its file, its size and its preprocessing: the fields "model",
/// "size" and "preprocessing". InputError when the file cannot be read any more.
nlohmann::ordered_json settings_json(const Network& network);

}  // namespace fovea
