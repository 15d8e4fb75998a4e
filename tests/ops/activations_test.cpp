#include "ops/functions.hpp"
#include "ops/prelu.hpp"
#include "ops/run.hpp"

#include <cmath>
#include <limits>

namespace fovea::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Relu, keeps_a_nan) {
  EXPECT_TRUE(near(run(ops::relu(), {f64({4}, {-1, 0, 2, kNan})}), f64({4}, {0, 0, 2, kNan})));
  EXPECT_TRUE(
      near(run(ops::relu_gradient(), {f64({3}, {7, 7, 7}), f64({3}, {0, 2, 0})}), f64({3}, {0, 7, 0})));
}

TEST(Relu, refuses_integers) {
  EXPECT_THROW(run(ops::relu(), {i64({1}, {1})}), InputError);
}

TEST(LeakyRelu, scales_negative_values) {
  EXPECT_TRUE(near(run(ops::leaky_relu(), {f64({4}, {-10, 0, 2, kNan})}), f64({4}, {-0.1, 0, 2, kNan})));
  EXPECT_TRUE(near(run(ops::leaky_relu(), {f32({2}, {-10, 3})}, {{"alpha", "0.5"}}), f32({2}, {-5, 3})));
  EXPECT_TRUE(
      near(run(ops::leaky_relu_gradient(), {f64({3}, {4, 4, 4}), f64({3}, {-1, 0, 1})}, {{"alpha", "0.5"}}),
           f64({3}, {2, 2, 4})));
}

TEST(PRelu, has_one_slope_for_each_channel) {
  const Tensor x = f64({1, 2, 1, 2}, {-1, 2, -3, -4}), slope = f64({2, 1, 1}, {0.5, 0.1});
  EXPECT_TRUE(near(run(ops::prelu(), {x, slope}), f64({1, 2, 1, 2}, {-0.5, 2, -0.3, -0.4})));
  const Tensor dy = f64({1, 2, 1, 2}, {10, 10, 10, 10});
  EXPECT_TRUE(near(run(ops::prelu_gradient(), {dy, x, slope}), f64({1, 2, 1, 2}, {5, 10, 1, 1})));
}

TEST(PRelu, refuses_a_slope_that_is_larger_than_x) {
  EXPECT_THROW(run(ops::prelu(), {f64({2}, {1, 2}), f64({3, 1}, {1, 2, 3})}), InputError);
  EXPECT_THROW(run(ops::prelu(), {f64({2}, {1, 2}), f32({1}, {1})}), InputError);
}

TEST(Clip, at_its_bounds) {
  const ir::AttributeText six = {{"min", "0"}, {"max", "6"}};
  const Tensor x = f64({6}, {-1, 0, 3, 6, 7, kNan});
  EXPECT_TRUE(near(run(ops::clip(), {x}, six), f64({6}, {0, 0, 3, 6, 6, kNan})));
  EXPECT_TRUE(
      near(run(ops::clip_gradient(), {f64({6}, {1, 1, 1, 1, 1, 1}), x}, six), f64({6}, {0, 1, 1, 1, 0, 0})));
}

TEST(Clip, leaves_everything_without_bounds) {
  EXPECT_TRUE(near(run(ops::clip(), {f32({3}, {-1e30F, 0, 1e30F})}), f32({3}, {-1e30F, 0, 1e30F})));
  EXPECT_EQ(run(ops::clip(), {f64({1}, {-kInf})}).data<double>()[0], -kInf);
}

TEST(Clip, gives_the_upper_bound_where_bounds_cross) {
  EXPECT_TRUE(
      near(run(ops::clip(), {f64({3}, {-9, 1, 9})}, {{"min", "2"}, {"max", "-2"}}), f64({3}, {-2, -2, -2})));
}

TEST(Sigmoid, is_stable) {
  EXPECT_TRUE(near(run(ops::sigmoid(), {f64({5}, {-1000, -1, 0, 1, 1000})}),
                   f64({5}, {0, 0.2689414213699951, 0.5, 0.7310585786300049, 1}), 1e-12));
  EXPECT_TRUE(near(run(ops::sigmoid(), {f32({3}, {-1000, 1000, -1e30F})}), f32({3}, {0, 1, 0})));
  EXPECT_TRUE(near(run(ops::sigmoid(), {f64({1}, {kNan})}), f64({1}, {kNan})));
  EXPECT_GT(run(ops::sigmoid(), {f64({1}, {-700})}).data<double>()[0], 0);
}

