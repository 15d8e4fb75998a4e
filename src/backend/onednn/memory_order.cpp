#include "backend/onednn/memory_order.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::backend::onednn_detail {

MemoryOrder row_major_order(std::int64_t rank) {
  MemoryOrder order(static_cast<std::size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

std::optional<MemoryOrder> memory_order(const Desc& desc) {
  const std::optional<Dims> strides = strides_of(desc);
  if (!strides)
    return {};
  const Dims dims = dims_of(desc);
  const auto at = [](const Dims& list, std::int64_t axis) { return list[static_cast<std::size_t>(axis)]; };
  MemoryOrder wide;  // the axes of extents above 1, the slowest first
  for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(dims.size()); ++axis)
    if (at(dims, axis) != 1)
      wide.push_back(axis);
  std::stable_sort(wide.begin(), wide.end(),
                   [&](std::int64_t a, std::int64_t b) { return at(*strides, a) > at(*strides, b); });
  std::int64_t stride = 1;
  for (std::size_t i = wide.size(); i-- > 0; stride *= at(dims, wide[i]))
    if (at(*strides, wide[i]) != stride)
      return {};
  // The others go before the first wide axis that follows them in row-major order.
  MemoryOrder order = wide;
  for (std::int64_t axis = static_cast<std::int64_t>(dims.size()); axis-- > 0;)
    if (at(dims, axis) == 1)
      order.insert(std::find_if(order.begin(), order.end(), [&](std::int64_t other) { return other > axis; }),
                   axis);
  return order;
}

std::vector<std::int64_t> in_order(const std::vector<std::int64_t>& list, const MemoryOrder& order) {
  std::vector<std::int64_t> result;
  for (const std::int64_t axis : order)
    result.push_back(list[static_cast<std::size_t>(axis)]);
  return result;
}

std::vector<std::int64_t> dense_strides(const std::vector<std::int64_t>& extents) {
  std::vector<std::int64_t> strides(extents.size(), 1);
  for (std::size_t i = extents.size(); i-- > 1;)
    strides[i - 1] = strides[i] * extents[i];
  return strides;
}

Desc desc_in_order(const Shape& shape, const MemoryOrder& order) {
  const std::vector<std::int64_t> dense = dense_strides(in_order(shape.dims(), order));
  Dims strides(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    strides[static_cast<std::size_t>(order[i])] = dense[i];
  return Desc(shape.dims(), Type::f32, strides);
}

}  // namespace fovea::backend::onednn_detail
