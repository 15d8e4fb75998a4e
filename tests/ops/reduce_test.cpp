#include "ops/reduce_max.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/run.hpp"

#include <limits>

namespace fovea::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Reduce, over_each_axis) {
  const Tensor x = f64({2, 3}, {1, 2, 6, 4, 5, 0});
  EXPECT_TRUE(near(run(ops::reduce_sum(), {x}, {{"axes", "0"}}), f64({1, 3}, {5, 7, 6})));
  EXPECT_TRUE(near(run(ops::reduce_mean(), {x}, {{"axes", "1"}}), f64({2, 1}, {3, 3})));
  EXPECT_TRUE(near(run(ops::reduce_mean(), {x}, {{"axes", "1"}, {"keep_dims", "0"}}), f64({2}, {3, 3})));
  EXPECT_TRUE(near(run(ops::reduce_max(), {x}, {{"axes", "0"}}), f64({1, 3}, {4, 5, 6})));
  EXPECT_TRUE(near(run(ops::reduce_max(), {x}, {{"axes", "0,1"}, {"keep_dims", "0"}}), f64({}, {6})));
  EXPECT_TRUE(near(run(ops::reduce_max(), {x}), x));
}

TEST(Reduce, over_axes_apart) {
  const Tensor x = f64({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_TRUE(near(run(ops::reduce_sum(), {x}, {{"axes", "0,2"}}), f64({1, 2, 1}, {14, 22})));
  EXPECT_TRUE(
      near(run(ops::reduce_mean(), {x}, {{"axes", "0,2"}, {"keep_dims", "0"}}), f64({2}, {3.5, 5.5})));
}

TEST(Reduce, refuses_axes_that_do_not_fit) {
  const Tensor x = f64({2, 1}, {1, 2});
  for (const char* axes : {"2", "-1", "0,0", "1,0"})
    EXPECT_THROW(run(ops::reduce_mean(), {x}, {{"axes", axes}}), InputError) << axes;
  EXPECT_THROW(run(ops::reduce_mean(), {i64({1}, {1})}, {{"axes", "0"}}), InputError);
}

TEST(ReduceMean, of_nothing_is_nan) {
  EXPECT_TRUE(near(run(ops::reduce_mean(), {f64({2, 0}, {})}, {{"axes", "1"}}), f64({2, 1}, {kNan, kNan})));
}

TEST(ReduceMax, keeps_a_nan_and_infinities) {
  EXPECT_TRUE(near(run(ops::reduce_max(), {f64({3, 3}, {1, kNan, 2, -kInf, -kInf, -kInf, 0, kInf, kNan})},
                       {{"axes", "1"}}),
                   f64({3, 1}, {kNan, -kInf, kNan})));
  EXPECT_TRUE(near(run(ops::reduce_max(), {i64({3}, {-4, -2, -9})}, {{"axes", "0"}}), i64({1}, {-2})));
}

TEST(ReduceMax, shares_the_gradient_among_ties) {
  const Tensor x = f64({2, 3}, {5, 1, 5, 2, 3, 1}), y = f64({2, 1}, {5, 3}), dy = f64({2, 1}, {10, 20});
  EXPECT_TRUE(
      near(run(ops::reduce_max_gradient(), {dy, x, y}, {{"axes", "1"}}), f64({2, 3}, {5, 0, 5, 0, 20, 0})));
  EXPECT_THROW(run(ops::reduce_max_gradient(), {dy, x, y}, {{"axes", "0"}}), InputError);
}

}  // namespace
}  // namespace fovea::test
