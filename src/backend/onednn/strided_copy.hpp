#pragma once

#include <cstdint>
#include <vector>

namespace fovea::backend::onednn_detail {

/// Which elements of one memory go where in another: for every index i with i[k] < extents[k], the element at
/// from + sum of i[k] * from_strides[k] goes to `to` + sum of i[k] * to_strides[k]. Strides may be 0 (an
/// element is read many times) or negative.
struct StridedCopy {
  std::vector<std::int64_t> extents, from_strides, to_strides;
  std::int64_t from = 0, to = 0;

  /// The same with as few axes as possible, at least one, and the fastest last.
  StridedCopy merged() const;
  std::int64_t elements() const;
};

/// Copies on the threads of the run. The elements written must differ from one another and from those read.
void run_copy(const StridedCopy& copy, const float* src, float* dst);

/// Fills memory on the threads of the run.
void run_fill(float value, float* dst, std::int64_t count);

}  // namespace fovea::backend::onednn_detail
