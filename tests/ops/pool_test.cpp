#include "ops/average_pool.hpp"
#include "ops/global_average_pool.hpp"
#include "ops/max_pool.hpp"
#include "ops/table.hpp"
#include "support/tensors.hpp"

#include <cmath>
#include <limits>

namespace fovea::test {
namespace {

using ops::AveragePoolAttributes;
using ops::MaxPoolAttributes;

std::vector<Tensor> max_pool(const Tensor& x, MaxPoolAttributes attributes) {
  return ops::evaluate(ops::max_pool(), attributes, std::vector{x});
}

Tensor average_pool(const Tensor& x, AveragePoolAttributes attributes) {
  return ops::evaluate(ops::average_pool(), attributes, std::vector{x}).at(0);
}

Tensor switches(Shape shape, std::initializer_list<std::int32_t> values) {
  return tensor<std::int32_t>(std::move(shape), values);
}

TEST(MaxPool, gives_the_largest_element_and_its_place_in_the_plane) {
  const Tensor x = f32({1, 2, 2, 3}, {1, 5, 2, 4, 3, 6, -1, -2, -3, -4, -5, -6});
  const auto y = max_pool(x, {.kernel = {2, 2}});
  EXPECT_TRUE(near(y[0], f32({1, 2, 1, 2}, {5, 6, -1, -2})));
  EXPECT_TRUE(near(y[1], switches({1, 2, 1, 2}, {1, 5, 0, 1})));
}

TEST(MaxPool, gives_ties_to_the_first_in_row_major_order) {
  const auto y = max_pool(f64({1, 1, 3, 3}, {0, 7, 0, 7, 7, 0, 0, 0, 0}), {.kernel = {2, 2}});
  EXPECT_TRUE(near(y[0], f64({1, 1, 2, 2}, {7, 7, 7, 7})));
  EXPECT_TRUE(near(y[1], switches({1, 1, 2, 2}, {1, 1, 3, 4})));
}

TEST(MaxPool, lets_the_first_nan_win) {
  const float nan = std::nanf(""), infinity = std::numeric_limits<float>::infinity();
  const auto y = max_pool(f32({1, 1, 1, 5}, {infinity, nan, nan, 9, -infinity}), {.kernel = {1, 3}});
  EXPECT_TRUE(near(y[0], f32({1, 1, 1, 3}, {nan, nan, nan})));
  EXPECT_TRUE(near(y[1], switches({1, 1, 1, 3}, {1, 1, 2})));
}

TEST(MaxPool, never_takes_padding) {
  const auto y = max_pool(f32({1, 1, 2, 2}, {-4, -3, -2, -1}), {.kernel = {2, 2}, .pads = {1, 1, 0, 0}});
  EXPECT_TRUE(near(y[0], f32({1, 1, 2, 2}, {-4, -3, -2, -1})));
  EXPECT_TRUE(near(y[1], switches({1, 1, 2, 2}, {0, 1, 2, 3})));
}

TEST(MaxPool, gives_minus_infinity_and_no_switch_where_there_is_only_padding) {
  // The taps of the only window are at -1 and 1 of an extent of 1.
  const auto y =
      max_pool(f32({1, 1, 1, 1}, {5}), {.kernel = {1, 2}, .pads = {0, 1, 0, 1}, .dilations = {1, 2}});
  EXPECT_TRUE(near(y[0], f32({1, 1, 1, 1}, {-std::numeric_limits<float>::infinity()})));
  EXPECT_TRUE(near(y[1], switches({1, 1, 1, 1}, {-1})));
  const Tensor dx = ops::evaluate(ops::max_pool_gradient(), ops::MaxPoolGradientAttributes{1, 1},
                                  std::vector{f32({1, 1, 1, 1}, {3}), y[1]})[0];
  EXPECT_TRUE(near(dx, f32({1, 1, 1, 1}, {0})));
}

TEST(MaxPool, spreads_the_taps_by_the_dilation) {
  const auto y = max_pool(f32({1, 1, 1, 6}, {1, 9, 2, 3, 8, 4}), {.kernel = {1, 2}, .dilations = {1, 3}});
  EXPECT_TRUE(near(y[0], f32({1, 1, 1, 3}, {3, 9, 4})));
  EXPECT_TRUE(near(y[1], switches({1, 1, 1, 3}, {3, 1, 5})));
}

TEST(MaxPool, rounds_up_in_ceil_mode) {
  const Tensor x = f32({1, 1, 1, 6}, {1, 2, 3, 4, 6, 5});
  EXPECT_TRUE(near(max_pool(x, {.kernel = {1, 3}, .strides = {1, 2}})[0], f32({1, 1, 1, 2}, {3, 6})));
  EXPECT_TRUE(near(max_pool(x, {.kernel = {1, 3}, .strides = {1, 2}, .ceil_mode = 1})[0],
                   f32({1, 1, 1, 3}, {3, 6, 6})));
}

TEST(MaxPool, lets_even_the_first_window_hang_over_in_ceil_mode) {
  const Tensor x = f32({1, 1, 1, 2}, {1, 2});
  EXPECT_TRUE(
      near(max_pool(x, {.kernel = {1, 3}, .strides = {1, 2}, .ceil_mode = 1})[0], f32({1, 1, 1, 1}, {2})));
  EXPECT_THROW(max_pool(x, {.kernel = {1, 4}, .strides = {1, 2}, .ceil_mode = 1}), InputError);
}

TEST(MaxPool, drops_a_window_that_starts_beyond_the_input_and_left_padding) {
  // ceil((3 + 1 + 1 - 1) / 3) + 1 = 3 windows, of which the last would start at 6 - 1, beyond 3.
  const auto y = max_pool(f32({1, 1, 1, 3}, {1, 2, 3}),
                          {.kernel = {1, 1}, .strides = {1, 3}, .pads = {0, 1, 0, 1}, .ceil_mode = 1});
  EXPECT_EQ(y[0].shape(), (Shape{1, 1, 1, 2}));
  EXPECT_TRUE(near(y[1], switches({1, 1, 1, 2}, {-1, 2})));
}

TEST(MaxPool, covers_the_plane_with_a_full_kernel) {
  const auto y = max_pool(f32({1, 2, 2, 3}, {1, 5, 2, 4, 3, 6, -1, -2, -3, -4, -5, -6}), {.kernel = {2, 3}});
  EXPECT_TRUE(near(y[0], f32({1, 2, 1, 1}, {6, -1})));
}

TEST(MaxPool, runs_without_anyone_reading_the_switches) {
  const Tensor x = f32({1, 1, 1, 3}, {1, 3, 2});
  Tensor y(DType::F32, {1, 1, 1, 2});
  const ir::Attributes attributes = MaxPoolAttributes{.kernel = {1, 2}};
  const ir::TensorView source{x.dtype(), x.shape(), const_cast<void*>(x.raw())};
  const std::vector<ir::TensorView> destinations{{y.dtype(), y.shape(), y.raw()},
                                                 {DType::I32, y.shape(), nullptr}};
  ops::max_pool().kernel({attributes, {&source, 1}, destinations});
  EXPECT_TRUE(near(y, f32({1, 1, 1, 2}, {3, 3})));
}

TEST(MaxPool, rejects_what_cannot_be_pooled) {
  const Tensor x(DType::F32, {1, 1, 3, 3});
  EXPECT_THROW(max_pool(x, {.kernel = {4, 1}}), InputError);
  EXPECT_THROW(max_pool(x, {.kernel = {2}}), InputError);
  EXPECT_THROW(max_pool(x, {.kernel = {0, 1}}), InputError);
  EXPECT_THROW(max_pool(x, {.kernel = {2, 2}, .strides = {0, 1}}), InputError);
  EXPECT_THROW(max_pool(x, {.kernel = {2, 2}, .pads = {1, 1}}), InputError);
  EXPECT_THROW(max_pool(x.reshaped({1, 3, 3}), {.kernel = {2, 2}}), InputError);
  EXPECT_THROW(max_pool(Tensor(DType::F32, {1, 1, 0, 3}), {.kernel = {1, 1}}), InputError);
  EXPECT_THROW(max_pool(x.cast(DType::I64), {.kernel = {2, 2}}), InputError);
}

TEST(MaxPoolGradient, adds_up_where_windows_share_a_winner) {
  const Tensor dy = f32({1, 2, 1, 3}, {1, 2, 4, 8, 16, 32});
  const Tensor dx =
      ops::evaluate(ops::max_pool_gradient(), ops::MaxPoolGradientAttributes{.height = 2, .width = 2},
                    std::vector{dy, switches({1, 2, 1, 3}, {3, 3, 0, 1, 2, 1})})[0];
  EXPECT_TRUE(near(dx, f32({1, 2, 2, 2}, {4, 0, 0, 3, 0, 40, 16, 0})));
  EXPECT_THROW(ops::evaluate(ops::max_pool_gradient(),
                             ops::MaxPoolGradientAttributes{.height = 1, .width = 2},
                             std::vector{dy, switches({1, 2, 1, 3}, {3, 3, 0, 1, 2, 1})}),
               InputError);
}

TEST(AveragePool, divides_by_the_elements_inside_the_input) {
  const Tensor x = f32({1, 1, 2, 2}, {1, 2, 3, 4});
  EXPECT_TRUE(
      near(average_pool(x, {.kernel = {2, 2}, .pads = {1, 0, 0, 1}}), f32({1, 1, 2, 2}, {1.5F, 2, 2.5F, 3})));
  EXPECT_TRUE(near(average_pool(x, {.kernel = {2, 2}, .pads = {1, 0, 0, 1}, .count_include_pad = 1}),
                   f32({1, 1, 2, 2}, {0.75F, 0.5F, 2.5F, 1.5F})));
}

TEST(AveragePool, never_counts_what_hangs_over_the_padding) {
  // Windows at -1, 1, 3 of an extent of 4; with the padding at the right end the last two taps of the last
  // window are one cell of padding and one beyond it.
  const Tensor x = f32({1, 1, 1, 4}, {2, 4, 6, 8});
  AveragePoolAttributes a{.kernel = {1, 3}, .strides = {1, 2}, .pads = {0, 1, 0, 1}, .ceil_mode = 1};
  EXPECT_TRUE(near(average_pool(x, a), f32({1, 1, 1, 3}, {3, 6, 8})));
  a.count_include_pad = 1;
  EXPECT_TRUE(near(average_pool(x, a), f32({1, 1, 1, 3}, {2, 6, 4})));
  a.pads = {0, 0, 0, 0};
  EXPECT_TRUE(near(average_pool(x, a), f32({1, 1, 1, 2}, {4, 7})));
}

TEST(AveragePool, spreads_the_taps_by_the_dilation) {
  const Tensor x = f32({1, 1, 1, 5}, {1, 2, 4, 8, 16});
  AveragePoolAttributes a{.kernel = {1, 2}, .pads = {0, 2, 0, 1}, .dilations = {1, 3}};
  EXPECT_TRUE(near(average_pool(x, a), f32({1, 1, 1, 5}, {2, 4, 4.5F, 9, 4})));
  a.count_include_pad = 1;
  EXPECT_TRUE(near(average_pool(x, a), f32({1, 1, 1, 5}, {1, 2, 4.5F, 9, 2})));
}

TEST(AveragePool, gives_0_where_there_is_only_padding) {
  const Tensor y = average_pool(f32({1, 1, 1, 1}, {5}), {.kernel = {1, 1}, .pads = {0, 1, 0, 0}});
  EXPECT_TRUE(near(y, f32({1, 1, 1, 2}, {0, 5})));
}

TEST(AveragePoolGradient, spreads_evenly_over_the_window) {
  const ops::AveragePoolGradientAttributes a{.kernel = {1, 2}, .pads = {0, 1, 0, 0}, .height = 1, .width = 3};
  const Tensor dx =
      ops::evaluate(ops::average_pool_gradient(), a, std::vector{f32({1, 1, 1, 3}, {1, 2, 4})})[0];
  EXPECT_TRUE(near(dx, f32({1, 1, 1, 3}, {2, 3, 2})));
  EXPECT_THROW(ops::evaluate(ops::average_pool_gradient(), a, std::vector{f32({1, 1, 1, 2}, {1, 2})}),
               InputError);
}

TEST(GlobalAveragePool, averages_all_axes_but_two) {
  const auto run = [](const Tensor& x) {
    return ops::evaluate(ops::global_average_pool(), {}, std::vector{x}).at(0);
  };
  EXPECT_TRUE(near(run(f32({1, 2, 2, 2}, {1, 2, 3, 6, -1, -2, -3, -6})), f32({1, 2, 1, 1}, {3, -3})));
  EXPECT_TRUE(near(run(f64({2, 1, 3}, {1, 2, 3, 4, 5, 9})), f64({2, 1, 1}, {2, 6})));
  EXPECT_TRUE(near(run(f64({1, 2}, {1, 2})), f64({1, 2}, {1, 2})));
  EXPECT_THROW(run(f64({2}, {1, 2})), InputError);
  EXPECT_THROW(run(Tensor(DType::F32, {1, 2, 0, 3})), InputError);
}

}  // namespace
}  // namespace fovea::test
