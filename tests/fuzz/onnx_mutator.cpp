#include "fuzz/onnx_mutator.hpp"

#include "onnx/import/translate.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace fovea::fuzz {
namespace {

constexpr int kMostNodes = 60;

template <class List>
auto* any_element(List* list, int place) {
  return list->empty() ? nullptr : list->Mutable(place);
}

}  // namespace

int OnnxMutator::below(int count) {
  return count <= 1 ? 0 : static_cast<int>(random_() % static_cast<unsigned>(count));
}

std::int64_t OnnxMutator::any_number(std::int64_t old) {
  constexpr std::int64_t special[] = {0,
                                      1,
                                      2,
                                      3,
                                      4,
                                      5,
                                      7,
                                      8,
                                      13,
                                      -1,
                                      -2,
                                      -3,
                                      -4,
                                      16,
                                      100,
                                      1000,
                                      65536,
                                      std::int64_t{1} << 31,
                                      (std::int64_t{1} << 31) - 1,
                                      -(std::int64_t{1} << 31),
                                      std::int64_t{1} << 33,
                                      std::int64_t{1} << 61,
                                      std::numeric_limits<std::int64_t>::max(),
                                      std::numeric_limits<std::int64_t>::min()};
  switch (below(5)) {
  case 0:
    return any_of(special);
  case 1:
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(old) + 1);
  case 2:
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(old) - 1);
  default:
    return below(7) - 1;  // what mostly makes sense
  }
}

float OnnxMutator::any_float(float old) {
  using Limits = std::numeric_limits<float>;
  constexpr float special[] = {0.0F,
                               -0.0F,
                               1.0F,
                               -1.0F,
                               0.5F,
                               2.0F,
                               1e-5F,
                               1e30F,
                               3e9F,
                               -3e9F,
                               Limits::max(),
                               Limits::lowest(),
                               1e-40F,
                               255.0F,
                               -0.5F,
                               Limits::infinity(),
                               -Limits::infinity(),
                               Limits::quiet_NaN()};
  return one_in(3) ? old * 2 : any_of(special);
}

int OnnxMutator::any_type() {
  constexpr int common[] = {onnx::TensorProto::FLOAT, onnx::TensorProto::INT64, onnx::TensorProto::BOOL,
                            onnx::TensorProto::UINT8, onnx::TensorProto::INT32, onnx::TensorProto::FLOAT16};
  return one_in(3) ? below(25) : any_of(common);
}

std::vector<std::string> OnnxMutator::values(const onnx::GraphProto& graph) const {
  std::vector<std::string> names;
  for (const auto& input : graph.input())
    names.push_back(input.name());
  for (const auto& weight : graph.initializer())
    names.push_back(weight.name());
  for (const auto& node : graph.node())
    names.insert(names.end(), node.output().begin(), node.output().end());
  return names;
}

std::string OnnxMutator::any_value(const onnx::GraphProto& graph) {
  const std::vector<std::string> names = values(graph);
  return names.empty() ? "x" : any_of(names);
}

std::string OnnxMutator::fresh_name(const onnx::GraphProto& graph) {
  const std::vector<std::string> names = values(graph);
  for (int number = 0;; ++number) {
    std::string name = "v" + std::to_string(number);
    if (std::find(names.begin(), names.end(), name) == names.end())
      return name;
  }
}

void OnnxMutator::mutate(onnx::ModelProto& model) {
  for (int changes = 1 + below(4); changes > 0; --changes)
    change_once(model);
}

void OnnxMutator::change_once(onnx::ModelProto& model) {
  onnx::GraphProto& graph = *model.mutable_graph();
  onnx::NodeProto* node = any_element(graph.mutable_node(), below(graph.node_size()));
  const int kind = below(26);
  if (kind < 2)
    return change_model(model);
  if (kind < 5)
    return change_ports(graph);
  if (kind < 11)
    return change_weights(graph);
  if (!node || kind < 14)
    return add_node(graph);
  if (kind < 15)
    return remove_node(graph);
  if (kind < 16)
    return duplicate_node(graph);
  if (kind < 18)
    return change_operator(*node);
  if (kind < 20)
    return change_inputs(graph, *node);
  if (kind < 21)
    return change_outputs(graph, *node);
  change_attributes(*node);
}

