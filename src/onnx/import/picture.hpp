#pragma once

#include "onnx/import/translate.hpp"
#include "onnx/import/window.hpp"

namespace fovea::onnx_import {

/// Convolutions and pools work on pictures [N,C,H,W]. A signal [N,C,L] is treated as a picture [N,C,1,L] with
/// a window of height 1.

/// A signal as a picture; a value of any other rank unchanged.
ir::ValueId as_picture(TranslateContext& c, ir::ValueId x);
/// A window of one axis as one of a picture; a window of two axes unchanged.
Window as_picture(Window window);
/// y as the result for an x of that rank; for rank 3 it represents the whole node.
ir::ValueId from_picture(TranslateContext& c, ir::ValueId y, std::int64_t rank);
/// The suffix for a node whose result goes through from_picture.
std::string_view picture_suffix(std::int64_t rank);

/// The kernel of a convolution from its weights, which kernel_shape must repeat if it is given; InputError
/// where x and w have not both one to `most_axes` axes behind batch and channels.
std::vector<std::int64_t> kernel_of_weights(const TranslateContext& c, const Shape& x, const Shape& w,
                                            std::int64_t most_axes = 2);
/// The kernel of a pooling node over the first input.
std::vector<std::int64_t> kernel_of_pool(const TranslateContext& c);

/// The convolution that the node's attributes describe, of any x and w (signals, pictures or volumes); bias
/// may be kNoValue.
ir::ValueId convolution(TranslateContext& c, ir::ValueId x, ir::ValueId w, ir::ValueId bias,
                        std::string_view suffix);

/// The AveragePool that the node's attributes describe, of any x.
ir::ValueId average_pooled(TranslateContext& c, ir::ValueId x, std::string_view suffix);

}  // namespace fovea::onnx_import
