#include "onnx/export/model_builder.hpp"

#include "base/check.hpp"
#include "onnx/export/element_type.hpp"

#include <onnx/onnx_pb.h>

#include <cstring>
#include <limits>

namespace fovea::onnx_export {
namespace {

/// The oldest format of files that may use the opset.
std::int64_t ir_version(std::int64_t opset) {
  return opset >= 15 ? 8 : 7;
}

void describe(onnx::ValueInfoProto& info, const std::string& name, DType dtype, const Shape& shape) {
  info.set_name(name);
  auto& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(static_cast<int>(element_type(dtype)));
  type.mutable_shape();
  for (std::int64_t i = 0; i < shape.rank(); ++i)
    type.mutable_shape()->add_dim()->set_dim_value(shape[i]);
}

struct SetAttribute {
  onnx::AttributeProto& attribute;

  void operator()(std::int64_t value) const {
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
  }
  void operator()(double value) const {
    attribute.set_type(onnx::AttributeProto::FLOAT);
    attribute.set_f(static_cast<float>(value));
  }
  void operator()(const std::string& value) const {
    attribute.set_type(onnx::AttributeProto::STRING);
    attribute.set_s(value);
  }
  void operator()(const std::vector<std::int64_t>& values) const {
    attribute.set_type(onnx::AttributeProto::INTS);
    for (std::int64_t value : values)
      attribute.add_ints(value);
  }
};

}  // namespace

ModelBuilder::ModelBuilder(std::int64_t opset) : opset_(opset), model_(std::make_unique<onnx::ModelProto>()) {
  model_->set_ir_version(ir_version(opset));
  model_->set_producer_name("fovea");
  model_->add_opset_import()->set_version(opset);
  model_->mutable_graph()->set_name("fovea");
}

ModelBuilder::~ModelBuilder() = default;

void ModelBuilder::add_input(const std::string& name, DType dtype, const Shape& shape) {
  describe(*model_->mutable_graph()->add_input(), name, dtype, shape);
}

void ModelBuilder::add_output(const std::string& name, DType dtype, const Shape& shape) {
  describe(*model_->mutable_graph()->add_output(), name, dtype, shape);
}

void ModelBuilder::add_metadata(const std::string& key, const std::string& value) {
  auto& entry = *model_->add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

std::string ModelBuilder::unique_name(const std::string& wanted) {
  const int taken = names_[wanted]++;
  if (taken == 0)
    return wanted;
  return unique_name(wanted + "_" + std::to_string(taken));
}

std::string ModelBuilder::constant(const Tensor& tensor, const std::string& name) {
  auto& initializer = *model_->mutable_graph()->add_initializer();
  initializer.set_name(unique_name(name));
  initializer.set_data_type(static_cast<int>(element_type(tensor.dtype())));
  for (std::int64_t i = 0; i < tensor.shape().rank(); ++i)
    initializer.add_dims(tensor.shape()[i]);
  initializer.set_raw_data(tensor.raw(), tensor.bytes());
  return initializer.name();
}

std::string ModelBuilder::scalar(double value, DType dtype) {
  std::string& name = scalars_[{value, dtype}];
  if (name.empty()) {
    Tensor tensor(DType::F64, Shape{});
    tensor.data<double>()[0] = value;
    name = constant(tensor.cast(dtype), "number");
  }
  return name;
}

std::string ModelBuilder::integers(const std::vector<std::int64_t>& values) {
  std::string& name = integers_[values];
  if (name.empty()) {
    Tensor tensor(DType::I64, {static_cast<std::int64_t>(values.size())});
    if (!values.empty())
      std::memcpy(tensor.raw(), values.data(), tensor.bytes());
    name = constant(tensor, "integers");
  }
  return name;
}

std::string ModelBuilder::node(const std::string& type, const std::vector<std::string>& inputs,
                               const NodeAttributes& attributes, std::string output) {
  if (output.empty())
    output = unique_name(type);
  node(type, inputs, attributes, std::vector<std::string>{output});
  return output;
}

void ModelBuilder::node(const std::string& type, const std::vector<std::string>& inputs,
                        const NodeAttributes& attributes, const std::vector<std::string>& outputs) {
  auto& node = *model_->mutable_graph()->add_node();
  node.set_op_type(type);
  node.set_name(outputs.front());
  for (const std::string& input : inputs)
    node.add_input(input);
  for (const std::string& output : outputs)
    node.add_output(output);
  for (const auto& [name, value] : attributes) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(name);
    std::visit(SetAttribute{attribute}, value);
  }
}

std::string ModelBuilder::bytes() const {
  const std::size_t size = model_->ByteSizeLong();
  FOVEA_CHECK(size <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()),
              "the model would take {} bytes: an ONNX file holds at most 2 GiB", size);
  return model_->SerializeAsString();
}

}  // namespace fovea::onnx_export
