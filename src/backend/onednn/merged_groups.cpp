#include "backend/onednn/merged_groups.hpp"

#include <algorithm>

namespace fovea::backend::onednn_detail {

Tensor merge_groups(const Tensor& w, std::int64_t groups, std::int64_t merged) {
  const Shape& shape = w.shape();
  Tensor wide(DType::F32, {shape[0], shape[1] * merged, shape[2], shape[3]});
  const std::int64_t row = shape[1] * shape[2] * shape[3], rows_of_group = shape[0] / groups;
  const float* const from = w.data<float>().data();
  float* const to = wide.data<float>().data();
  for (std::int64_t i = 0; i < shape[0]; ++i)
    std::copy_n(from + i * row, row, to + (i * merged + i / rows_of_group % merged) * row);
  return wide;
}

}  // namespace fovea::backend::onednn_detail
