#pragma once

#include "onnx/import/translate.hpp"

#include <vector>

namespace fovea::onnx_import {

/// Rows of the table of ONNX operators, in alphabetical order.
using Family = std::vector<Translation>;

// One function for each file of this folder that translates operators; table.cpp joins them.
Family activation_family();
Family arrange_family();
Family attention_family();
Family einsum_family();
Family elementwise_family();
Family legacy_family();
Family nn_family();
Family normalization_family();
Family pool_family();
Family quantize_family();
Family recurrent_family();
Family reduce_family();
Family resize_family();
Family scatter_family();
Family sequence_family();
Family shape_family();
Family tensor_family();
/// The operators of ONNX Runtime's own domain, com.microsoft.
Family microsoft_family();
Family microsoft_quantize_family();

/// Translates an ONNX operator with a single operand to the corresponding operator of fovea.
template <const ir::Operator& (*op)()>
void unary(TranslateContext& c) {
  c.output(c.emit(op(), {c.x()}));
}

}  // namespace fovea::onnx_import
