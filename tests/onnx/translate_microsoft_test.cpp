#include "model_builder.hpp"

#include "onnx/import/translate.hpp"

#include <onnx/onnx_pb.h>

#include <cmath>

namespace fovea::onnx_import {
namespace {

using Attributes = std::vector<Attribute>;
using Values = std::vector<float>;

struct Weight {
  Dims dims;
  Values values;  ///< none: the input is absent
};

/// The result of a node of com.microsoft over x and further operands.
Values apply(const std::string& type, const Dims& dims, const Values& x, const std::vector<Weight>& more,
             const Attributes& attributes = {}) {
  ImportBuilder m(17);
  m.input("x", dims).output("y");
  std::vector<std::string> inputs = {"x"};
  for (const Weight& weight : more) {
    inputs.push_back(weight.values.empty() ? "" : "w" + std::to_string(inputs.size()));
    if (!weight.values.empty())
      m.weight(inputs.back(), weight.dims, weight.values);
  }
  m.node(type, inputs, {"y"}, attributes, "n");
  m.graph().mutable_node(0)->set_domain("com.microsoft");
  return to_vector<float>(run(m.import({.batch = dims[0]}), {floats(Shape(dims), x)})[0]);
}

void expect_near(const Values& found, const Values& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 1e-5) << "element " << i;
}

float gelu(float x) {
  return 0.5F * x * (1 + std::erf(x * std::sqrt(0.5F)));
}

TEST(MicrosoftOperators, AreGates) {
  expect_near(apply("Gelu", {1, 2}, {1, -0.5F}, {}), {gelu(1), gelu(-0.5F)});
  expect_near(apply("BiasGelu", {1, 2}, {1, -0.5F}, {{{2}, {1, -1}}}), {gelu(2), gelu(-1.5F)});
  expect_near(apply("QuickGelu", {1, 1}, {0.5F}, {}), {0.5F / (1 + std::exp(-1.702F * 0.5F))});
  const float inner = std::sqrt(2 / std::acos(-1.0F)) * (1.5F + 0.044715F * 1.5F * 1.5F * 1.5F);
  expect_near(apply("FastGelu", {1, 1}, {0.5F}, {{{1}, {1}}}), {0.75F * (1 + std::tanh(inner))});
}

TEST(FusedConv, AddsAndActivates) {
  const auto conv = [](const char* activation, const Values& parameters, const Values& z = {}) {
    Attributes attributes = {{"activation", activation}};
    if (!parameters.empty())
      attributes.push_back({"activation_params", parameters});
    return apply("FusedConv", {1, 1, 1, 2}, {1, -2}, {{{1, 1, 1, 1}, {2}}, {{1}, {1}}, {{1, 1, 1, 2}, z}},
                 attributes);
  };
  expect_near(conv("Relu", {}), {3, 0});
  expect_near(conv("Relu", {}, {-5, 4}), {0, 1});
  expect_near(conv("LeakyRelu", {0.5F}), {3, -1.5F});
  expect_near(conv("Clip", {-1, 2}), {2, -1});
  expect_near(conv("HardSigmoid", {0.1F, 0.5F}), {0.8F, 0.2F});
  expect_near(conv("Tanh", {}), {std::tanh(3.0F), std::tanh(-3.0F)});
  expect_model_error([&] { conv("Sine", {}); }, {"'n' (com.microsoft.FusedConv)", "'Sine' is not supported"});
}

TEST(FusedProducts, TransposeAndScale) {
  const Weight w{{2, 2}, {1, 2, 3, 4}};
  expect_near(apply("FusedMatMul", {1, 2}, {1, -1}, {w}, {{"alpha", 2.0}}), {-4, -4});
  expect_near(apply("FusedMatMul", {1, 2}, {1, -1}, {w}, {{"transB", 1}}), {-1, -1});
  expect_near(apply("FusedMatMul", {2, 1}, {1, -1}, {w}, {{"transA", 1}}), {-2, -2});
  expect_near(apply("FusedGemm", {1, 2}, {1, -1}, {w, {{2}, {1, 5}}},
                    {{"activation", "LeakyRelu"}, {"activation_alpha", 0.5}}),
              {-0.5F, 3});
  expect_model_error(
      [&] {
        apply("FusedMatMul", {1, 2}, {1, -1}, {w}, {{"transBatchA", 1}});
      },
      {"(com.microsoft.FusedMatMul)", "transBatchA"});
}

TEST(SkipLayerNormalization, NormalizesASum) {
  const std::vector<Weight> operands = {{{1, 1, 2}, {1, 1}}, {{2}, {2, 3}}, {{2}, {1, 0}}, {{2}, {0, 2}}};
  expect_near(apply("SkipLayerNormalization", {1, 1, 2}, {0, 4}, operands, {{"epsilon", 0.0}}), {-1, 3});
  const float root = std::sqrt(12.5F);
  expect_near(apply("SkipSimplifiedLayerNormalization", {1, 1, 2}, {2, 3},
                    {{{1, 1, 2}, {1, 1}}, {{2}, {1, 2}}}, {{"epsilon", 0.0}}),
              {3 / root, 8 / root});
}

TEST(MicrosoftAttention, ProjectsAndMerges) {
  // Queries and keys are 0, so that the result is the mean of the values over the sequence.
  const Weight packed{{2, 6}, {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1}};
  expect_near(
      apply("Attention", {1, 2, 2}, {1, 2, 3, 6}, {packed, {{6}, {0, 0, 0, 0, 1, 0}}}, {{"num_heads", 2}}),
      {3, 4, 3, 4});
  expect_near(apply("Attention", {1, 2, 2}, {1, 2, 3, 6}, {packed, {{6}, {0, 0, 0, 0, 0, 0}}},
                    {{"num_heads", 1}, {"unidirectional", 1}}),
              {1, 2, 2, 4});
  const Weight zero{{1, 2, 2}, {0, 0, 0, 0}}, values{{1, 2, 2}, {1, 2, 3, 6}};
  expect_near(apply("MultiHeadAttention", {1, 2, 2}, {1, 2, 3, 6}, {zero, values}, {{"num_heads", 2}}),
              {2, 4, 2, 4});
  expect_model_error(
      [&] {
        apply("MultiHeadAttention", {1, 2, 2}, {1, 2, 3, 6}, {}, {{"num_heads", 2}});
      },
      {"(com.microsoft.MultiHeadAttention)", "packed keys and values"});
}

TEST(MicrosoftOperators, AreInAlphabeticalOrder) {
  const auto rows = microsoft_table();
  for (std::size_t i = 1; i < rows.size(); ++i)
    EXPECT_LT(rows[i - 1].op_type, rows[i].op_type);
  EXPECT_EQ(find_translation("FusedConv"), nullptr);
  EXPECT_NE(find_translation("FusedConv", "com.microsoft"), nullptr);
  EXPECT_EQ(find_translation("Relu", "com.microsoft"), nullptr);
  EXPECT_EQ(find_translation("Relu", "com.example"), nullptr);
}

}  // namespace
}  // namespace fovea::onnx_import