TEST(Softplus, is_stable) {
  EXPECT_TRUE(
      near(run(ops::softplus(), {f64({4}, {-1000, 0, 1000, kNan})}), f64({4}, {0, std::log(2), 1000, kNan})));
  EXPECT_TRUE(near(run(ops::softplus_gradient(), {f64({3}, {1, 1, 1}), f64({3}, {-1000, 0, 1000})}),
                   f64({3}, {0, 0.5, 1})));
}

TEST(Tanh, of_large_values) {
  EXPECT_TRUE(
      near(run(ops::tanh(), {f64({4}, {-1000, 0, 0.5, 1000})}), f64({4}, {-1, 0, 0.46211715726, 1}), 1e-10));
}

TEST(HardSigmoid, at_its_bounds) {
  EXPECT_TRUE(
      near(run(ops::hard_sigmoid(), {f64({6}, {-9, -2.5, 0, 1, 2.5, 9})}), f64({6}, {0, 0, 0.5, 0.7, 1, 1})));
  EXPECT_TRUE(near(run(ops::hard_sigmoid_gradient(), {f64({3}, {1, 1, 1}), f64({3}, {0, 0.5, 1})}),
                   f64({3}, {0, 0.2, 0})));
}

TEST(HardSwish, at_its_bounds) {
  const Tensor x = f64({6}, {-9, -3, -1.5, 0, 3, 9});
  EXPECT_TRUE(near(run(ops::hard_swish(), {x}), f64({6}, {0, 0, -0.375, 0, 3, 9})));
  EXPECT_TRUE(near(run(ops::hard_swish_gradient(), {f64({6}, {1, 1, 1, 1, 1, 1}), x}),
                   f64({6}, {0, 0, 0, 0.5, 1, 1})));
}

TEST(Elu, of_negative_values) {
  EXPECT_TRUE(near(run(ops::elu(), {f64({3}, {-1000, -1, 2})}, {{"alpha", "2"}}),
                   f64({3}, {-2, 2 * (std::exp(-1) - 1), 2}), 1e-12));
}

TEST(Erf, of_known_values) {
  EXPECT_TRUE(near(run(ops::erf(), {f64({4}, {-kInf, 0, 0.5, 2})}),
                   f64({4}, {-1, 0, 0.5204998778, 0.9953222650}), 1e-9));
}

TEST(Exponentials, of_edge_values) {
  EXPECT_TRUE(near(run(ops::exp(), {f64({4}, {0, 1, -kInf, kInf})}), f64({4}, {1, std::exp(1), 0, kInf})));
  EXPECT_TRUE(near(run(ops::log(), {f64({4}, {1, 0, -1, kInf})}), f64({4}, {0, -kInf, kNan, kInf})));
  EXPECT_TRUE(near(run(ops::sqrt(), {f64({4}, {4, 0, -1, kInf})}), f64({4}, {2, 0, kNan, kInf})));
  EXPECT_TRUE(near(run(ops::reciprocal(), {f64({3}, {4, 0, -kInf})}), f64({3}, {0.25, kInf, 0})));
}

TEST(Rounding, of_halves_and_negative_values) {
  const Tensor x = f64({6}, {-1.5, -0.5, 0.5, 1.5, 2.5, 2.7});
  EXPECT_TRUE(near(run(ops::floor(), {x}), f64({6}, {-2, -1, 0, 1, 2, 2})));
  EXPECT_TRUE(near(run(ops::ceil(), {x}), f64({6}, {-1, 0, 1, 2, 3, 3})));
  EXPECT_TRUE(near(run(ops::round(), {x}), f64({6}, {-2, 0, 0, 2, 2, 3})));
}

TEST(Unary, gradients_refuse_operands_of_two_shapes) {
  EXPECT_THROW(run(ops::tanh_gradient(), {f64({2}, {1, 2}), f64({1}, {1})}), InputError);
}

}  // namespace
}  // namespace fovea::test
