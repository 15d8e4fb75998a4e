#pragma once

#include "base/check.hpp"
#include "onnx/import.hpp"
#include "ops/table.hpp"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <stdlib.h>
#include <string>
#include <variant>
#include <vector>

namespace fovea::onnx_import {

/// A folder that goes away with the test.
class TempFolder {
public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fovea-onnx-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
      throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  std::string write(const std::string& name, const std::string& bytes) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file.string();
  }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

using Dims = std::vector<std::int64_t>;

struct Attribute {
  std::string name;
  std::variant<int, double, const char*, Dims, std::vector<float>, onnx::TensorProto> value;
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

/// Writes small ONNX models. An extent below 0 in `dims` is symbolic.
struct ModelBuilder {
  onnx::ModelProto model;

  explicit ModelBuilder(int opset = 13) {
    model.set_ir_version(8);
    model.add_opset_import()->set_version(opset);
    model.mutable_graph()->set_name("test");
  }
  onnx::GraphProto& graph() { return *model.mutable_graph(); }

  ModelBuilder& input(const std::string& name, const Dims& dims, int type = onnx::TensorProto::FLOAT) {
    set_port(*graph().add_input(), name, dims, type);
    return *this;
  }
  ModelBuilder& output(const std::string& name) {
    set_port(*graph().add_output(), name, {}, onnx::TensorProto::FLOAT);
    return *this;
  }
  ModelBuilder& weight(const std::string& name, const Dims& dims, const std::vector<float>& values) {
    *graph().add_initializer() = float_tensor(name, dims, values);
    return *this;
  }
  /// A list of int64.
  ModelBuilder& list(const std::string& name, const Dims& values) {
    *graph().add_initializer() = int_tensor(name, {static_cast<std::int64_t>(values.size())}, values);
    return *this;
  }
  ModelBuilder& node(const std::string& type, const std::vector<std::string>& inputs,
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
    return *this;
  }

  std::shared_ptr<const OnnxFile> file() const {
    const TempFolder folder;
    return OnnxFile::read(folder.write("model.onnx", model.SerializeAsString()));
  }
  ir::Graph import(const ImportOptions& options = {}) const { return import_graph(*file(), options); }

private:
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
    if (const auto* i = std::get_if<int>(&attribute.value)) {
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

/// Runs a graph with the reference kernels; the outputs in order.
inline std::vector<Tensor> run(const ir::Graph& graph, const std::vector<Tensor>& inputs) {
  std::map<ir::ValueId, Tensor> values;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    values[graph.inputs()[i]] = inputs[i];
  for (std::size_t i = 0; i < graph.values().size(); ++i)
    if (const auto& constant = graph.values()[i].constant)
      values[static_cast<ir::ValueId>(i)] = *constant;
  for (const ir::Node& node : graph.nodes()) {
    std::vector<Tensor> operands;
    for (ir::ValueId id : node.inputs)
      operands.push_back(id == ir::kNoValue ? Tensor() : values.at(id));
    const auto results = ops::evaluate(*node.op, node.attributes, operands);
    for (std::size_t i = 0; i < results.size(); ++i)
      values[node.outputs[i]] = results[i];
  }
  std::vector<Tensor> outputs;
  for (ir::ValueId id : graph.outputs())
    outputs.push_back(values.at(id));
  return outputs;
}

template <class T>
std::vector<T> to_vector(const Tensor& tensor) {
  const auto data = tensor.data<T>();
  return {data.begin(), data.end()};
}

inline Tensor floats(Shape shape, const std::vector<float>& values) {
  return Tensor::from<float>(std::move(shape), values);
}

/// The shape of a graph's i-th output.
inline Shape output_shape(const ir::Graph& graph, std::size_t i = 0) {
  return graph.shape(graph.outputs()[i]);
}

/// The operators of a graph in order: "Conv Relu".
inline std::string operators(const ir::Graph& graph) {
  std::string text;
  for (const ir::Node& node : graph.nodes())
    text += (text.empty() ? "" : " ") + std::string(node.op->name);
  return text;
}

/// Expects a ModelError whose message has all the parts.
template <class F>
void expect_model_error(F&& f, const std::vector<std::string>& parts) {
  try {
    f();
    ADD_FAILURE() << "expected a ModelError";
  } catch (const ModelError& error) {
    for (const std::string& part : parts)
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
          << "message: " << error.what() << "\nmissing: " << part;
  }
}

}  // namespace fovea::onnx_import
