#pragma once

#include "ir/graph.hpp"

#include <string>

namespace fovea::ops {

/// The name of a node's operator in messages: the operator's own, or the caller's for nodes that call a
/// caller's functions.
std::string display_name(const ir::Node& node);

}  // namespace fovea::ops
