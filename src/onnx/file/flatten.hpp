#pragma once

#include "fovea/custom.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace fovea::onnx_import {

class NodeReader;

/// A node in a branch of an If runs where the value `condition` is `wanted`.
struct Guard {
  std::string condition;
  bool wanted = true;
};

/// What a node's surroundings said of it before the graph was flattened.
struct NodeScope {
  std::int64_t opset = 0;     ///< version of the ONNX operator set that the node is written for
  std::vector<Guard> guards;  ///< the branches that it lies in, the outermost first
};

/// Why an If, as its file has it or as `flatten` leaves it, has no branches to choose from; empty when it
/// has.
std::string if_why_not(const NodeReader& node, std::int64_t opset);

/// Why a Loop that `flatten` left alone cannot be unrolled.
std::string loop_why_not(const NodeReader& node);

/// Why a Scan that `flatten` left alone cannot be unrolled.
std::string scan_why_not(const NodeReader& node, std::int64_t opset);

/// Makes one flat list of nodes of a model's main graph:
/// - a node that calls a model-local function is replaced by the function's body, with the attributes that it
///   passes or the function's defaults; functions may call others, but not themselves;
/// - the nodes in the branches of an If (Constant nodes for its initializers) come before it and get a guard;
///   the If is left without attributes and reads its condition, the results of the first branch and those of
///   the second one;
/// - a Loop whose trip count the file tells becomes its trips, one after the other. The nodes of each get a
/// guard,
///   the condition before the trip, and an If that `flatten` leaves behind chooses between the state after
///   the trip and the one before it;
/// - a Scan whose length the file declares becomes its steps, one after the other.
/// Values get new names where they need one. Nodes of the caller's own operators are left alone, as is an If,
/// a Loop or a Scan that is damaged. `raw` holds the raw_data of the graph's initializers where it was left
/// in the file. Returns one entry for each node of the graph. ModelError that names the node, also where the
/// list would have more than 2^18 nodes, or copies of 64 MiB more than twice the model's messages.
std::vector<NodeScope> flatten(onnx::ModelProto& model, std::int64_t opset,
                               const std::vector<std::shared_ptr<const CustomOperator>>& operators,
                               const std::string& path,
                               const std::vector<std::optional<std::string_view>>& raw);

}  // namespace fovea::onnx_import
