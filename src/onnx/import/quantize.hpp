#pragma once

#include "onnx/import/translate.hpp"

namespace fovea::onnx_import {

/// QuantizeLinear and DequantizeLinear, which are the same in ONNX's own domain and in com.microsoft.
void translate_quantize_linear(TranslateContext& c);
void translate_dequantize_linear(TranslateContext& c);

/// The floating-point numbers that the quantised input i represents; input i + 1 is its scale and input i + 2
/// its zero point, which may be absent. `axis` is the axis of a scale with several numbers.
ir::ValueId dequantized_input(TranslateContext& c, int i, std::string_view suffix,
                              std::optional<std::int64_t> axis = {});

/// Quantises y with the scale at input i and the zero point at input i + 1. The type of the zero point, or of
/// the first input if it is absent, gives the range; the result represents the whole node.
ir::ValueId quantized_by_input(TranslateContext& c, ir::ValueId y, int i);

}  // namespace fovea::onnx_import
