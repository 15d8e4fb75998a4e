#pragma once

#include "fovea/measures.hpp"

#include <optional>

namespace fovea {

/// ADCC of a map, that of the masked picture, and the drop. None for flat maps.
std::optional<Adcc> adcc_of(const Tensor& map, const Tensor& masked_map, double drop);

}  // namespace fovea
