#pragma once

#include "onnx/import/translate.hpp"

namespace fovea::onnx_import {

/// QuantizeLinear and DequantizeLinear, which are the same in ONNX's own domain and in com.microsoft.
void translate_quantize_linear(TranslateContext& c);
void translate_dequantize_linear(TranslateContext& c);

}  // namespace fovea::onnx_import
