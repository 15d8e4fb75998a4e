#pragma once

#include <string>
#include <vector>

namespace fovea {

/// The manifests of runs over many photos at one place, by their names, each kind in the order of its names.
struct Manifests {
  std::vector<std::string> shards;
  std::vector<std::string> whole;  ///< of runs without shards, and of merged ones

  bool empty() const { return shards.empty() && whole.empty(); }
  /// Those of the shards; where there are none, the others.
  const std::vector<std::string>& parts() const { return shards.empty() ? whole : shards; }
};

/// Those in a folder; those of an output that is a file, such as "maps.tar", which need not exist; or a
/// manifest itself. None for anything else.
Manifests find_manifests(const std::string& place);

}  // namespace fovea
