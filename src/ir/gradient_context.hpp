#pragma once

#include "ir/graph.hpp"

namespace fovea::ir {

/// The arguments of a gradient rule: the graph that it appends to, one of the graph's nodes, and the
/// gradients of this node's outputs. In the usual notation y = f(x): x(i) are the inputs, y(i) the outputs,
/// dy(i) the gradients of the score with respect to the outputs.
class GradientContext {
public:
  GradientContext(Graph& graph, const Node& node, std::vector<ValueId> output_gradients,
                  std::vector<bool> needed)
      : graph_(graph), node_(node), output_gradients_(std::move(output_gradients)),
        needed_(std::move(needed)) {}

  Graph& graph() { return graph_; }
  const Node& node() const { return node_; }
  template <class T>
  const T& attributes() const {
    return node_.attributes.as<T>();
  }

  std::size_t input_count() const { return node_.inputs.size(); }
  ValueId x(std::size_t i = 0) const { return node_.inputs[i]; }
  ValueId y(std::size_t i = 0) const { return node_.outputs[i]; }
  /// The gradient at an output; kNoValue if no gradient reaches it.
  ValueId dy(std::size_t i = 0) const { return output_gradients_[i]; }
  /// Whether the gradient of the i-th input is needed: whether this input depends on the picture.
  bool needs(std::size_t i) const { return needed_[i]; }
  /// A copy, because appending to the graph moves its own.
  Shape shape(ValueId id) const { return graph_.shape(id); }
  DType dtype(ValueId id) const { return graph_.type(id).dtype; }

  /// Appends a node and returns its first output.
  ValueId emit(const Operator& op, std::vector<ValueId> inputs, Attributes attributes = {}) {
    return graph_.add(op, std::move(attributes), std::move(inputs), node_.name + "/grad");
  }
  /// A scalar constant of the given floating type.
  ValueId scalar(double value, DType dtype) {
    return graph_.add_constant(node_.name + "/grad/scalar", Tensor::scalar(value).cast(dtype));
  }

private:
  Graph& graph_;
  const Node node_;  ///< a copy: appending moves the graph's own nodes
  std::vector<ValueId> output_gradients_;
  std::vector<bool> needed_;
};

}  // namespace fovea::ir
