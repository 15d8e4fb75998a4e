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
/// The SHA-256 of the network's contents (`networks::sha256_of`), its size and its preprocessing: the fields
/// "model", "size" and "preprocessing". Errors are those of `sha256_of`.
nlohmann::ordered_json settings_json(const Network& network);

}  // namespace fovea
