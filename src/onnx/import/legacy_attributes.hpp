#pragma once

#include "onnx/import/translate.hpp"

namespace fovea::onnx_import {

/// What opsets 1 to 6 say by attributes that later ones dropped.

/// The second operand of a binary operator, under a shape that broadcasts as NumPy does. Before opset 7 the
/// attribute `axis` says at which axis of the first operand the second one's axes begin (without it: at the
/// end), and one element counts for all whatever its rank. InputError when its axes do not fit there.
ir::ValueId second_operand(TranslateContext& c);

/// The slope of PRelu, under a shape that broadcasts: before opset 7 a list has one number for each channel.
ir::ValueId prelu_slope(TranslateContext& c);

/// Why a node that says `is_test = 0` cannot be run (before opset 7); empty when it can. The attribute is
/// taken for 1 where it is absent, as ONNX's version converter does.
std::string is_test_why_not(const NodeReader& node, std::int64_t opset);

/// The element type (TensorProto::DataType) that a Cast is to: a number, or its name before opset 6.
int cast_target(const NodeReader& node);

}  // namespace fovea::onnx_import
