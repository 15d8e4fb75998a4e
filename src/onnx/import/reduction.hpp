#pragma once

#include "onnx/import/translate.hpp"
#include "ops/reduce_sum.hpp"

namespace fovea::onnx_import {

/// The axes and keepdims of a reduction whose axes are an input from opset `since` on; none for a reduction
/// without effect (noop_with_empty_axes).
std::optional<ops::ReduceAttributes> reduction(const TranslateContext& c, std::int64_t since);

/// The square root of a sum of squares, with 0 as its derivative where that sum is 0: the sum is kept above
/// the smallest normal number, so that the root there is 1e-19 (1e-154 in double precision) instead of 0.
ir::ValueId root_of_squares(TranslateContext& c, ir::ValueId sum, std::string_view suffix);

}  // namespace fovea::onnx_import
