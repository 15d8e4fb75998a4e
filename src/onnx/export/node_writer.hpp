#pragma once

#include "base/check.hpp"
#include "ir/graph.hpp"
#include "onnx/export/model_builder.hpp"

#include <string>
#include <vector>

namespace fovea::onnx_export {

/// The arguments of a function that writes one node of a graph as ONNX nodes.
class NodeWriter {
public:
  NodeWriter(const ir::Graph& graph, const ir::Node& node, std::vector<std::string>& names,
             ModelBuilder& model)
      : graph_(graph), node_(node), names_(names), model_(model) {}

  const ir::Graph& graph() const { return graph_; }
  const ir::Node& node() const { return node_; }
  ModelBuilder& model() const { return model_; }
  template <class T>
  const T& attributes() const {
    return node_.attributes.as<T>();
  }

  bool has(std::size_t i) const { return i < node_.inputs.size() && node_.inputs[i] != ir::kNoValue; }
  ir::ValueId input(std::size_t i) const { return node_.inputs[i]; }
  const Shape& shape(std::size_t i) const { return graph_.shape(node_.inputs[i]); }
  DType dtype(std::size_t i) const { return graph_.type(node_.inputs[i]).dtype; }
  const Shape& result_shape(std::size_t i = 0) const { return graph_.shape(node_.outputs[i]); }
  DType result_dtype(std::size_t i = 0) const { return graph_.type(node_.outputs[i]).dtype; }
  /// The elements of a constant input; InputError if the input is computed.
  const Tensor& constant(std::size_t i) const;

  /// The ONNX name of the i-th input; empty for one that is absent.
  std::string x(std::size_t i = 0) const;
  /// The ONNX names of all inputs, without absent ones at the end.
  std::vector<std::string> all_inputs() const;
  /// The ONNX name of any value of the graph.
  std::string name_of(ir::ValueId id) const { return names_[static_cast<std::size_t>(id)]; }
  /// The ONNX name of the i-th output, to be given to the node that computes it.
  std::string y(std::size_t i = 0) const;

  /// Adds a node whose result is the output itself (`result`) or an intermediate value (`emit`).
  void result(const std::string& type, const std::vector<std::string>& inputs,
              const NodeAttributes& attributes = {}) const {
    model_.node(type, inputs, attributes, y());
  }
  std::string emit(const std::string& type, const std::vector<std::string>& inputs,
                   const NodeAttributes& attributes = {}) const {
    return model_.node(type, inputs, attributes);
  }
  /// A number of the first input's type.
  std::string number(double value) const { return model_.scalar(value, dtype(0)); }
  std::string integers(const std::vector<std::int64_t>& values) const { return model_.integers(values); }
  std::string reshape(const std::string& x, const Shape& shape) const;
  /// A bool converted to 0 or 1 of the first input's type.
  std::string as_number(const std::string& mask) const;
  /// Of a bool of that rank: whether an element is the first true one along the axis, which has `extent`
  /// elements. Nothing is where none is true.
  std::string first_along(const std::string& mask, std::int64_t axis, std::int64_t extent,
                          std::int64_t rank) const;

private:
  const ir::Graph& graph_;
  const ir::Node& node_;
  std::vector<std::string>& names_;
  ModelBuilder& model_;
};

/// Writes a node; InputError for one that has no ONNX form.
using WriteNode = void (*)(NodeWriter&);

/// The function for an operator; nullptr where there is none.
WriteNode find_writer(const ir::Operator& op);

}  // namespace fovea::onnx_export
