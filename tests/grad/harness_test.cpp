#include "ir/gradient_context.hpp"
#include "ops/expand.hpp"
#include "ops/functions.hpp"
#include "ops/unary.hpp"
#include "support/gradient_check.hpp"
#include "support/tensors.hpp"

namespace fovea::test {
namespace {

/// A problem of Relu's kernel with a gradient rule of one's own.
testing::AssertionResult check_relu_with(ir::Gradient::Rule rule) {
  const ir::Operator op{"Broken", {"x"}, ops::relu().infer, ops::relu().kernel, rule};
  Problem problem = parse_problem("Relu x=2x3x5");
  problem.op = &op;
  return check_gradient(problem);
}

TEST(GradientCheck, finds_a_wrong_rule) {
  EXPECT_TRUE(check_relu_with(ops::relu().gradient.rule));
  EXPECT_FALSE(check_relu_with([](ir::GradientContext& c) -> std::vector<ir::ValueId> { return {c.dy()}; }));
  EXPECT_FALSE(
      check_relu_with([](ir::GradientContext&) -> std::vector<ir::ValueId> { return {ir::kNoValue}; }));
  EXPECT_FALSE(check_relu_with([](ir::GradientContext& c) -> std::vector<ir::ValueId> {
    return {c.emit(ops::neg(), {ops::relu().gradient.rule(c).front()})};
  }));
}

TEST(GradientCheck, refuses_a_rule_of_another_shape) {
  EXPECT_THROW(check_relu_with([](ir::GradientContext& c) -> std::vector<ir::ValueId> {
                 return {c.emit(ops::expand(), {c.dy()}, ops::ExpandAttributes{.shape = {1, 2, 3, 5}})};
               }),
               InputError);
  EXPECT_THROW(check_relu_with([](ir::GradientContext&) -> std::vector<ir::ValueId> { return {}; }),
               InputError);
}

TEST(Problem, reads_operands_and_attributes) {
  const Problem p = parse_problem("Conv x=1x3x9x7 w=4x3x3x3:const b=4:positive:const strides=2,1");
  ASSERT_EQ(p.operands.size(), 3U);
  EXPECT_EQ(p.op->name, "Conv");
  EXPECT_EQ(p.operands[0].value.shape(), Shape({1, 3, 9, 7}));
  EXPECT_FALSE(p.operands[0].constant);
  EXPECT_TRUE(p.operands[2].constant);
  EXPECT_EQ(p.attributes.text().front(), (std::pair<std::string, std::string>("strides", "[2,1]")));
  for (double value : p.operands[2].value.data<double>())
    EXPECT_TRUE(value >= 0.5 && value <= 2);
}

TEST(Problem, leaves_operands_absent) {
  const Problem p = parse_problem("Where condition=3:bool b=scalar:index4");
  ASSERT_EQ(p.operands.size(), 3U);
  EXPECT_EQ(p.operands[0].value.dtype(), DType::Bool);
  EXPECT_TRUE(p.operands[1].value.empty());
  EXPECT_EQ(p.operands[2].value.dtype(), DType::I64);
  EXPECT_EQ(p.operands[2].value.shape(), Shape());
}

TEST(Problem, is_the_same_each_time) {
  const char* text = "Add a=2x3 b=3";
  EXPECT_TRUE(near(parse_problem(text).values()[0], parse_problem(text).values()[0], 0));
  EXPECT_FALSE(near(parse_problem(text).values()[0], parse_problem("Add a=2x3 b=1").values()[0], 0));
}

TEST(Problem, refuses_what_it_does_not_know) {
  for (const char* text :
       {"", "Nothing x=1", "Relu x=1 y=2", "Relu x=1:odd", "Relu x=1xa", "Relu x", "Clip x=1 min=a"})
    EXPECT_THROW(parse_problem(text), InputError) << text;
}

}  // namespace
}  // namespace fovea::test
