#pragma once

#include <set>
#include <string>
#include <vector>

namespace onnx {
class GraphProto;
}

namespace fovea::onnx_import {

/// The indices of a graph's nodes, each after those it reads from and otherwise in the file's order. `given`
/// are the names of the inputs and initializers. ModelError naming the node when a value that it reads is
/// written nowhere, a value that it writes has another writer, or it lies on a cycle, and for an output of
/// the graph that nothing writes.
std::vector<int> execution_order(const onnx::GraphProto& graph, const std::set<std::string>& given,
                                 const std::string& path);

}  // namespace fovea::onnx_import
