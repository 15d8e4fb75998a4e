#pragma once

#include "backend/onednn/primitives.hpp"
#include "fovea/tensor.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace fovea::backend::onednn_detail {

/// The axes of a value in the order in which its memory runs through them, the slowest first: {0,1,2,3} for
/// row-major memory, {0,2,3,1} for channels-last memory. Axes of extent 1 stand where they stand in row-major
/// order, as far as that can be.
using MemoryOrder = std::vector<std::int64_t>;

/// The order of a layout without gaps or blocks; none for other layouts.
std::optional<MemoryOrder> memory_order(const Desc& desc);
MemoryOrder row_major_order(std::int64_t rank);

/// The layout without gaps of a shape of rank 1 to 6 in that order.
Desc desc_in_order(const Shape& shape, const MemoryOrder& order);

/// The entries of a list with one for each axis, in that order.
std::vector<std::int64_t> in_order(const std::vector<std::int64_t>& list, const MemoryOrder& order);

/// Strides of elements for extents without gaps, the last axis fastest.
std::vector<std::int64_t> dense_strides(const std::vector<std::int64_t>& extents);

}  // namespace fovea::backend::onednn_detail
