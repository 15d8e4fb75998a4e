#pragma once

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

namespace fovea::test {

using Dims = std::vector<std::int64_t>;

struct Attribute {
  std::string name;
  std::variant<int, double, const char*, Dims, std::vector<float>, onnx::TensorProto, std::int64_t> value;
};

inline onnx::TensorProto float_tensor(const std::string& name, const Dims& dims,
                                      const std::vector<float>& values) {
  onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  tensor.mutable_float_data()->Add(values.begin(), values.end());
  return tensor;
}

inline onnx::TensorProto int_tensor(const std::string& name, const Dims& dims, const Dims& values) {
  onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  tensor.mutable_int64_data()->Add(values.begin(), values.end());
  return tensor;
}

/// Writes small ONNX models. An extent below 0 in `dims` is symbolic. `Self` is the derived builder, which
/// the calls return so that they can be chained.
template <class Self>
struct BasicModelBuilder {
  onnx::ModelProto model;

  explicit BasicModelBuilder(int opset = 13) {
    model.set_ir_version(8);
    model.add_opset_import()->set_version(opset);
    model.mutable_graph()->set_name("test");
  }
  onnx::GraphProto& graph() { return *model.mutable_graph(); }

  Self& input(const std::string& name, const Dims& dims, int type = onnx::TensorProto::FLOAT) {
    set_port(*graph().add_input(), name, dims, type);
    return self();
  }
  Self& output(const std::string& name) {
    set_port(*graph().add_output(), name, {}, onnx::TensorProto::FLOAT);
    return self();
  }
  Self& weight(const std::string& name, const Dims& dims, const std::vector<float>& values) {
    *graph().add_initializer() = float_tensor(name, dims, values);
    return self();
  }
  /// A list of int64.
  Self& list(const std::string& name, const Dims& values) {
    *graph().add_initializer() = int_tensor(name, {static_cast<std::int64_t>(values.size())}, values);
    return self();
  }
  Self& node(const std::string& type, const std::vector<std::string>& inputs,
             const std::vector<std::string>& outputs, const std::vector<Attribute>& attributes = {},
             const std::string& name = {}) {
    onnx::NodeProto& node = *graph().add_node();
    node.set_op_type(type);
    node.set_name(name);
    for (const std::string& input : inputs)
      node.add_input(input);
    for (const std::string& out : outputs)
      node.add_output(out);
    for (const Attribute& attribute : attributes)
      set_attribute(*node.add_attribute(), attribute);
    return self();
  }

private:
  Self& self() { return static_cast<Self&>(*this); }
  static void set_port(onnx::ValueInfoProto& info, const std::string& name, const Dims& dims, int type) {
    info.set_name(name);
    auto& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    tensor.mutable_shape();
    for (std::int64_t extent : dims) {
      auto& dim = *tensor.mutable_shape()->add_dim();
      if (extent < 0)
        dim.set_dim_param(fmt::format("s{}", -extent));
      else
        dim.set_dim_value(extent);
    }
  }
  static void set_attribute(onnx::AttributeProto& out, const Attribute& attribute) {
    out.set_name(attribute.name);
    if (const auto* wide = std::get_if<std::int64_t>(&attribute.value)) {
      out.set_type(onnx::AttributeProto::INT);
      out.set_i(*wide);
    } else if (const auto* i = std::get_if<int>(&attribute.value)) {
      out.set_type(onnx::AttributeProto::INT);
      out.set_i(*i);
    } else if (const auto* f = std::get_if<double>(&attribute.value)) {
      out.set_type(onnx::AttributeProto::FLOAT);
      out.set_f(static_cast<float>(*f));
    } else if (const auto* s = std::get_if<const char*>(&attribute.value)) {
      out.set_type(onnx::AttributeProto::STRING);
      out.set_s(*s);
    } else if (const auto* ints = std::get_if<Dims>(&attribute.value)) {
      out.set_type(onnx::AttributeProto::INTS);
      out.mutable_ints()->Add(ints->begin(), ints->end());
    } else if (const auto* floats = std::get_if<std::vector<float>>(&attribute.value)) {
      out.set_type(onnx::AttributeProto::FLOATS);
      out.mutable_floats()->Add(floats->begin(), floats->end());
    } else {
      out.set_type(onnx::AttributeProto::TENSOR);
      *out.mutable_t() = std::get<onnx::TensorProto>(attribute.value);
    }
  }
};

/// A builder that writes a file.
struct ModelBuilder : BasicModelBuilder<ModelBuilder> {
  using BasicModelBuilder::BasicModelBuilder;
  std::string save(const std::string& path) const {
    std::ofstream out(path, std::ios::binary);
    model.SerializeToOstream(&out);
    return path;
  }
};

}  // namespace fovea::test
