#pragma once

#include "cli/known_networks.hpp"

#include <chrono>
#include <string>

namespace fovea::cli {

/// Where known networks are fetched from: the list's URL, or $FOVEA_MODELS_URL.
std::string base_url(const KnownNetworks& known);

enum class Pulled {
  Now,
  AlreadyHere,   ///< and its digest is right
  ByAnotherPull  ///< that was running at the same time
};

/// Sees to it that the network's file is in the cache, with the size and the digest of the list. The bytes
/// go to a file that ends in ".part", which a later call goes on with where this one is cut short; it takes
/// its final name when all of it is on the disk and right. InputError naming the URL, OutputError naming a
/// file.
Pulled pull_network(const KnownNetwork& network, const std::string& base, std::chrono::seconds patience);

}  // namespace fovea::cli
