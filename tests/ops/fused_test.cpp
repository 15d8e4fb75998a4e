#include "ops/clip_mask.hpp"
#include "ops/conv.hpp"
#include "ops/depth_to_space.hpp"
#include "ops/flipped_weights.hpp"
#include "ops/functions.hpp"
#include "ops/fused_conv.hpp"
#include "ops/masked.hpp"
#include "ops/relu_mask.hpp"
#include "ops/table.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace fovea::test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor doubles(const Shape& shape, std::vector<double> values) {
  Tensor tensor(DType::F64, shape);
  std::copy(values.begin(), values.end(), tensor.data<double>().begin());
  return tensor;
}

std::vector<double> values_of(const Tensor& tensor) {
  return {tensor.data<double>().begin(), tensor.data<double>().end()};
}

std::vector<bool> truths_of(const Tensor& tensor) {
  return {tensor.data<bool>().begin(), tensor.data<bool>().end()};
}

TEST(FusedConv, adds_and_cuts_after_the_convolution) {
  const Tensor x = doubles({1, 1, 1, 3}, {1, 2, 3}), w = doubles({1, 1, 1, 1}, {2}), b = doubles({1}, {-3});
  const Tensor sum = doubles({1, 1, 1, 3}, {0.5, -10, 4});
  const auto run = [&](const char* activation, const std::vector<Tensor>& operands) {
    return values_of(
        ops::evaluate(ops::fused_conv(), ops::FusedConvAttributes{.activation = activation}, operands)[0]);
  };
  EXPECT_EQ(run("none", {x, w, b, sum}), (std::vector<double>{-0.5, -9, 7}));
  EXPECT_EQ(run("relu", {x, w, b, sum}), (std::vector<double>{0, 0, 7}));
  EXPECT_EQ(run("relu", {x, w, b}), (std::vector<double>{0, 1, 3}));
  EXPECT_EQ(run("none", {x, w, Tensor(), sum}), (std::vector<double>{2.5, -6, 10}));
  EXPECT_THROW(run("swish", {x, w}), InputError);
  EXPECT_THROW(run("none", {x, w, b, doubles({1, 1, 1, 1}, {0})}), InputError);
}

TEST(Masks, tell_what_flows_back) {
  const Tensor x = doubles({5}, {-1, 0, 0.5, 2, kNan});
  EXPECT_EQ(truths_of(ops::evaluate(ops::relu_mask(), {}, std::vector{x})[0]),
            (std::vector<bool>{false, false, true, true, false}));
  const Tensor inside =
      ops::evaluate(ops::clip_mask(), ops::ClipAttributes{.min = 0, .max = 0.5}, std::vector{x})[0];
  EXPECT_EQ(truths_of(inside), (std::vector<bool>{false, true, true, false, false}));
  const Tensor dy = doubles({5}, {1, 2, 3, 4, 5});
  EXPECT_EQ(values_of(ops::evaluate(ops::masked(), {}, std::vector{dy, inside})[0]),
            (std::vector<double>{0, 2, 3, 0, 0}));
}

TEST(FlippedWeights, exchanges_the_channels_of_each_group_and_flips_the_windows) {
  // Two groups of one input channel with two output channels each; windows of 1 x 2.
  const Tensor w = doubles({2, 2, 1, 2}, {0, 1, 10, 11, 20, 21, 30, 31});
  const auto run = [&](std::int64_t groups) {
    return ops::evaluate(ops::flipped_weights(), ops::FlippedWeightsAttributes{groups}, std::vector{w})[0];
  };
  EXPECT_EQ(run(2).shape(), (Shape{4, 1, 1, 2}));
  EXPECT_EQ(values_of(run(2)), (std::vector<double>{1, 0, 11, 10, 21, 20, 31, 30}));
  EXPECT_EQ(run(1).shape(), (Shape{2, 2, 1, 2}));
  EXPECT_EQ(values_of(run(1)), (std::vector<double>{1, 0, 21, 20, 11, 10, 31, 30}));
  EXPECT_EQ(values_of(ops::flip_weights(w, 1)), values_of(run(1)));
  EXPECT_THROW(run(3), InputError);
}

TEST(DepthToSpace, puts_phases_side_by_side_and_cuts_the_border) {
  // Four phases of one channel on a 1 x 2 grid: rows (0 4 | 1 5) and (2 6 | 3 7) of the finer one.
  const Tensor x = doubles({1, 4, 1, 2}, {0, 1, 10, 11, 20, 21, 30, 31});
  const auto run = [&](std::vector<std::int64_t> offsets, std::vector<std::int64_t> sizes) {
    return values_of(ops::evaluate(ops::depth_to_space(),
                                   ops::DepthToSpaceAttributes{{2, 2}, std::move(offsets), std::move(sizes)},
                                   std::vector{x})[0]);
  };
  EXPECT_EQ(run({0, 0}, {2, 4}), (std::vector<double>{0, 10, 1, 11, 20, 30, 21, 31}));
  EXPECT_EQ(run({1, 1}, {1, 2}), (std::vector<double>{30, 21}));
  EXPECT_THROW(run({1, 0}, {2, 4}), InputError);
}

}  // namespace
}  // namespace fovea::test
