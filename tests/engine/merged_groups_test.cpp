#include "backend/onednn/merged_groups.hpp"

#include "backend/onednn/primitives.hpp"
#include "backend/onednn/vector_level.hpp"

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

/// Depthwise convolutions would be merged into slower ones if the name of their implementation were not
/// known.
TEST(MergedGroups, are_not_made_of_depthwise_convolutions) {
  using namespace backend::onednn_detail;
  if (vector_level() < VectorLevel::Avx2)
    GTEST_SKIP() << "oneDNN has its kernels for depthwise convolutions from AVX2 on";
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  const auto layout = [](const Dims& dims) { return Desc(dims, Type::f32, dnnl::memory::format_tag::nhwc); };
  for (const std::int64_t channels : {16, 32, 96, 116, 144, 672, 1152})
    for (const std::int64_t window : {3, 5, 7})
      for (const std::int64_t stride : {1, 2}) {
        const std::int64_t pad = window / 2, out = (14 + 2 * pad - window) / stride + 1;
        const ConvForward conv = conv_forward(
            engine, layout({1, channels, 14, 14}),
            Desc(Dims{channels, 1, 1, window, window}, Type::f32, dnnl::memory::format_tag::any), Desc(),
            layout({1, channels, out, out}), {{}, {stride, stride}, {1, 1}, {pad, pad}, {pad, pad}}, {});
        EXPECT_TRUE(conv.is_optimized) << channels << " channels, window " << window << ", stride " << stride;
      }
}

}  // namespace
}  // namespace fovea::test
