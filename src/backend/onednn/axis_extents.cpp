#include "backend/onednn/axis_extents.hpp"

#include <algorithm>

namespace fovea::backend::onednn_detail {
namespace {

bool contains(const std::vector<std::int64_t>& axes, std::int64_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

}  // namespace

std::optional<AxisExtents> extents_along(const Shape& x, const std::vector<std::int64_t>& axes,
                                         const MemoryOrder& order) {
  AxisExtents e;
  bool begun = false, ended = false;
  for (const std::int64_t axis : order) {
    if (x[axis] == 1)
      continue;
    const bool is_taken = contains(axes, axis);
    if (is_taken && ended)
      return {};
    begun = begun || is_taken;
    ended = begun && !is_taken;
    (is_taken ? e.count : begun ? e.inner : e.outer) *= x[axis];
  }
  return e;
}

MemoryOrder order_with_last(std::int64_t rank, const std::vector<std::int64_t>& axes) {
  MemoryOrder order = row_major_order(rank);
  std::stable_partition(order.begin(), order.end(), [&](std::int64_t axis) { return !contains(axes, axis); });
  return order;
}

}  // namespace fovea::backend::onednn_detail
