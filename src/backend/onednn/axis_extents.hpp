#pragma once

#include "backend/onednn/memory_order.hpp"
#include "backend/onednn/parallel.hpp"

#include <optional>

namespace fovea::backend::onednn_detail {

/// A value in memory as [outer, count, inner]: `count` goes through the axes that an operator takes together.
/// With an inner extent of 1 they are rows, else columns that lie side by side.
struct AxisExtents {
  std::int64_t outer = 1, count = 1, inner = 1;
  bool has_rows() const { return inner == 1; }
};

/// Nothing where the axes do not lie side by side in memory of that order.
std::optional<AxisExtents> extents_along(const Shape& x, const std::vector<std::int64_t>& axes,
                                         const MemoryOrder& order);

/// Row-major order, but with the axes at the end: rows of any axes.
MemoryOrder order_with_last(std::int64_t rank, const std::vector<std::int64_t>& axes);

/// Calls part(outer, first, width) for pieces of columns on the threads of the run. They are so narrow that
/// few outer indices keep all threads busy, too.
template <class Part>
void share_columns(const AxisExtents& e, const Part& part) {
  constexpr std::int64_t kWidth = 256;
  const std::int64_t pieces = (e.inner + kWidth - 1) / kWidth;
  share_rows(e.outer * pieces, e.count * std::min(kWidth, e.inner),
             [&](std::int64_t begin, std::int64_t end) {
               for (std::int64_t i = begin; i < end; ++i) {
                 const std::int64_t first = i % pieces * kWidth;
                 part(i / pieces, first, std::min(kWidth, e.inner - first));
               }
             });
}

}  // namespace fovea::backend::onednn_detail
