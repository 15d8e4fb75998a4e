#pragma once

#include "onnx/import/translate.hpp"
#include "onnx/import/window.hpp"

namespace fovea::onnx_import {

/// The convolution of a volume x [N,C,D,H,W] by w [M,C/groups,KD,KH,KW] with a window of three axes; bias may
/// be kNoValue. It is the sum over the axis of the smallest kernel of convolutions of pictures, with that
/// axis of x in the batch: one convolution where the kernel is 1 along some axis.
ir::ValueId volume_convolution(TranslateContext& c, ir::ValueId x, ir::ValueId w, ir::ValueId bias,
                               const Window& window, std::int64_t groups, std::string_view suffix);

}  // namespace fovea::onnx_import
