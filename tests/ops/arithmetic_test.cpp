#include "ops/add.hpp"
#include "ops/div.hpp"
#include "ops/functions.hpp"
#include "ops/mat_mul.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/pow.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/run.hpp"
#include "ops/sub.hpp"

#include <cmath>
#include <limits>

namespace fovea::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::lowest();

TEST(Arithmetic, of_equal_shapes) {
  const Tensor a = f32({2, 2}, {1, -2, 3, 8}), b = f32({2, 2}, {4, 5, -6, 2});
  EXPECT_TRUE(near(run(ops::add(), {a, b}), f32({2, 2}, {5, 3, -3, 10})));
  EXPECT_TRUE(near(run(ops::sub(), {a, b}), f32({2, 2}, {-3, -7, 9, 6})));
  EXPECT_TRUE(near(run(ops::mul(), {a, b}), f32({2, 2}, {4, -10, -18, 16})));
  EXPECT_TRUE(near(run(ops::div(), {a, b}), f32({2, 2}, {0.25F, -0.4F, -0.5F, 4})));
}

TEST(Arithmetic, of_a_channel_operand) {
  const Tensor x = f64({1, 2, 1, 3}, {1, 2, 3, 4, 5, 6}), channel = f64({2, 1, 1}, {10, 20});
  EXPECT_TRUE(near(run(ops::add(), {x, channel}), f64({1, 2, 1, 3}, {11, 12, 13, 24, 25, 26})));
  EXPECT_TRUE(near(run(ops::sub(), {channel, x}), f64({1, 2, 1, 3}, {9, 8, 7, 16, 15, 14})));
}

TEST(Arithmetic, of_a_scalar) {
  const Tensor x = f64({3}, {1, 2, 4}), two = f64({}, {2});
  EXPECT_TRUE(near(run(ops::div(), {x, two}), f64({3}, {0.5, 1, 2})));
  EXPECT_TRUE(near(run(ops::div(), {two, x}), f64({3}, {2, 1, 0.5})));
  EXPECT_TRUE(near(run(ops::mul(), {two, two}), f64({}, {4})));
}

TEST(Arithmetic, stretches_both_operands) {
  EXPECT_TRUE(near(run(ops::sub(), {f64({2, 1}, {10, 20}), f64({3}, {1, 2, 3})}),
                   f64({2, 3}, {9, 8, 7, 19, 18, 17})));
  EXPECT_TRUE(near(run(ops::add(), {f64({2, 1, 2}, {1, 2, 3, 4}), f64({1, 2, 1}, {10, 20})}),
                   f64({2, 2, 2}, {11, 12, 21, 22, 13, 14, 23, 24})));
}

TEST(Arithmetic, of_nothing) {
  EXPECT_TRUE(near(run(ops::mul(), {f64({0, 3}, {}), f64({3}, {1, 2, 3})}), f64({0, 3}, {})));
  EXPECT_TRUE(near(run(ops::mul(), {f64({3, 0}, {}), f64({}, {1})}), f64({3, 0}, {})));
}

TEST(Arithmetic, refuses_operands_that_do_not_fit) {
  EXPECT_THROW(run(ops::add(), {f64({2}, {1, 2}), f64({3}, {1, 2, 3})}), InputError);
  EXPECT_THROW(run(ops::mul(), {f64({1}, {1}), f32({1}, {1})}), InputError);
  EXPECT_THROW(run(ops::sub(), {booleans({1}, {true}), booleans({1}, {true})}), InputError);
  EXPECT_THROW(run(ops::pow(), {i64({1}, {1}), i64({1}, {1})}), InputError);
  EXPECT_THROW(run(ops::add(), {f64({1}, {1})}), InputError);
}

TEST(IntegerArithmetic, division_truncates) {
  EXPECT_TRUE(
      near(run(ops::div(), {i64({4}, {7, -7, 7, -7}), i64({4}, {2, 2, -2, -2})}), i64({4}, {3, -3, -3, 3})));
}

TEST(IntegerArithmetic, refuses_division_by_zero) {
  EXPECT_THROW(run(ops::div(), {i64({2}, {1, 2}), i64({2}, {1, 0})}), InputError);
  EXPECT_TRUE(near(run(ops::div(), {f64({1}, {1}), f64({1}, {0})}), f64({1}, {kInf})));
}

TEST(IntegerArithmetic, wraps_around) {
  const Tensor lowest = i64({}, {kLowest}), minus_one = i64({}, {-1});
  const Tensor highest = i64({}, {std::numeric_limits<std::int64_t>::max()});
  EXPECT_EQ(run(ops::add(), {lowest, minus_one}).data<std::int64_t>()[0], highest.data<std::int64_t>()[0]);
  EXPECT_EQ(run(ops::sub(), {highest, minus_one}).data<std::int64_t>()[0], kLowest);
  EXPECT_EQ(run(ops::mul(), {lowest, minus_one}).data<std::int64_t>()[0], kLowest);
  EXPECT_EQ(run(ops::div(), {lowest, minus_one}).data<std::int64_t>()[0], kLowest);
  EXPECT_EQ(run(ops::neg(), {lowest}).data<std::int64_t>()[0], kLowest);
  EXPECT_EQ(run(ops::abs(), {lowest}).data<std::int64_t>()[0], kLowest);
}

