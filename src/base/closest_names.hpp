#pragma once

#include <span>
#include <string>
#include <string_view>

namespace fovea {

/// For messages: the few names that are most like the wanted one, the likest first, as "'conv1', 'conv10'":
/// by how many letters must be changed, added or taken away, case aside, where a name that holds the wanted
/// one counts as near. Empty when there are no names.
std::string closest_names(std::string_view wanted, std::span<const std::string> names, std::size_t most = 5);

}  // namespace fovea
