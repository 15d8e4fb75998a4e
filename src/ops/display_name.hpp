#pragma once

#include "ir/graph.hpp"

#include <string>

namespace fovea::ops {

/// What messages call a node's operator: its name, or the caller's own for what calls a caller's functions.
std::string display_name(const ir::Node& node);

}  // namespace fovea::ops