TEST(IntegerArithmetic, wraps_around_in_sums_of_many) {
  const std::int64_t highest = std::numeric_limits<std::int64_t>::max();
  const Tensor row = i64({1, 2}, {highest, 1}), column = i64({2, 1}, {2, 2});
  EXPECT_EQ(run(ops::reduce_sum(), {row}, {{"axes", "1"}}).data<std::int64_t>()[0], kLowest);
  EXPECT_EQ(run(ops::mat_mul(), {row, column}).data<std::int64_t>()[0], 0);
}

TEST(Neg, of_floating_and_integers) {
  EXPECT_TRUE(near(run(ops::neg(), {f64({2}, {1.5, -2})}), f64({2}, {-1.5, 2})));
  EXPECT_TRUE(near(run(ops::neg(), {i64({2}, {3, -4})}), i64({2}, {-3, 4})));
  EXPECT_THROW(run(ops::neg(), {booleans({1}, {true})}), InputError);
}

TEST(Abs, of_floating_and_integers) {
  EXPECT_TRUE(near(run(ops::abs(), {f64({4}, {1.5, -2, kNan, -kInf})}), f64({4}, {1.5, 2, kNan, kInf})));
  EXPECT_FALSE(std::signbit(run(ops::abs(), {f64({1}, {-0.0})}).data<double>()[0]));
  EXPECT_TRUE(near(run(ops::abs(), {i64({2}, {3, -4})}), i64({2}, {3, 4})));
}

TEST(Abs, has_derivative_zero_at_zero) {
  EXPECT_TRUE(
      near(run(ops::abs_gradient(), {f64({3}, {5, 5, 5}), f64({3}, {-2, 0, 3})}), f64({3}, {-5, 0, 5})));
}

TEST(Pow, of_edge_values) {
  EXPECT_TRUE(near(run(ops::pow(), {f64({5}, {2, -3, 4, 0, -2}), f64({5}, {3, 2, 0.5, 0, 0.5})}),
                   f64({5}, {8, 9, 2, 1, kNan})));
  EXPECT_TRUE(near(run(ops::pow(), {f32({3}, {1, 2, 3}), f32({}, {3})}), f32({3}, {1, 8, 27})));
}

TEST(Pow, has_finite_derivatives_at_zero) {
  const Tensor a = f64({4}, {0, 0, 0, -3}), b = f64({4}, {0, 1, 2, 2});
  EXPECT_TRUE(near(run(ops::pow_base_derivative(), {a, b}), f64({4}, {0, 1, 0, -6})));
  EXPECT_TRUE(
      near(run(ops::pow_exponent_derivative(), {f64({2}, {0, 0}), f64({2}, {0, 2})}), f64({2}, {0, 0})));
  EXPECT_TRUE(near(run(ops::pow_base_derivative(), {f64({2}, {-2, -3}), f64({2}, {3, -1})}),
                   f64({2}, {12, -1.0 / 9})));
}

TEST(Max, keeps_a_nan_from_either_side) {
  EXPECT_TRUE(near(run(ops::max(), {f64({4}, {1, kNan, 2, -3}), f64({4}, {0, 1, kNan, -2})}),
                   f64({4}, {1, kNan, kNan, -2})));
  EXPECT_TRUE(near(run(ops::min(), {f64({4}, {1, kNan, 2, -3}), f64({4}, {0, 1, kNan, -2})}),
                   f64({4}, {0, kNan, kNan, -3})));
}

TEST(Max, of_integers_and_unequal_shapes) {
  EXPECT_TRUE(
      near(run(ops::max(), {i64({2, 1}, {0, 5}), i64({3}, {-1, 3, 9})}), i64({2, 3}, {0, 3, 9, 5, 5, 9})));
  EXPECT_TRUE(
      near(run(ops::min(), {i64({2, 1}, {0, 5}), i64({3}, {-1, 3, 9})}), i64({2, 3}, {-1, 0, 0, -1, 3, 5})));
}

TEST(Max, gives_half_of_the_gradient_to_each_of_a_tie) {
  const Tensor dy = f64({3}, {10, 10, 10}), a = f64({3}, {1, 2, 3}), b = f64({}, {2});
  EXPECT_TRUE(near(run(ops::max_gradient(), {dy, a, b}), f64({3}, {0, 5, 10})));
  EXPECT_TRUE(near(run(ops::max_gradient(), {dy, b, a}), f64({3}, {10, 5, 0})));
  EXPECT_TRUE(near(run(ops::min_gradient(), {dy, a, b}), f64({3}, {10, 5, 0})));
  EXPECT_THROW(run(ops::max_gradient(), {b, a, b}), InputError);
}

}  // namespace
}  // namespace fovea::test
