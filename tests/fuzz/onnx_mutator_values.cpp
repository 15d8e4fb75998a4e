// Changes of attributes and of weights.
#include "fuzz/onnx_mutator.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace fovea::fuzz {
namespace {

using onnx::AttributeProto;

constexpr const char* kIntegerAttributes[] = {"axis",
                                              "keepdims",
                                              "group",
                                              "ceil_mode",
                                              "count_include_pad",
                                              "storage_order",
                                              "to",
                                              "dtype",
                                              "blocksize",
                                              "num_outputs",
                                              "p",
                                              "exclusive",
                                              "reverse",
                                              "transA",
                                              "transB",
                                              "upper",
                                              "k",
                                              "batch_dims",
                                              "allowzero",
                                              "broadcast",
                                              "num_groups",
                                              "spatial",
                                              "training_mode",
                                              "select_last_index",
                                              "exclude_outside",
                                              "largest",
                                              "noop_with_empty_axes",
                                              "stash_type",
                                              "fmod",
                                              "size",
                                              "is_test",
                                              "detect_negative",
                                              "detect_positive",
                                              "antialias",
                                              "block_size",
                                              "start",
                                              "end",
                                              "q_num_heads",
                                              "kv_num_heads",
                                              "is_causal"};
constexpr const char* kListAttributes[] = {
    "pads",  "strides", "dilations",      "kernel_shape", "axes",    "perm",       "starts", "ends",
    "split", "shape",   "output_padding", "output_shape", "repeats", "value_ints", "sizes"};
constexpr const char* kFloatAttributes[] = {
    "alpha",         "beta",  "epsilon",     "gamma",        "lambd",      "bias",
    "min",           "max",   "momentum",    "ratio",        "value",      "extrapolation_value",
    "cubic_coeff_a", "scale", "value_float", "height_scale", "width_scale"};
constexpr const char* kTextAttributes[] = {"auto_pad",
                                           "mode",
                                           "coordinate_transformation_mode",
                                           "nearest_mode",
                                           "equation",
                                           "reduction",
                                           "direction",
                                           "approximate",
                                           "activation",
                                           "keep_aspect_ratio_policy"};
constexpr const char* kTexts[] = {"SAME_UPPER",
                                  "SAME_LOWER",
                                  "VALID",
                                  "NOTSET",
                                  "nearest",
                                  "linear",
                                  "cubic",
                                  "reflect",
                                  "edge",
                                  "constant",
                                  "wrap",
                                  "half_pixel",
                                  "align_corners",
                                  "asymmetric",
                                  "pytorch_half_pixel",
                                  "tf_crop_and_resize",
                                  "half_pixel_symmetric",
                                  "floor",
                                  "ceil",
                                  "round_prefer_ceil",
                                  "DCR",
                                  "CRD",
                                  "add",
                                  "mul",
                                  "max",
                                  "none",
                                  "tanh",
                                  "ij,jk->ik",
                                  "bij,bjk",
                                  "...i->...",
                                  "ii->i",
                                  "ij->ji",
                                  "Relu",
                                  "not_larger",
                                  "not_smaller",
                                  ""};

/// Bytes of one element in raw_data; 0 for texts and what is not known.
std::size_t raw_size(int type) {
  switch (type) {
  case onnx::TensorProto::UINT8:
  case onnx::TensorProto::INT8:
  case onnx::TensorProto::BOOL:
    return 1;
  case onnx::TensorProto::UINT16:
  case onnx::TensorProto::INT16:
  case onnx::TensorProto::FLOAT16:
  case onnx::TensorProto::BFLOAT16:
    return 2;
  case onnx::TensorProto::FLOAT:
  case onnx::TensorProto::INT32:
  case onnx::TensorProto::UINT32:
    return 4;
  case onnx::TensorProto::DOUBLE:
  case onnx::TensorProto::INT64:
  case onnx::TensorProto::UINT64:
    return 8;
  default:
    return 0;
  }
}

}  // namespace

