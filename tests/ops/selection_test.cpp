#include "ops/cast.hpp"
#include "ops/comparison.hpp"
#include "ops/run.hpp"
#include "ops/where.hpp"

#include "ir/gradient_context.hpp"

#include <limits>

namespace fovea::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Comparison, of_floating_values) {
  const Tensor a = f64({4}, {1, 2, 3, kNan}), b = f64({4}, {2, 2, 2, kNan});
  EXPECT_TRUE(near(run(ops::equal(), {a, b}), booleans({4}, {false, true, false, false})));
  EXPECT_TRUE(near(run(ops::greater(), {a, b}), booleans({4}, {false, false, true, false})));
  EXPECT_TRUE(near(run(ops::greater_or_equal(), {a, b}), booleans({4}, {false, true, true, false})));
  EXPECT_TRUE(near(run(ops::less(), {a, b}), booleans({4}, {true, false, false, false})));
  EXPECT_TRUE(near(run(ops::less_or_equal(), {a, b}), booleans({4}, {true, true, false, false})));
}

TEST(Comparison, stretches_both_operands) {
  EXPECT_TRUE(near(run(ops::less(), {i64({2, 1}, {1, 2}), i64({2}, {2, 1})}),
                   booleans({2, 2}, {true, false, false, false})));
  EXPECT_TRUE(near(run(ops::equal(), {booleans({2}, {true, false}), booleans({}, {false})}),
                   booleans({2}, {false, true})));
}

TEST(Comparison, refuses_two_element_types) {
  EXPECT_THROW(run(ops::equal(), {i64({1}, {1}), f64({1}, {1})}), InputError);
}

TEST(Logic, truth_tables) {
  const Tensor a = booleans({2, 1}, {false, true}), b = booleans({2}, {false, true});
  EXPECT_TRUE(near(run(ops::logical_and(), {a, b}), booleans({2, 2}, {false, false, false, true})));
  EXPECT_TRUE(near(run(ops::logical_or(), {a, b}), booleans({2, 2}, {false, true, true, true})));
  EXPECT_TRUE(near(run(ops::logical_not(), {b}), booleans({2}, {true, false})));
}

TEST(Logic, refuses_numbers) {
  EXPECT_THROW(run(ops::logical_and(), {i64({1}, {1}), i64({1}, {1})}), InputError);
  EXPECT_THROW(run(ops::logical_or(), {booleans({1}, {true}), i64({1}, {1})}), InputError);
  EXPECT_THROW(run(ops::logical_not(), {f64({1}, {1})}), InputError);
}

TEST(Where, chooses_by_element) {
  EXPECT_TRUE(
      near(run(ops::where(), {booleans({3}, {true, false, true}), f32({3}, {1, 2, 3}), f32({3}, {4, 5, 6})}),
           f32({3}, {1, 5, 3})));
}

TEST(Where, stretches_all_three) {
  EXPECT_TRUE(
      near(run(ops::where(), {booleans({2, 1, 1}, {true, false}), i64({2, 1}, {1, 2}), i64({2}, {7, 8})}),
           i64({2, 2, 2}, {1, 1, 2, 2, 7, 8, 7, 8})));
  EXPECT_TRUE(near(run(ops::where(), {booleans({}, {false}), f64({2}, {kNan, kNan}), f64({}, {0})}),
                   f64({2}, {0, 0})));
}

TEST(Where, refuses_operands_that_do_not_fit) {
  const Tensor yes = booleans({1}, {true}), x = f64({1}, {1});
  EXPECT_THROW(run(ops::where(), {x, x, x}), InputError);
  EXPECT_THROW(run(ops::where(), {yes, x, i64({1}, {1})}), InputError);
  EXPECT_THROW(run(ops::where(), {booleans({2}, {true, true}), f64({3}, {1, 2, 3}), x}), InputError);
}

TEST(Cast, truncates_towards_zero) {
  EXPECT_TRUE(
      near(run(ops::cast(), {f64({4}, {1.9, -1.9, 0.5, -0.5})}, {{"to", "i64"}}), i64({4}, {1, -1, 0, 0})));
  EXPECT_TRUE(near(run(ops::cast(), {f32({3}, {0, 0.5F, -2})}, {{"to", "bool"}}),
                   booleans({3}, {false, true, true})));
  EXPECT_TRUE(near(run(ops::cast(), {booleans({2}, {false, true})}, {{"to", "f32"}}), f32({2}, {0, 1})));
  EXPECT_TRUE(near(run(ops::cast(), {i64({1}, {3})}, {{"to", "f64"}}), f64({1}, {3})));
}

TEST(Cast, takes_the_nearest_integer_in_range) {
  using Limits = std::numeric_limits<std::int64_t>;
  const Tensor y = run(ops::cast(), {f64({4}, {kInf, -kInf, kNan, 1e300})}, {{"to", "i64"}});
  const auto found = y.data<std::int64_t>();
  EXPECT_EQ(found[0], Limits::max());
  EXPECT_EQ(found[1], Limits::lowest());
  EXPECT_EQ(found[2], 0);
  EXPECT_EQ(found[3], Limits::max());
  EXPECT_TRUE(near(run(ops::cast(), {f32({1}, {-1e20F})}, {{"to", "i32"}}).cast(DType::I64),
                   i64({1}, {-2147483648})));
}

TEST(Cast, passes_gradients_between_floating_types_only) {
  auto gradient = [](DType to) {
    ir::Graph graph;
    const ir::ValueId x = graph.add_input("x", {DType::F32, Shape{2}});
    const ir::Node node = graph.add_node(ops::cast(), ops::CastAttributes{.to = to}, {x}, "cast");
    const ir::ValueId dy = graph.add_input("dy", {is_floating(to) ? to : DType::F32, Shape{2}});
    ir::GradientContext context(graph, node, {dy}, {true});
    const ir::ValueId dx = ops::cast().gradient.rule(context).front();
    return dx == ir::kNoValue ? ir::TensorType{DType::Bool, {}} : graph.type(dx);
  };
  EXPECT_EQ(gradient(DType::F64), (ir::TensorType{DType::F32, {2}}));
  EXPECT_EQ(gradient(DType::I64), (ir::TensorType{DType::Bool, {}}));
}

}  // namespace
}  // namespace fovea::test
