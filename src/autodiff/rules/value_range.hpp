#pragma once

#include "fovea/preprocessing.hpp"
#include "ir/gradient_context.hpp"

namespace fovea::autodiff {

/// The lowest and the highest value of each element of a graph's value.
struct ValueRange {
  ir::ValueId low, high;
};

/// The range of a value that is made of the graph's first input, the picture, by moving, selecting and
/// averaging elements, and by sums and products with constants. Where the value is the picture itself, the
/// bounds have the shape of one picture, otherwise the value's. InputError naming the first node whose range
/// does not follow, and for a range that has not the picture's channels.
ValueRange range_of(ir::GradientContext& c, ir::ValueId value, const InputRange& range);

}  // namespace fovea::autodiff
