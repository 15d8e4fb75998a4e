#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace fovea::fuzz {

/// Changes ONNX models into others that mostly still are models: what they say is changed, not the bytes that
/// say it. The random numbers decide everything, so that equal numbers give equal models.
class OnnxMutator {
public:
  explicit OnnxMutator(unsigned seed) : random_(seed) {}

  /// One to four changes.
  void mutate(onnx::ModelProto& model);
  /// Adds the other's nodes and weights behind a value of the model.
  void join(onnx::ModelProto& model, const onnx::ModelProto& other);

private:
  int below(int count);
  bool one_in(int count) { return below(count) == 0; }
  template <class List>
  const auto& any_of(const List& list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(std::size(list))))];
  }
  std::int64_t any_number(std::int64_t old);
  float any_float(float old);
  int any_type();
  std::vector<std::string> values(const onnx::GraphProto& graph) const;
  std::string any_value(const onnx::GraphProto& graph);
  std::string fresh_name(const onnx::GraphProto& graph);

  void change_once(onnx::ModelProto& model);
  void change_model(onnx::ModelProto& model);
  void change_metadata(onnx::ModelProto& model);

  void add_node(onnx::GraphProto& graph);
  void remove_node(onnx::GraphProto& graph);
  void duplicate_node(onnx::GraphProto& graph);
  void change_operator(onnx::NodeProto& node);
  void change_inputs(onnx::GraphProto& graph, onnx::NodeProto& node);
  void change_outputs(onnx::GraphProto& graph, onnx::NodeProto& node);
  /// Has a reader of one value, or the graph's output, read another.
  void rewire(onnx::GraphProto& graph, const std::string& from, const std::string& to);

  void change_attributes(onnx::NodeProto& node);
  void fill_attribute(onnx::AttributeProto& attribute, int type);
  void change_attribute(onnx::AttributeProto& attribute);
  void make_subgraph(onnx::NodeProto& node);

  void change_port(onnx::ValueInfoProto& port);
  void change_ports(onnx::GraphProto& graph);

  void change_weights(onnx::GraphProto& graph);
  void add_weight(onnx::GraphProto& graph);
  void change_tensor(onnx::TensorProto& tensor);
  void change_elements(onnx::TensorProto& tensor);
  /// Gives the tensor as many elements as its dimensions ask for.
  void fit_elements(onnx::TensorProto& tensor);
  void store_outside(onnx::TensorProto& tensor);

  std::minstd_rand random_;
};

}  // namespace fovea::fuzz
