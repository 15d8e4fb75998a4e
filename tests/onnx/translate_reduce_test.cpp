#include "node_results.hpp"

#include <cmath>

namespace fovea::onnx_import {
namespace {

TEST(Reductions, composed_ones) {
  const Values x = {1, -2, 2, 0.5F};
  const auto over_rows = [&](const char* type) { return apply(type, {2, 2}, x, {{"axes", Dims{1}}}, 11); };
  expect_near(over_rows("ReduceL1"), {3, 2.5F});
  expect_near(over_rows("ReduceL2"), {std::sqrt(5.0F), std::sqrt(4.25F)});
  expect_near(over_rows("ReduceProd"), {-2, 1});
  expect_near(over_rows("ReduceSumSquare"), {5, 4.25F});
  expect_near(over_rows("ReduceLogSumExp"),
              {std::log(std::exp(1.0F) + std::exp(-2.0F)), 2 + std::log1p(std::exp(-1.5F))});
  expect_near(apply("ReduceLogSum", {1, 2}, {1, 3}, {{"axes", Dims{1}}}, 11), {std::log(4.0F)});
  expect_near(apply("ReduceLogSumExp", {1, 2}, {1000, 1000}, {{"axes", Dims{1}}}, 11),
              {1000 + std::log(2.0F)}, 1e-3);
}

TEST(Reductions, of_bool_are_any_and_all) {
  for (const bool all : {false, true}) {
    ImportBuilder m(20);
    m.input("x", {1, 2, 2}).output("y").weight("zero", {}, {0}).list("axes", {2});
    m.node("Greater", {"x", "zero"}, {"p"}).node(all ? "ReduceMin" : "ReduceMax", {"p", "axes"}, {"q"});
    m.node("Cast", {"q"}, {"y"}, {{"to", 1}});
    expect_near(to_vector<float>(run(m.import(), {floats({1, 2, 2}, {1, -1, 1, 1})})[0]),
                {all ? 0.0F : 1.0F, 1});
  }
}

}  // namespace
}  // namespace fovea::onnx_import
