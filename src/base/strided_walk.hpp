#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

/// A walk through the indices of several axes in row-major order, the last axis fastest. For each of some
/// operands it keeps the offset at the index: the sum of index[axis] * stride[axis].
class StridedWalk {
public:
  /// `strides`: by operand, then by axis; further entries are not read. The walk begins at the index that
  /// `start` steps lead to from 0.
  StridedWalk(std::span<const std::int64_t> extents, const std::vector<std::vector<std::int64_t>>& strides,
              std::int64_t start = 0)
      : extents_(extents.begin(), extents.end()), strides_(extents_.size() * strides.size()),
        index_(extents_.size(), 0), offsets_(strides.size(), 0) {
    for (std::size_t axis = extents_.size(); axis-- > 0;) {
      if (start > 0) {
        index_[axis] = start % extents_[axis];
        start /= extents_[axis];
      }
      for (std::size_t i = 0; i < strides.size(); ++i) {
        strides_[axis * strides.size() + i] = strides[i][axis];
        offsets_[i] += index_[axis] * strides[i][axis];
      }
    }
  }

  std::int64_t index(std::size_t axis) const { return index_[axis]; }
  std::int64_t offset(std::size_t operand) const { return offsets_[operand]; }

  /// Behind the last index comes the first one.
  void next() {
    for (std::size_t axis = extents_.size(); axis-- > 0;) {
      const bool wraps = ++index_[axis] == extents_[axis];
      const std::int64_t steps = wraps ? 1 - extents_[axis] : 1;
      for (std::size_t i = 0; i < offsets_.size(); ++i)
        offsets_[i] += steps * strides_[axis * offsets_.size() + i];
      if (!wraps)
        return;
      index_[axis] = 0;
    }
  }

private:
  std::vector<std::int64_t> extents_;
  std::vector<std::int64_t> strides_;  ///< by axis, then by operand
  std::vector<std::int64_t> index_, offsets_;
};

}  // namespace fovea