void OnnxMutator::change_attributes(onnx::NodeProto& node) {
  const int count = node.attribute_size();
  if (count > 0 && !one_in(4)) {
    if (one_in(8))
      node.mutable_attribute()->DeleteSubrange(below(count), 1);
    else
      change_attribute(*node.mutable_attribute(below(count)));
    return;
  }
  if (count >= 8)
    return;
  if (one_in(40))
    return make_subgraph(node);
  auto& attribute = *node.add_attribute();
  const int kind = below(10);
  if (kind < 4) {
    attribute.set_name(any_of(kIntegerAttributes));
    fill_attribute(attribute, AttributeProto::INT);
  } else if (kind < 7) {
    attribute.set_name(any_of(kListAttributes));
    fill_attribute(attribute, AttributeProto::INTS);
  } else if (kind < 8) {
    attribute.set_name(any_of(kFloatAttributes));
    fill_attribute(attribute, AttributeProto::FLOAT);
  } else if (kind < 9) {
    attribute.set_name(any_of(kTextAttributes));
    fill_attribute(attribute, AttributeProto::STRING);
  } else {
    attribute.set_name("value");
    fill_attribute(attribute, AttributeProto::TENSOR);
  }
}

void OnnxMutator::fill_attribute(AttributeProto& attribute, int type) {
  attribute.set_type(static_cast<AttributeProto::AttributeType>(type));
  if (type == AttributeProto::INT) {
    attribute.set_i(any_number(1));
  } else if (type == AttributeProto::INTS) {
    attribute.clear_ints();
    for (int i = 1 + below(4); i > 0; --i)
      attribute.add_ints(any_number(1));
  } else if (type == AttributeProto::FLOAT) {
    attribute.set_f(any_float(1));
  } else if (type == AttributeProto::FLOATS) {
    attribute.add_floats(any_float(1));
  } else if (type == AttributeProto::STRING) {
    attribute.set_s(any_of(kTexts));
  } else if (type == AttributeProto::TENSOR) {
    auto& tensor = *attribute.mutable_t();
    tensor.set_data_type(any_type());
    if (one_in(2))
      tensor.add_dims(1 + below(4));
    fit_elements(tensor);
  }
}

void OnnxMutator::change_attribute(AttributeProto& attribute) {
  if (one_in(12)) {
    fill_attribute(attribute, 1 + below(7));
    return;
  }
  switch (attribute.type()) {
  case AttributeProto::INT:
    attribute.set_i(any_number(attribute.i()));
    break;
  case AttributeProto::FLOAT:
    attribute.set_f(any_float(attribute.f()));
    break;
  case AttributeProto::STRING:
    attribute.set_s(any_of(kTexts));
    break;
  case AttributeProto::TENSOR:
    change_tensor(*attribute.mutable_t());
    break;
  case AttributeProto::INTS: {
    auto& ints = *attribute.mutable_ints();
    const int kind = below(6);
    if (ints.empty() || kind == 0)
      ints.Add(any_number(1));
    else if (kind == 1)
      ints.RemoveLast();
    else
      ints.Set(below(ints.size()), any_number(ints.Get(below(ints.size()))));
    break;
  }
  default:
    fill_attribute(attribute, attribute.type());
  }
}

void OnnxMutator::make_subgraph(onnx::NodeProto& node) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(one_in(2) ? "then_branch" : "else_branch");
  attribute.set_type(AttributeProto::GRAPH);
  auto& graph = *attribute.mutable_g();
  graph.set_name("branch");
  auto& inner = *graph.add_node();
  change_operator(inner);
  for (const std::string& input : node.input())
    inner.add_input(input);
  inner.add_output("inner");
  graph.add_output()->set_name("inner");
}

void OnnxMutator::change_weights(onnx::GraphProto& graph) {
  const int count = graph.initializer_size(), kind = below(10);
  if (count == 0 || (kind == 0 && count < 40))
    return add_weight(graph);
  const int place = below(count);
  if (kind == 1) {
    graph.mutable_initializer()->DeleteSubrange(place, 1);
  } else if (kind == 2) {  // a weight becomes an input, or both
    auto& port = *graph.add_input();
    const auto& weight = graph.initializer(place);
    port.set_name(weight.name());
    port.mutable_type()->mutable_tensor_type()->set_elem_type(weight.data_type());
    for (const std::int64_t extent : weight.dims())
      port.mutable_type()->mutable_tensor_type()->mutable_shape()->add_dim()->set_dim_value(extent);
    if (one_in(2))
      graph.mutable_initializer()->DeleteSubrange(place, 1);
  } else {
    change_tensor(*graph.mutable_initializer(place));
  }
}

