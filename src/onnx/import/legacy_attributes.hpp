#pragma once

#include "onnx/import/translate.hpp"

namespace fovea::onnx_import {

/// Attributes of opsets 1 to 6 that later ones dropped.

/// The second operand of a binary operator, under a shape that broadcasts as NumPy does. Before opset 7 the
/// attribute `axis` aligns the second operand's axes with the first one's from that axis on (by default at
/// the end), and a single element broadcasts whatever its rank is. InputError when its axes do not fit there.
ir::ValueId second_operand(TranslateContext& c);

/// The slope of PRelu, under a shape that broadcasts: before opset 7 a list has one number for each channel.
ir::ValueId prelu_slope(TranslateContext& c);

/// The reason why a node with `is_test = 0` cannot be run (before opset 7); empty if it can. A missing
/// attribute counts as 1, as in ONNX's version converter.
std::string is_test_why_not(const NodeReader& node, std::int64_t opset);

/// The element type (TensorProto::DataType) that a Cast is to: a number, or its name before opset 6.
int cast_target(const NodeReader& node);

}  // namespace fovea::onnx_import
