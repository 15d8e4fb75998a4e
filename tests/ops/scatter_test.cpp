#include "ir/gradient_context.hpp"
#include "ops/arg_max.hpp"
#include "ops/functions.hpp"
#include "ops/interpolate.hpp"
#include "ops/scatter.hpp"
#include "ops/top_k.hpp"
#include "run.hpp"

#include <limits>

namespace fovea::test {
namespace {

Tensor integers(Shape shape, const std::vector<std::int64_t>& values) {
  return Tensor::from<std::int64_t>(std::move(shape), values);
}

TEST(Scatter, goes_through_updates_in_order) {
  const Tensor x = f64({3, 1}, {1, 2, 3}), at = integers({3}, {0, -1, 0}), u = f64({3, 1}, {5, 6, 7});
  EXPECT_TRUE(near(run(ops::scatter(), {x, at, u}), f64({3, 1}, {7, 2, 6})));
  EXPECT_TRUE(near(run(ops::scatter(), {x, at, u}, {{"reduction", "add"}}), f64({3, 1}, {13, 2, 9})));
  EXPECT_TRUE(near(run(ops::scatter(), {x, at, u}, {{"reduction", "mul"}}), f64({3, 1}, {35, 2, 18})));
  EXPECT_TRUE(near(run(ops::scatter(), {x, at, u}, {{"reduction", "min"}}), f64({3, 1}, {1, 2, 3})));
}

TEST(Scatter, rejects_what_does_not_fit) {
  const Tensor x = f64({3, 1}, {1, 2, 3}), u = f64({1, 1}, {5});
  EXPECT_THROW(run(ops::scatter(), {x, integers({1}, {3}), u}), InputError);
  EXPECT_THROW(run(ops::scatter(), {x, integers({2}, {0, 1}), u}), InputError);
  EXPECT_THROW(run(ops::scatter(), {x, integers({1}, {0}), u}, {{"reduction", "median"}}), InputError);
}

TEST(Interpolate, weighs_the_elements_it_names) {
  const Tensor x = f64({1, 3, 1}, {1, 10, 100}), at = integers({2, 2}, {0, 1, 2, 2});
  const Tensor weights = f64({2, 2}, {0.5, 0.25, 1, -0.5});
  EXPECT_TRUE(near(run(ops::interpolate(), {x, at, weights}, {{"axis", "1"}}), f64({1, 2, 1}, {3, 50})));
  EXPECT_THROW(run(ops::interpolate(), {x, integers({2, 2}, {0, 1, 2, 3}), weights}, {{"axis", "1"}}),
               InputError);
}

TEST(ArgMax, takes_the_first_of_equals_or_the_last) {
  const Tensor x = f64({2, 3}, {1, 4, 4, 7, 7, 2});
  EXPECT_TRUE(near(run(ops::arg_max(), {x}, {{"axis", "1"}}), integers({2, 1}, {1, 0})));
  EXPECT_TRUE(near(run(ops::arg_max(), {x}, {{"axis", "1"}, {"last", "1"}, {"keep_dims", "0"}}),
                   integers({2}, {2, 1})));
}

TEST(TopK, puts_the_first_of_equals_first_and_nans_last) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = f64({2, 4}, {4, nan, 4, 7, 1, 2, nan, 1});
  EXPECT_TRUE(
      near(run(ops::top_k(), {x}, {{"axis", "1"}, {"k", "4"}}), integers({2, 4}, {3, 0, 2, 1, 1, 0, 3, 2})));
  EXPECT_TRUE(near(run(ops::top_k(), {x}, {{"axis", "1"}, {"k", "3"}, {"largest", "0"}}),
                   integers({2, 3}, {0, 2, 3, 0, 3, 1})));
  EXPECT_TRUE(near(run(ops::top_k(), {integers({3, 1, 2}, {5, 1, 6, 1, 7, 0})}, {{"axis", "0"}, {"k", "2"}}),
                   integers({2, 1, 2}, {2, 0, 1, 1})));
  EXPECT_THROW(run(ops::top_k(), {x}, {{"axis", "1"}, {"k", "5"}}), InputError);
  EXPECT_THROW(run(ops::top_k(), {x}, {{"axis", "1"}, {"k", "0"}}), InputError);
}

TEST(RoundStraightThrough, rounds_halves_to_even_and_passes_gradients_as_they_are) {
  EXPECT_TRUE(
      near(run(ops::round_straight_through(), {f64({4}, {-1.5, 0.5, 1.5, 2.4})}), f64({4}, {-2, 0, 2, 2})));
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", {DType::F64, {2}}),
                    dy = graph.add_input("dy", {DType::F64, {2}});
  const ir::Node node = graph.add_node(ops::round_straight_through(), {}, {x}, "round");
  ir::GradientContext context(graph, node, {dy}, {true});
  EXPECT_EQ(ops::round_straight_through().gradient.rule(context), std::vector<ir::ValueId>({dy}));
}

}  // namespace
}  // namespace fovea::test
