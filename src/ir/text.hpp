#pragma once

#include "ir/graph.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace fovea::ir {

/// The textual form of a graph, one line for each input, constant, node and output:
///
///     input image f32[1,3,8,8]
///     const w f32[4,3,3,3] {random 7}
///     const b f32[4] {0.1 0.2 0.3 0.4}
///     conv1 = Conv(image, w, b) strides=[2,2] pads=[1,1,1,1]
///     switches, pooled = ...
///     output scores = conv1
///
/// Constants of up to 16 elements are printed in full, larger ones as their type and a checksum; `_` is an
/// absent optional input. Nodes carry the inferred types as a comment after '#'.
std::string print(const Graph& graph);

/// Reads the textual form. A constant is a list of values, one value for all elements, or `{random SEED}` for
/// values drawn from the standard normal distribution. `lookup` gives the operator of a name. Throws
/// InputError with the line's number.
Graph parse(std::string_view text, const std::function<const Operator*(std::string_view)>& lookup);

}  // namespace fovea::ir
