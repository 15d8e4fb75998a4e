#pragma once

#include "onnx/import/translate.hpp"

#include <span>

namespace fovea::onnx_import {

/// x times the normal distribution's cumulative function: exact, or approximated by tanh.
ir::ValueId gelu(TranslateContext& c, ir::ValueId x, bool by_tanh);

/// The activation that ONNX Runtime fuses into another operator, by its ONNX name ("" for none), with its
/// parameters in the order of FusedConv's attribute; an absent parameter has ONNX's default. InputError for
/// another name.
ir::ValueId fused_activation(TranslateContext& c, ir::ValueId x, const std::string& name,
                             std::span<const float> parameters);

}  // namespace fovea::onnx_import
