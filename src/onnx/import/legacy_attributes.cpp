#include "onnx/import/legacy_attributes.hpp"

#include <onnx/onnx_pb.h>

namespace fovea::onnx_import {
namespace {

constexpr std::int64_t kNumpyBroadcasting = 7;

}  // namespace

ir::ValueId second_operand(TranslateContext& c) {
  const ir::ValueId b = c.x(1);
  if (c.opset() >= kNumpyBroadcasting || !c.node().flag("broadcast", false))
    return b;
  const Shape x = c.shape(), shape = c.shape(b);
  if (shape.elements() == 1)
    return shape.rank() <= x.rank() ? b : c.reshape(b, {}, "/scalar");
  if (!c.node().has("axis"))
    return b;
  const std::int64_t axis = resolve_axis(c.node().integer("axis", 0), x.rank());
  const std::int64_t behind = x.rank() - axis - shape.rank();
  FOVEA_CHECK(behind >= 0, "attribute 'axis': {} from axis {} on does not fit into {}", to_string(shape),
              axis, to_string(x));
  std::vector<std::int64_t> dims = shape.dims();
  dims.insert(dims.end(), static_cast<std::size_t>(behind), 1);
  return c.reshape(b, Shape(std::move(dims)), "/aligned");
}

ir::ValueId prelu_slope(TranslateContext& c) {
  const Shape x = c.shape(), slope = c.shape(c.x(1));
  if (c.opset() >= kNumpyBroadcasting || slope.rank() != 1 || slope.elements() == 1 || x.rank() < 3)
    return c.x(1);
  FOVEA_CHECK(slope[0] == x[1], "expected a slope for each of {} channels, found {}", x[1], to_string(slope));
  std::vector<std::int64_t> dims(static_cast<std::size_t>(x.rank() - 1), 1);
  dims.front() = slope[0];
  return c.reshape(c.x(1), Shape(std::move(dims)), "/channels");
}

std::string is_test_why_not(const NodeReader& node, std::int64_t opset) {
  return opset < 7 && !node.flag("is_test", true) ? "training mode (is_test = 0) is not supported" : "";
}

int cast_target(const NodeReader& node) {
  FOVEA_CHECK(node.has("to"), "attribute 'to' is missing");
  if (node.type_of("to") == onnx::AttributeProto::STRING) {
    const std::string name = node.text("to", "");
    onnx::TensorProto::DataType type = onnx::TensorProto::UNDEFINED;
    FOVEA_CHECK(onnx::TensorProto::DataType_Parse(name, &type),
                "attribute 'to': there is no element type '{}'", name);
    return type;
  }
  const std::int64_t to = node.required_integer("to");
  return to >= 0 && to < 1000 ? static_cast<int>(to) : 0;
}

}  // namespace fovea::onnx_import
