#include "ops/fused_pointwise.hpp"

#include "ops/functions.hpp"
#include "ops/mul.hpp"
#include "ops/table.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

Tensor filled(const Shape& shape, std::vector<double> values) {
  Tensor tensor(DType::F64, shape);
  std::copy(values.begin(), values.end(), tensor.data<double>().begin());
  return tensor;
}

std::vector<ops::PointwiseStep> parsed(const std::string& text) {
  std::vector<ops::PointwiseStep> steps;
  ops::parse_field(text, steps);
  return steps;
}

TEST(PointwiseSteps, are_read_as_they_are_written) {
  const std::vector<ops::PointwiseStep> steps = {
      {&ops::clip(), ops::ClipAttributes{.min = -0.5, .max = 6}, {0}}, {&ops::mul(), {}, {2, 1}}};
  const std::string text = ops::print_field(steps);
  EXPECT_EQ(text, "Clip{min=-0.5,max=6}(0);Mul(2,1)");
  EXPECT_EQ(ops::print_field(parsed(text)), text);
  EXPECT_TRUE(parsed("").empty());
}

TEST(PointwiseSteps, refuse_what_is_no_list_of_them) {
  for (const char* text : {"Mul", "Mul(0", "Mul(0,1)Mul(0,1)", "Nothing(0)", "Clip{min}(0)", "Clip{min=0(0)",
                           "Mul(zero,1)", ";"})
    EXPECT_THROW(parsed(text), InputError) << text;
}

TEST(FusedPointwise, gives_the_values_that_are_asked_for) {
  const Tensor x = filled({2, 2}, {-1, 0, 2, 9}), row = filled({2}, {10, 100});
  const std::vector<Tensor> results =
      ops::evaluate(ops::fused_pointwise(),
                    ops::FusedPointwiseAttributes{.steps = parsed("Clip{min=0,max=6}(0);Mul(2,1);Neg(3)"),
                                                  .results = {2, 4}},
                    std::vector{x, row});
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(std::vector<double>(results[0].data<double>().begin(), results[0].data<double>().end()),
            (std::vector<double>{0, 0, 2, 6}));
  EXPECT_EQ(std::vector<double>(results[1].data<double>().begin(), results[1].data<double>().end()),
            (std::vector<double>{0, 0, -20, -600}));
}

TEST(FusedPointwise, refuses_numbers_of_values_that_do_not_exist) {
  const std::vector x = {filled({2}, {1, 2})};
  const auto run = [&](const char* steps, std::vector<std::int64_t> results) {
    ops::evaluate(ops::fused_pointwise(), ops::FusedPointwiseAttributes{parsed(steps), std::move(results)},
                  x);
  };
  EXPECT_THROW(run("Neg(1)", {1}), InputError);
  EXPECT_THROW(run("Neg(-1)", {1}), InputError);
  EXPECT_THROW(run("Neg(0)", {2}), InputError);
  EXPECT_THROW(run("Neg(0)", {}), InputError);
}

}  // namespace
}  // namespace fovea::test
