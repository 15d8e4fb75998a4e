#include "backend/onednn/merged_groups.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace fovea::test {
namespace {

Tensor counted(const Shape& shape) {
  Tensor tensor(DType::F32, shape);
  std::iota(tensor.data<float>().begin(), tensor.data<float>().end(), 1.0F);
  return tensor;
}

std::vector<float> values(const Tensor& tensor) {
  return {tensor.data<float>().begin(), tensor.data<float>().end()};
}

TEST(MergedGroups, hold_the_old_ones_on_the_diagonal) {
  // Four groups of one channel with two taps, in pairs.
  const Tensor pairs = backend::onednn_detail::merge_groups(counted({4, 1, 1, 2}), 4, 2);
  EXPECT_EQ(pairs.shape(), (Shape{4, 2, 1, 2}));
  EXPECT_EQ(values(pairs), (std::vector<float>{1, 2, 0, 0, 0, 0, 3, 4, 5, 6, 0, 0, 0, 0, 7, 8}));
}

TEST(MergedGroups, may_give_more_channels_than_they_take) {
  // Two groups, each of one input and two outputs, as one.
  const Tensor one = backend::onednn_detail::merge_groups(counted({4, 1, 1, 1}), 2, 2);
  EXPECT_EQ(one.shape(), (Shape{4, 2, 1, 1}));
  EXPECT_EQ(values(one), (std::vector<float>{1, 0, 2, 0, 0, 3, 0, 4}));
}

}  // namespace
}  // namespace fovea::test
