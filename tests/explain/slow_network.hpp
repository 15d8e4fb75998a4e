#pragma once

#include "fixtures.hpp"
#include "fovea/explain.hpp"
#include "fovea/program.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

/// What the slow re-implementations of methods are written with.
namespace fovea::test {

inline Tensor input_of(const Shape& shape, unsigned seed = 21) {
  Tensor input(DType::F32, shape);
  const std::vector<float> values = random_values(input.data<float>().size(), seed);
  std::copy(values.begin(), values.end(), input.data<float>().begin());
  return input;
}

/// The slow way to look at a network: one picture, one program with reference kernels, nothing kept.
class SlowNetwork {
public:
  explicit SlowNetwork(const Model& model, Rule rule = Rule::Gradient, const std::string& wrt = {})
      : session_(Program::compile(model, {.rule = rule, .backend = BackendKind::Reference, .wrt = wrt})) {}

  std::vector<double> scores(const std::vector<double>& x) {
    for (std::size_t i = 0; i < x.size(); ++i)
      session_.input().data<float>()[i] = static_cast<float>(x[i]);
    session_.forward();
    const auto all = session_.output().data<float>();
    return {all.begin(), all.end()};
  }

  std::vector<double> gradient(const std::vector<double>& x, std::int64_t target) {
    scores(x);
    session_.seed_classes(std::vector<std::int64_t>{target});
    session_.backward();
    const auto all = session_.gradient().data<float>();
    return {all.begin(), all.end()};
  }

  std::vector<double> layer() const {
    const auto all = session_.output(1).data<float>();
    return {all.begin(), all.end()};
  }

private:
  Session session_;
};

inline std::vector<double> values_of(const Tensor& tensor) {
  const auto all = tensor.data<float>();
  return {all.begin(), all.end()};
}

inline Explainer explainer_by(const Model& model, std::string method, const MethodOptions& options = {},
                              const Preprocessing& preprocessing = {}) {
  return explainer_of(
      model, {.method = std::move(method), .method_options = options, .preprocessing = preprocessing});
}

inline void expect_near(const Tensor& found, const std::vector<double>& expected, double tolerance,
                        const std::string& what) {
  const std::vector<double> values = values_of(found);
  ASSERT_EQ(values.size(), expected.size()) << what;
  double largest = 0, apart = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    apart = std::max(apart, std::abs(expected[i] - values[i]));
  }
  EXPECT_GT(largest, 0) << what;
  EXPECT_LE(apart, tolerance * largest) << what;
}

/// Conv, ReLU, global average, one linear layer: CAM (Zhou 2016) is sum_k w_ck A_k.
inline ModelBuilder cam_network() {
  ModelBuilder builder;
  builder.input("image", {-1, 3, 8, 8}).output("scores");
  builder.weight("w1", {6, 3, 3, 3}, random_values(162, 31)).weight("b1", {6}, random_values(6, 32));
  builder.node("Conv", {"image", "w1", "b1"}, {"c1"}, {{"pads", Dims{1, 1, 1, 1}}});
  builder.node("Relu", {"c1"}, {"features"});
  builder.node("GlobalAveragePool", {"features"}, {"pooled"});
  builder.node("Flatten", {"pooled"}, {"flat"});
  builder.weight("w2", {4, 6}, random_values(24, 33)).weight("b2", {4}, random_values(4, 34));
  builder.node("Gemm", {"flat", "w2", "b2"}, {"scores"}, {{"transB", 1}});
  return builder;
}

}  // namespace fovea::test
