#include "node_results.hpp"

#include <cmath>

namespace fovea::onnx_import {
namespace {

TEST(Clip, with_its_bounds_the_wrong_way_round_gives_the_upper_one) {
  expect_near(apply("Clip", {1, 2}, {1, -3}, {{"min", 2.0}, {"max", -1.0}}, 6), {-1, -1});
}

TEST(Gates, give_their_values) {
  const Values x = {-2, -0.25F, 0.5F, 3};
  const auto of = [&](const char* type, const Attributes& attributes = {}, int opset = 13) {
    return apply(type, {1, 4}, x, attributes, opset);
  };
  expect_near(of("Celu", {{"alpha", 2.0}}), {2 * std::expm1(-1.0F), 2 * std::expm1(-0.125F), 0.5F, 3});
  expect_near(of("Softsign"), {-2.0F / 3, -0.2F, 1.0F / 3, 0.75F});
  expect_near(of("ThresholdedRelu", {{"alpha", 0.5}}), {0, 0, 0, 3});
  expect_near(of("Shrink", {{"lambd", 0.4}, {"bias", 0.1}}), {-1.9F, 0, 0.4F, 2.9F});
  expect_near(of("Swish", {}, 24), {-2 / (1 + std::exp(2.0F)), -0.25F / (1 + std::exp(0.25F)),
                                    0.5F / (1 + std::exp(-0.5F)), 3 / (1 + std::exp(-3.0F))});
  expect_near(of("Sign"), {-1, -1, 1, 1});
  expect_near(of("Hardmax"), {0, 0, 0, 1});
  expect_near(of("Tan"), {std::tan(-2.0F), std::tan(-0.25F), std::tan(0.5F), std::tan(3.0F)});
  expect_near(of("Asinh"), {std::asinh(-2.0F), std::asinh(-0.25F), std::asinh(0.5F), std::asinh(3.0F)});
}

}  // namespace
}  // namespace fovea::onnx_import