void OnnxMutator::change_model(onnx::ModelProto& model) {
  switch (below(6)) {
  case 0:
  case 1:
    if (model.opset_import_size() == 0)
      model.add_opset_import();
    model.mutable_opset_import(below(model.opset_import_size()))
        ->set_version(one_in(8) ? any_number(13) : 1 + below(24));
    break;
  case 2:
    change_metadata(model);
    break;
  case 3:  // chooses what the target asks for
    model.set_producer_name(
        std::string(static_cast<std::size_t>(1 + below(2)), static_cast<char>(below(127))));
    break;
  case 4:
    model.set_ir_version(any_number(model.ir_version()));
    break;
  default:
    model.add_opset_import()->set_domain(one_in(2) ? "com.microsoft" : "ai.onnx.ml");
  }
}

void OnnxMutator::change_metadata(onnx::ModelProto& model) {
  constexpr const char* keys[] = {"labels",
                                  "mean",
                                  "std",
                                  "resize_short_side",
                                  "channel_order",
                                  "Image.BitmapPixelFormat",
                                  "Image.NominalPixelRange"};
  constexpr const char* texts[] = {"0.5",
                                   "1,2,3",
                                   "",
                                   "RGB",
                                   "BGR",
                                   "Bgr8",
                                   "cat\ndog\n",
                                   "index,name\n0,cat\n",
                                   "nan",
                                   "1e400",
                                   "[0.485, 0.456, 0.406]",
                                   "NominalRange_0_255",
                                   "256",
                                   "\xFF\xFE"};
  if (model.metadata_props_size() > 4)
    model.clear_metadata_props();
  auto& entry = *model.add_metadata_props();
  entry.set_key(any_of(keys));
  entry.set_value(any_of(texts));
}

void OnnxMutator::rewire(onnx::GraphProto& graph, const std::string& from, const std::string& to) {
  std::vector<std::string*> readers;
  for (auto& node : *graph.mutable_node()) {
    const bool makes_it = std::find(node.output().begin(), node.output().end(), to) != node.output().end();
    for (std::string& input : *node.mutable_input())
      if (input == from && !makes_it)
        readers.push_back(&input);
  }
  for (auto& output : *graph.mutable_output())
    if (output.name() == from)
      readers.push_back(output.mutable_name());
  if (!readers.empty())
    *any_of(readers) = to;
}

void OnnxMutator::add_node(onnx::GraphProto& graph) {
  if (graph.node_size() >= kMostNodes)
    return remove_node(graph);
  const std::string first = any_value(graph), made = fresh_name(graph);
  onnx::NodeProto& node = *graph.add_node();
  change_operator(node);
  node.add_input(first);
  for (int more = below(3); more > 0; --more)
    node.add_input(any_value(graph));
  node.add_output(made);
  for (int attributes = below(3); attributes > 0; --attributes)
    change_attributes(node);
  rewire(graph, one_in(4) ? any_value(graph) : first, made);
}

void OnnxMutator::remove_node(onnx::GraphProto& graph) {
  if (graph.node_size() < 2)
    return;
  const int place = below(graph.node_size());
  const onnx::NodeProto gone = graph.node(place);
  graph.mutable_node()->DeleteSubrange(place, 1);
  if (gone.input().empty())
    return;
  for (const std::string& output : gone.output())
    for (auto& node : *graph.mutable_node())
      std::replace(node.mutable_input()->begin(), node.mutable_input()->end(), output, gone.input(0));
  for (auto& port : *graph.mutable_output())
    if (std::find(gone.output().begin(), gone.output().end(), port.name()) != gone.output().end())
      port.set_name(gone.input(0));
}

void OnnxMutator::duplicate_node(onnx::GraphProto& graph) {
  if (graph.node_size() >= kMostNodes)
    return;
  onnx::NodeProto copy = graph.node(below(graph.node_size()));
  if (copy.output().empty())
    return;
  const std::string made = fresh_name(graph), old = copy.output(0);
  copy.clear_output();
  copy.add_output(made);
  if (one_in(2) && !copy.input().empty())
    copy.set_input(0, old);  // one behind the other
  *graph.add_node() = std::move(copy);
  rewire(graph, old, made);
}

void OnnxMutator::change_operator(onnx::NodeProto& node) {
  constexpr const char* others[] = {
      "If",          "Loop", "SplitToSequence", "SequenceAt",    "SequenceConstruct",
      "ImageScaler", "TopK", "FusedConv",       "Attention",     "ConstantFill",
      "Affine",      "Crop", "Identity",        "NoSuchOperator"};
  if (one_in(12)) {
    node.set_op_type(any_of(others));
    node.set_domain(one_in(2) ? "com.microsoft" : "");
    return;
  }
  node.set_op_type(std::string(any_of(onnx_import::translate_table()).op_type));
}

