#include "fovea/program.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace fovea::test {
namespace {

constexpr std::int64_t kChannels = 4, kHeight = 2, kWidth = 3;
constexpr std::size_t kElements = kChannels * kHeight * kWidth;

/// A classifier of three classes over a picture [1,4,2,3], whose six places are the tokens of `nodes`: they
/// read 'tokens' [1,6,4] and write 'result' [1,6,4].
std::string save(const TemporaryFolder& folder, int opset, const std::function<void(ModelBuilder&)>& nodes) {
  ModelBuilder m(opset);
  m.input("x", {1, kChannels, kHeight, kWidth}).output("scores").list("flat", {1, kChannels, -1});
  m.node("Reshape", {"x", "flat"}, {"columns"});
  m.node("Transpose", {"columns"}, {"tokens"}, {{"perm", Dims{0, 2, 1}}});
  nodes(m);
  std::vector<float> weights(kElements * 3);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = static_cast<float>(std::sin(static_cast<double>(3 * i + 1)));
  m.weight("w", {static_cast<std::int64_t>(kElements), 3}, weights).list("row", {1, -1});
  m.node("Reshape", {"result", "row"}, {"features"}).node("MatMul", {"features", "w"}, {"scores"});
  return m.save(folder.file("m.onnx"));
}

/// The gradient of one score in double against central differences.
void expect_gradient(int opset, const std::function<void(ModelBuilder&)>& nodes) {
  const TemporaryFolder folder;
  Session session(Program::compile(Model::load(save(folder, opset, nodes)), {.precision = Precision::F64}));
  constexpr double step = 1e-5;
  const auto score = [&](std::size_t changed, double by) {
    auto pixels = session.input().data<double>();
    for (std::size_t i = 0; i < kElements; ++i)
      pixels[i] = std::cos(static_cast<double>(2 * i)) + (i == changed ? by : 0);
    session.forward();
    return session.output().data<double>()[1];
  };
  score(0, 0);
  session.seed_classes(std::vector<std::int64_t>{1});
  session.backward();
  const Tensor kept = session.gradient().clone();
  const auto gradient = kept.data<double>();
  for (std::size_t i = 0; i < kElements; ++i)
    EXPECT_NEAR(gradient[i], (score(i, step) - score(i, -step)) / (2 * step), 1e-7) << i;
}

TEST(AttentionGradient, IsThatOfCentralDifferences) {
  const std::vector<Attribute> heads = {{"q_num_heads", 2}, {"kv_num_heads", 2}};
  const auto attend = [&](const std::vector<Attribute>& more) {
    return [&heads, more](ModelBuilder& m) {
      std::vector<Attribute> attributes = heads;
      attributes.insert(attributes.end(), more.begin(), more.end());
      m.node("Neg", {"tokens"}, {"keys"});
      m.node("Attention", {"tokens", "keys", "tokens"}, {"result"}, attributes, "attention");
    };
  };
  expect_gradient(23, attend({}));
  expect_gradient(23, attend({{"is_causal", 1}, {"softcap", 0.7}}));
}

TEST(AttentionGradient, SurvivesQueriesThatMayLookAtNothing) {
  expect_gradient(23, [](ModelBuilder& m) {
    onnx::TensorProto& mask = *m.graph().add_initializer();
    mask.set_name("mask");
    mask.set_data_type(onnx::TensorProto::BOOL);
    mask.add_dims(6);
    mask.add_dims(6);
    for (int i = 0; i < 36; ++i)
      mask.add_int32_data(i / 6 != 2 && i % 4 != 1 ? 1 : 0);
    m.node("Attention", {"tokens", "tokens", "tokens", "mask"}, {"result"},
           {{"q_num_heads", 1}, {"kv_num_heads", 1}}, "attention");
  });
}

TEST(AttentionGradient, PassesRotaryEmbeddingsAndRmsNormalization) {
  expect_gradient(23, [](ModelBuilder& m) {
    std::vector<float> cosines, sines;
    for (int i = 0; i < 6; ++i) {
      cosines.push_back(std::cos(static_cast<float>(i)));
      sines.push_back(std::sin(static_cast<float>(i)));
    }
    m.weight("cos", {1, 6, 1}, cosines)
        .weight("sin", {1, 6, 1}, sines)
        .weight("scale", {4}, {1, 2, -1, 0.5F});
    m.node("RotaryEmbedding", {"tokens", "cos", "sin"}, {"turned"}, {{"num_heads", 2}});
    m.node("RMSNormalization", {"turned", "scale"}, {"result"});
  });
}

}  // namespace
}  // namespace fovea::test
