#pragma once

#include <span>
#include <string>
#include <string_view>

namespace fovea {

/// The names closest to the wanted one, closest first, for messages: "'conv1', 'conv10'". Distance is the
/// number of letters to change, add or remove, ignoring case; a name that contains the wanted one counts as
/// close. Empty if there are no names.
std::string closest_names(std::string_view wanted, std::span<const std::string> names, std::size_t most = 5);

}  // namespace fovea
