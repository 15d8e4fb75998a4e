#pragma once

#include "ir/graph.hpp"

#include <string>
#include <utility>
#include <vector>

namespace fovea::onnx_export {

struct WriteOptions {
  std::int64_t opset = 17;  ///< 13 to 17
  /// The file's metadata_props.
  std::vector<std::pair<std::string, std::string>> metadata = {};
};

/// The graph as the bytes of an ONNX file: nodes of the standard domain, shapes fixed, inputs and outputs
/// under the graph's names for them. Operators that ONNX lacks are expressed by those it has. InputError,
/// naming all of them at once, for nodes that have no ONNX form.
std::string export_graph(const ir::Graph& graph, const WriteOptions& options);

}  // namespace fovea::onnx_export
