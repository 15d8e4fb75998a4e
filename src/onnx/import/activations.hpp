#pragma once

#include "onnx/import/translate.hpp"

#include <span>

namespace fovea::onnx_import {

/// GELU: x times the cumulative distribution function of the normal distribution, exact or approximated by
/// tanh.
ir::ValueId gelu(TranslateContext& c, ir::ValueId x, bool by_tanh);

/// An activation that ONNX Runtime has fused into another operator, by its ONNX name ("" for none), with its
/// parameters in the order of FusedConv's attribute; missing parameters have ONNX's defaults. InputError for
/// another name.
ir::ValueId fused_activation(TranslateContext& c, ir::ValueId x, const std::string& name,
                             std::span<const float> parameters);

}  // namespace fovea::onnx_import
