#include "ops/softmax.hpp"

#include "ops/log_softmax.hpp"
#include "ops/run.hpp"

#include <cmath>
#include <limits>

namespace fovea::test {
namespace {

TEST(Softmax, of_large_values) {
  EXPECT_TRUE(
      near(run(ops::softmax(), {f64({2, 2}, {1000, 1000, -1000, 1000})}), f64({2, 2}, {0.5, 0.5, 0, 1})));
  EXPECT_TRUE(near(run(ops::softmax(), {f32({1, 3}, {-1e30F, 0, -std::numeric_limits<float>::infinity()})}),
                   f32({1, 3}, {0, 1, 0})));
  EXPECT_TRUE(near(run(ops::log_softmax(), {f64({2, 2}, {1000, 1000, -1000, 1000})}),
                   f64({2, 2}, {-std::log(2), -std::log(2), -2000, 0})));
}

TEST(Softmax, along_any_axis) {
  const double l2 = std::log(2), l3 = std::log(3);
  const Tensor x = f64({2, 2, 1}, {0, l2, l3, 0});
  EXPECT_TRUE(
      near(run(ops::softmax(), {x}, {{"axis", "0"}}), f64({2, 2, 1}, {0.25, 2.0 / 3, 0.75, 1.0 / 3})));
  EXPECT_TRUE(
      near(run(ops::softmax(), {x}, {{"axis", "1"}}), f64({2, 2, 1}, {1.0 / 3, 2.0 / 3, 0.75, 0.25})));
  EXPECT_TRUE(near(run(ops::softmax(), {x}, {{"axis", "2"}}), f64({2, 2, 1}, {1, 1, 1, 1})));
  EXPECT_TRUE(near(run(ops::log_softmax(), {x}, {{"axis", "0"}}),
                   f64({2, 2, 1}, {-2 * l2, l2 - l3, l3 - 2 * l2, -l3})));
}

TEST(Softmax, refuses_an_axis_outside) {
  EXPECT_THROW(run(ops::softmax(), {f64({2}, {1, 2})}, {{"axis", "1"}}), InputError);
  EXPECT_THROW(run(ops::log_softmax(), {f64({2}, {1, 2})}, {{"axis", "-1"}}), InputError);
  EXPECT_THROW(run(ops::softmax(), {i64({1, 2}, {1, 2})}), InputError);
  EXPECT_THROW(run(ops::softmax_gradient(), {f64({1, 2}, {1, 2}), f64({2, 1}, {1, 2})}), InputError);
}

TEST(Softmax, gradient_by_hand) {
  EXPECT_TRUE(near(run(ops::softmax_gradient(), {f64({1, 2}, {1, 0}), f64({1, 2}, {0.25, 0.75})}),
                   f64({1, 2}, {0.1875, -0.1875})));
  EXPECT_TRUE(near(
      run(ops::log_softmax_gradient(), {f64({1, 2}, {1, 0}), f64({1, 2}, {std::log(0.25), std::log(0.75)})}),
      f64({1, 2}, {0.75, -0.75})));
}

}  // namespace
}  // namespace fovea::test
