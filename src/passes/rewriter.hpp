#pragma once

#include "ir/graph.hpp"

#include <functional>

namespace fovea::passes {

/// Builds a graph from another one, node by node: `copy` keeps a node, `replace` substitutes another value
/// for one of its outputs. Inputs, outputs and names are kept; constants are copied when something reads
/// them.
class Rewriter {
public:
  explicit Rewriter(const ir::Graph& from);

  const ir::Graph& from() const { return from_; }
  ir::Graph& to() { return to_; }
  /// The new graph's value for a value of the old graph.
  ir::ValueId map(ir::ValueId old);
  void copy(const ir::Node& node);
  void replace(ir::ValueId old, ir::ValueId value);
  /// Declares the outputs and returns the new graph.
  ir::Graph finish();

private:
  const ir::Graph& from_;
  ir::Graph to_;
  std::vector<ir::ValueId> mapped_;
};

/// Whether a node's first output is read by `readers` nodes exactly (graph outputs do not count).
bool is_read_by(const ir::Graph& graph, const ir::Node& node, int readers);

/// Removes the nodes for which `is_bypassed` holds: their first input replaces their first output.
ir::Graph bypass(const ir::Graph& graph, const std::function<bool(const ir::Node&)>& is_bypassed);

}  // namespace fovea::passes
