#include "onnx/file/scan_form.hpp"

#include "base/check.hpp"
#include "onnx/file/node_reader.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>

namespace fovea::onnx_import {

ScanForm read_scan(const NodeReader& node, std::int64_t opset) {
  const onnx::NodeProto& proto = node.proto();
  FOVEA_CHECK(opset >= 9, "a Scan of an operator set before 9, with a batch of its own, is not supported");
  FOVEA_CHECK(node.has("body") && node.type_of("body") == onnx::AttributeProto::GRAPH,
              "attribute 'body': expected a graph");
  const onnx::GraphProto& body = node.find("body")->g();
  const std::int64_t inputs = proto.input_size(), scanned = node.required_integer("num_scan_inputs");
  FOVEA_CHECK(scanned >= 1 && scanned <= inputs, "attribute 'num_scan_inputs': {} of {} inputs", scanned,
              inputs);
  FOVEA_CHECK(body.input_size() == inputs, "has {} inputs, but attribute 'body' has {}", inputs,
              body.input_size());
  ScanForm form;
  form.states = static_cast<int>(inputs - scanned);
  FOVEA_CHECK(body.output_size() >= form.states && proto.output_size() <= body.output_size(),
              "has {} states and {} outputs, but attribute 'body' has {} outputs", form.states,
              proto.output_size(), body.output_size());
  FOVEA_CHECK(std::none_of(proto.input().begin(), proto.input().end(),
                           [](const std::string& name) { return name.empty(); }),
              "an input is missing");
  const auto list = [&](std::string_view name, std::int64_t count) {
    auto values = node.integers(name).value_or(std::vector<std::int64_t>(static_cast<std::size_t>(count), 0));
    FOVEA_CHECK(static_cast<std::int64_t>(values.size()) == count,
                "attribute '{}': expected {} numbers, found {}", name, count, values.size());
    return values;
  };
  form.input_axes = list("scan_input_axes", scanned);
  form.output_axes = list("scan_output_axes", body.output_size() - form.states);
  const auto directions = [&](std::string_view name, std::int64_t count) {
    auto values = list(name, count);
    for (std::int64_t value : values)
      FOVEA_CHECK(value == 0 || value == 1, "attribute '{}': unexpected value {}", name, value);
    return values;
  };
  form.input_directions = directions("scan_input_directions", scanned);
  form.output_directions = directions("scan_output_directions", body.output_size() - form.states);
  return form;
}

std::string scan_fault(const NodeReader& node, std::int64_t opset) {
  try {
    read_scan(node, opset);
    return {};
  } catch (const InputError& error) {
    return error.what();
  }
}

}  // namespace fovea::onnx_import
