#pragma once

#include "onnx/file/flatten.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace onnx {
class GraphProto;
}

namespace fovea::onnx_import {

/// The index of the node that writes each value, or of the first one if there are several.
std::unordered_map<std::string, int> find_writers(const onnx::GraphProto& graph);

/// The indices of a graph's nodes, each after those it reads from and those that write the conditions of its
/// scope (`scopes` has one for each node), and otherwise in the file's order. A value without a writer counts
/// as given. Nodes on a cycle or after one are left out.
std::vector<int> execution_order(const onnx::GraphProto& graph, const std::vector<NodeScope>& scopes,
                                 const std::unordered_map<std::string, int>& writers);

}  // namespace fovea::onnx_import
