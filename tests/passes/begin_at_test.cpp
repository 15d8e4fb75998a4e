#include "passes/begin_at.hpp"

#include "ir/text.hpp"
#include "passes/pass_checks.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

void expect_beginning(const char* value, const std::string& before, const std::string& after) {
  const ir::Graph graph = parse(before);
  const ir::Graph made = passes::begin_at(graph, graph.find(value));
  ir::verify(made, "begin_at");
  EXPECT_EQ(ir::print(made), ir::print(parse(after)));
}

TEST(BeginAt, leaves_what_stands_behind_the_value) {
  expect_beginning("a", R"(
    input x f64[2]
    const c f64[2] {1 2}
    a = Exp(x)
    b = Add(a, c)
    y = Mul(b, a)
    output y = y
    output a = a)",
                   R"(
    input a f64[2]
    const c f64[2] {1 2}
    b = Add(a, c)
    y = Mul(b, a)
    output y = y)");
}

TEST(BeginAt, keeps_inputs_that_are_needed_besides) {
  expect_beginning("a", R"(
    input x f64[2]
    input z f64[2]
    a = Exp(x)
    b = Neg(x)
    c = Add(a, b)
    output y = c
    output a = a)",
                   R"(
    input a f64[2]
    input x f64[2]
    b = Neg(x)
    c = Add(a, b)
    output y = c)");
}

}  // namespace
}  // namespace fovea::test