void OnnxMutator::change_inputs(onnx::GraphProto& graph, onnx::NodeProto& node) {
  const int count = node.input_size(), kind = below(6);
  if (count == 0 || (kind == 0 && count < 8)) {
    node.add_input(any_value(graph));
  } else if (kind == 1) {
    node.mutable_input()->DeleteSubrange(count - 1, 1);
  } else if (kind == 2) {
    node.mutable_input(below(count))->clear();
  } else if (kind == 3) {
    node.mutable_input()->SwapElements(below(count), below(count));
  } else {
    *node.mutable_input(below(count)) = any_value(graph);
  }
}

void OnnxMutator::change_outputs(onnx::GraphProto& graph, onnx::NodeProto& node) {
  const int count = node.output_size();
  switch (below(4)) {
  case 0:
  case 1:
    if (count < 4)
      node.add_output(fresh_name(graph));
    break;
  case 2:
    if (count > 0)
      node.mutable_output()->DeleteSubrange(count - 1, 1);
    break;
  default:
    if (count > 0)
      *node.mutable_output(below(count)) = one_in(2) ? "" : any_value(graph);
  }
}

void OnnxMutator::change_ports(onnx::GraphProto& graph) {
  const bool at_inputs = one_in(2);
  auto& ports = *(at_inputs ? graph.mutable_input() : graph.mutable_output());
  const int kind = below(8);
  if (ports.empty() || kind == 0) {
    if (ports.size() < 4)
      ports.Add()->set_name(at_inputs ? fresh_name(graph) : any_value(graph));
  } else if (kind == 1) {
    ports.DeleteSubrange(below(ports.size()), 1);
  } else if (kind == 2 && !at_inputs) {
    ports.Mutable(below(ports.size()))->set_name(any_value(graph));
  } else {
    change_port(*ports.Mutable(below(ports.size())));
  }
}

void OnnxMutator::change_port(onnx::ValueInfoProto& port) {
  if (one_in(12)) {
    port.mutable_type()->mutable_sequence_type()->mutable_elem_type()->mutable_tensor_type()->set_elem_type(
        any_type());
    return;
  }
  auto& tensor = *port.mutable_type()->mutable_tensor_type();
  if (!tensor.has_elem_type() || one_in(6))
    tensor.set_elem_type(any_type());
  auto& dims = *tensor.mutable_shape()->mutable_dim();
  const int kind = below(7);
  if (kind == 0 && dims.size() < 14) {
    dims.Add()->set_dim_value(any_number(1));
  } else if (kind == 1 && !dims.empty()) {
    dims.DeleteSubrange(below(dims.size()), 1);
  } else if (kind == 2 && one_in(3)) {
    tensor.clear_shape();
  } else if (!dims.empty()) {
    auto& dim = *dims.Mutable(below(dims.size()));
    if (one_in(4))
      dim.set_dim_param("N");
    else if (one_in(8))
      dim.Clear();
    else
      dim.set_dim_value(any_number(dim.dim_value()));
  }
}

void OnnxMutator::join(onnx::ModelProto& model, const onnx::ModelProto& other) {
  onnx::GraphProto& graph = *model.mutable_graph();
  const std::string prefix = fresh_name(graph) + "/", start = any_value(graph);
  const auto renamed = [&](const std::string& name) {
    if (name.empty())
      return name;
    const auto& inputs = other.graph().input();
    const bool is_input =
        std::any_of(inputs.begin(), inputs.end(), [&](const auto& port) { return port.name() == name; });
    return is_input ? start : prefix + name;
  };
  for (const auto& weight : other.graph().initializer()) {
    *graph.add_initializer() = weight;
    graph.mutable_initializer(graph.initializer_size() - 1)->set_name(prefix + weight.name());
  }
  std::string last;
  for (const auto& theirs : other.graph().node()) {
    if (graph.node_size() >= kMostNodes)
      break;
    onnx::NodeProto& node = *graph.add_node();
    node = theirs;
    for (std::string& input : *node.mutable_input())
      input = renamed(input);
    for (std::string& output : *node.mutable_output())
      last = output = output.empty() ? output : prefix + output;
  }
  if (!last.empty())
    rewire(graph, start, last);
}

}  // namespace fovea::fuzz
