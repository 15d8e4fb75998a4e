#pragma once

#include "onnx/import/translate.hpp"

namespace fovea::onnx_import {

/// QuantizeLinear and DequantizeLinear, which are the same in ONNX's own domain and in com.microsoft.
void translate_quantize_linear(TranslateContext& c);
void translate_dequantize_linear(TranslateContext& c);

/// What the quantised input i stands for, as floating numbers; input i + 1 is its scale and input i + 2 its
/// zero point, which may be absent. `axis`: of scales of several numbers.
ir::ValueId dequantized_input(TranslateContext& c, int i, std::string_view suffix,
                              std::optional<std::int64_t> axis = {});

/// y quantised with the scale at input i and the zero point at input i + 1, whose type, or the first input's
/// where it is absent, says the range; it stands for the whole node.
ir::ValueId quantized_by_input(TranslateContext& c, ir::ValueId y, int i);

}  // namespace fovea::onnx_import
