#include "grad/problems.hpp"
#include "ops/functions.hpp"
#include "ops/table.hpp"
#include "support/gradient_check.hpp"
#include "support/tensors.hpp"

#include <algorithm>

namespace fovea::test {
namespace {

class OperatorGradient : public testing::TestWithParam<const char*> {};

TEST_P(OperatorGradient, agrees_with_central_differences) {
  EXPECT_TRUE(check_gradient(parse_problem(GetParam())));
}

TEST_P(OperatorGradient, belongs_to_a_kernel_that_works_in_single_precision) {
  const Problem problem = parse_problem(GetParam());
  const auto wide = ops::evaluate(*problem.op, problem.attributes, problem.values(DType::F64));
  const auto single = ops::evaluate(*problem.op, problem.attributes, problem.values(DType::F32));
  ASSERT_EQ(wide.size(), single.size());
  for (std::size_t i = 0; i < wide.size(); ++i)
    EXPECT_TRUE(near(single[i].cast(wide[i].dtype()), wide[i], 2e-5)) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(problems, OperatorGradient, testing::ValuesIn(kProblems));

/// Whose rules are no derivatives, on purpose; tests/ops has their own tests.
bool is_estimator(const ir::Operator* op) {
  return op == &ops::round_straight_through();
}

TEST(OperatorTable, every_gradient_rule_has_a_problem) {
  for (const ir::Operator* op : ops::table()) {
    if (is_estimator(op))
      continue;
    const bool found = std::any_of(kProblems.begin(), kProblems.end(), [&](const std::string& text) {
      return text.substr(0, text.find(' ')) == op->name;
    });
    EXPECT_EQ(found, op->gradient.rule != nullptr) << op->name;
  }
}

TEST(OperatorTable, every_operator_without_a_rule_says_why) {
  for (const ir::Operator* op : ops::table())
    EXPECT_NE(op->gradient.why_not.empty(), op->gradient.rule == nullptr) << op->name;
}

TEST(OperatorTable, is_in_alphabetical_order) {
  const auto all = ops::table();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](auto* a, auto* b) { return a->name < b->name; }));
}

TEST(OperatorTable, every_operator_is_complete) {
  for (const ir::Operator* op : ops::table()) {
    EXPECT_TRUE(op->infer && op->kernel) << op->name;
    EXPECT_EQ(ops::find(op->name), op);
  }
}

}  // namespace
}  // namespace fovea::test
