#include "backend/onednn/strided_copy.hpp"

#include "backend/onednn/parallel.hpp"
#include "base/strided_walk.hpp"

namespace fovea::backend::onednn_detail {

StridedCopy StridedCopy::merged() const {
  StridedCopy result{{}, {}, {}, from, to};
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    if (extents[axis] == 1)
      continue;
    const bool continues = !result.extents.empty() &&
                           result.from_strides.back() == from_strides[axis] * extents[axis] &&
                           result.to_strides.back() == to_strides[axis] * extents[axis];
    if (continues) {
      result.extents.back() *= extents[axis];
      result.from_strides.back() = from_strides[axis];
      result.to_strides.back() = to_strides[axis];
    } else {
      result.extents.push_back(extents[axis]);
      result.from_strides.push_back(from_strides[axis]);
      result.to_strides.push_back(to_strides[axis]);
    }
  }
  if (result.extents.empty()) {
    result.extents = {1};
    result.from_strides = result.to_strides = {1};
  }
  return result;
}

std::int64_t StridedCopy::elements() const {
  std::int64_t count = 1;
  for (const std::int64_t extent : extents)
    count *= extent;
  return count;
}

namespace {

/// Rows [begin, end) of the copy, a row being the last axis.
void copy_rows(const StridedCopy& copy, const float* src, float* dst, std::int64_t begin, std::int64_t end) {
  const std::size_t last = copy.extents.size() - 1;
  const std::int64_t count = copy.extents[last];
  const std::int64_t from_step = copy.from_strides[last], to_step = copy.to_strides[last];
  StridedWalk at({copy.extents.data(), last}, {copy.from_strides, copy.to_strides}, begin);
  for (std::int64_t row = begin; row < end; ++row, at.next()) {
    const float* x = src + copy.from + at.offset(0);
    float* y = dst + copy.to + at.offset(1);
    if (from_step == 1 && to_step == 1) {
      std::copy_n(x, count, y);
    } else if (from_step == 0 && to_step == 1) {
      std::fill_n(y, count, *x);
    } else {
      for (std::int64_t i = 0; i < count; ++i)
        y[i * to_step] = x[i * from_step];
    }
  }
}

}  // namespace

void run_copy(const StridedCopy& copy, const float* src, float* dst) {
  const std::int64_t elements = copy.elements();
  if (elements == 0)
    return;
  if (copy.extents.size() == 1 && copy.from_strides[0] == 1 && copy.to_strides[0] == 1)
    return share(elements, [&](std::int64_t begin, std::int64_t end) {
      std::copy(src + copy.from + begin, src + copy.from + end, dst + copy.to + begin);
    });
  share_rows(elements / copy.extents.back(), copy.extents.back(),
             [&](std::int64_t begin, std::int64_t end) { copy_rows(copy, src, dst, begin, end); });
}

void run_fill(float value, float* dst, std::int64_t count) {
  share(count, [=](std::int64_t begin, std::int64_t end) { std::fill(dst + begin, dst + end, value); });
}

}  // namespace fovea::backend::onednn_detail