void OnnxMutator::add_weight(onnx::GraphProto& graph) {
  const std::string name = fresh_name(graph);
  auto& weight = *graph.add_initializer();
  weight.set_name(name);
  weight.set_data_type(any_type());
  for (int rank = below(5); rank > 0; --rank)
    weight.add_dims(below(5));
  fit_elements(weight);
  rewire(graph, any_value(graph), name);
}

void OnnxMutator::change_tensor(onnx::TensorProto& tensor) {
  auto& dims = *tensor.mutable_dims();
  switch (below(8)) {
  case 0:
    if (!dims.empty()) {
      dims.Set(below(dims.size()), any_number(1));
      if (!one_in(4))
        fit_elements(tensor);
    }
    break;
  case 1:
    if (dims.size() < 14)
      dims.Add(one_in(2) ? 1 : any_number(1));
    if (!one_in(4))
      fit_elements(tensor);
    break;
  case 2:
    if (!dims.empty())
      dims.RemoveLast();
    if (!one_in(4))
      fit_elements(tensor);
    break;
  case 3:
    tensor.set_data_type(any_type());
    if (!one_in(4))
      fit_elements(tensor);
    break;
  case 4:
    if (one_in(4))
      store_outside(tensor);
    break;
  default:
    change_elements(tensor);
  }
}

void OnnxMutator::change_elements(onnx::TensorProto& tensor) {
  if (tensor.int64_data_size() > 0) {
    const int place = below(tensor.int64_data_size());
    tensor.set_int64_data(place, any_number(tensor.int64_data(place)));
  } else if (tensor.int32_data_size() > 0) {
    const int place = below(tensor.int32_data_size());
    tensor.set_int32_data(place, static_cast<std::int32_t>(any_number(tensor.int32_data(place))));
  } else if (tensor.float_data_size() > 0) {
    const int place = below(tensor.float_data_size());
    tensor.set_float_data(place, any_float(tensor.float_data(place)));
  } else if (std::string& raw = *tensor.mutable_raw_data(); !raw.empty()) {
    const std::size_t size = std::max<std::size_t>(raw_size(tensor.data_type()), 1);
    const std::size_t place = static_cast<std::size_t>(below(static_cast<int>(raw.size() / size))) * size;
    const float number = any_float(1);
    const std::int64_t whole = any_number(1);
    if (tensor.data_type() == onnx::TensorProto::FLOAT)
      std::memcpy(&raw[place], &number, std::min(size, raw.size()));
    else
      std::memcpy(&raw[place], &whole, std::min(size, raw.size()));
    if (one_in(16))
      raw.pop_back();
  }
}

void OnnxMutator::fit_elements(onnx::TensorProto& tensor) {
  constexpr std::size_t most = 512;
  const std::size_t size = raw_size(tensor.data_type());
  if (size == 0)
    return;
  std::size_t bytes = size;
  for (const std::int64_t extent : tensor.dims())
    bytes = extent < 0 || extent > 64 ? most : std::min(bytes * static_cast<std::size_t>(extent), most);
  std::string raw = tensor.raw_data();
  tensor.clear_float_data();
  tensor.clear_double_data();
  tensor.clear_int32_data();
  tensor.clear_int64_data();
  tensor.clear_uint64_data();
  const std::size_t old = raw.size();
  raw.resize(bytes);
  for (std::size_t i = old; i < bytes; ++i) {  // ones of type float, or small whole numbers
    if (tensor.data_type() == onnx::TensorProto::FLOAT)
      raw[i] = "\0\0\x80\x3F"[i % 4];
    else if (i % size == 0)
      raw[i] = static_cast<char>(below(4));
  }
  tensor.set_raw_data(raw);
}

void OnnxMutator::store_outside(onnx::TensorProto& tensor) {
  constexpr const char* places[] = {
      "weights.bin", "./weights.bin", "../weights.bin", "/etc/passwd", "missing.bin", "", "weights.bin/x"};
  tensor.clear_raw_data();
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  tensor.clear_external_data();
  const auto add = [&](const char* key, const std::string& value) {
    auto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  add("location", one_in(2) ? "weights.bin" : any_of(places));
  if (one_in(2))
    add("offset", std::to_string(any_number(0)));
  if (one_in(2))
    add("length", std::to_string(any_number(16)));
}

}  // namespace fovea::fuzz
