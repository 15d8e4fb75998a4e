#include "node_results.hpp"

#include <cmath>

namespace fovea::onnx_import {
namespace {

TEST(GroupNormalization, has_a_number_for_each_group_then_for_each_channel) {
  const auto normalize = [](int opset, const Values& scale, const Values& bias) {
    ImportBuilder m(opset);
    const auto count = static_cast<std::int64_t>(scale.size());
    m.input("x", {1, 4, 1, 1}).output("y").weight("scale", {count}, scale).weight("bias", {count}, bias);
    m.node("GroupNormalization", {"x", "scale", "bias"}, {"y"}, {{"num_groups", 2}, {"epsilon", 0.0}}, "n");
    return to_vector<float>(run(m.import(), {floats({1, 4, 1, 1}, {1, 3, 10, 30})})[0]);
  };
  expect_near(normalize(18, {1, 2}, {0, 5}), {-1, 1, 3, 7});
  expect_near(normalize(21, {1, 2, 3, 4}, {0, 0, 0, 5}), {-1, 2, -3, 9});
  expect_model_error([&] { normalize(21, {1, 2}, {0, 0}); }, {"(GroupNormalization)", "expected 4 numbers"});
}

TEST(Normalizations, are_layer_normalizations_under_another_shape) {
  ImportBuilder instance;
  instance.input("x", {1, 2, 1, 2}).output("y").weight("s", {2}, {1, 2}).weight("b", {2}, {0, 1});
  instance.node("InstanceNormalization", {"x", "s", "b"}, {"y"}, {{"epsilon", 0.0}}, "n");
  expect_near(to_vector<float>(run(instance.import(), {floats({1, 2, 1, 2}, {1, 3, 5, 9})})[0]),
              {-1, 1, -1, 3});
  expect_near(apply("MeanVarianceNormalization", {2, 2, 1, 1}, {1, 5, 3, 9}), {-1, -1, 1, 1});
  expect_near(apply("LpNormalization", {2, 2}, {3, 4, 0, 0}), {0.6F, 0.8F, 0, 0});
  expect_near(apply("LpNormalization", {2, 2}, {3, -1, 0, 0}, {{"p", 1}}), {0.75F, -0.25F, 0, 0});
  ImportBuilder rms(23);
  rms.input("x", {1, 2}).output("y").weight("s", {2}, {1, 2});
  rms.node("RMSNormalization", {"x", "s"}, {"y"}, {{"epsilon", 0.0}}, "n");
  const float root = std::sqrt(12.5F);
  expect_near(to_vector<float>(run(rms.import(), {floats({1, 2}, {3, 4})})[0]), {3 / root, 8 / root});
}

TEST(LayerNormalization, takes_a_scale_that_broadcasts) {
  ImportBuilder m(17);
  m.input("x", {2, 2}).output("y").output("mean").weight("s", {1}, {2});
  m.node("LayerNormalization", {"x", "s"}, {"y", "mean"}, {{"epsilon", 0.0}}, "n");
  const auto results = run(m.import({.batch = 2}), {floats({2, 2}, {1, 3, 5, 9})});
  expect_near(to_vector<float>(results[0]), {-2, 2, -2, 2});
  expect_near(to_vector<float>(results[1]), {2, 7});
}

}  // namespace
}  // namespace fovea::onnx_import
