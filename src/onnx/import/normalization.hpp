#pragma once

#include "onnx/import/translate.hpp"

namespace fovea::onnx_import {

/// Layer normalisation of x over the axes from `axis` on, then times `scale` plus `bias`, which broadcast and
/// may be kNoValue.
ir::ValueId layer_normalized(TranslateContext& c, ir::ValueId x, std::int64_t axis, double epsilon,
                             ir::ValueId scale, ir::ValueId bias);

/// x / sqrt(mean of squares + epsilon) * scale over the axes from `axis` on.
ir::ValueId rms_normalized(TranslateContext& c, ir::ValueId x, std::int64_t axis, double epsilon,
                           ir::ValueId scale);

}  // namespace fovea::onnx_import
