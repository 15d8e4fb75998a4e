#pragma once

#include "fovea/geometry.hpp"
#include "ir/graph.hpp"

#include <vector>

namespace fovea::ir {

/// The part of the picture that a value depends on.
struct Reach {
  enum class Of { Nothing, Fields, WholePicture } of = Of::Nothing;
  ReceptiveField field = {};  ///< of Fields
};

/// The arguments of a rule for reach: a node, and the reaches of the values before it.
struct ReachCall {
  const Graph& graph;
  const Node& node;
  const std::vector<Reach>& reaches;  ///< by value

  const Shape& x_shape(std::size_t i = 0) const { return graph.shape(node.inputs[i]); }
  const Shape& y_shape() const { return graph.shape(node.outputs[0]); }
  Reach x(std::size_t i = 0) const {
    const bool there = i < node.inputs.size() && node.inputs[i] != kNoValue;
    return there ? reaches[static_cast<std::size_t>(node.inputs[i])] : Reach{};
  }
  template <class T>
  const T& attributes() const {
    return node.attributes.as<T>();
  }
};

}  // namespace fovea::ir
