#include "model_builder.hpp"

#include <onnx/onnx_pb.h>

#include <cmath>

namespace fovea::onnx_import {
namespace {

using Attributes = std::vector<Attribute>;
using Values = std::vector<float>;

void expect_near(const Values& found, const Values& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 1e-5) << "element " << i;
}

/// The result of a node over x and, as weights, further operands.
Tensor apply(int opset, const std::string& type, const Dims& dims, const Values& x,
             const std::vector<std::pair<Dims, Values>>& more, const Attributes& attributes = {}) {
  ImportBuilder m(opset);
  m.input("x", dims).output("y");
  std::vector<std::string> inputs = {"x"};
  for (const auto& [shape, values] : more) {
    inputs.push_back("w" + std::to_string(inputs.size()));
    m.weight(inputs.back(), shape, values);
  }
  m.node(type, inputs, {"y"}, attributes, "n");
  return run(m.import({.batch = dims[0]}), {floats(Shape(dims), x)})[0];
}

Values values(const Tensor& tensor) {
  return to_vector<float>(tensor);
}

TEST(LegacyBroadcast, AlignsAtTheAxisOrAtTheEnd) {
  const Values x = {1, 2, 3, 4, 5, 6, 7, 8};  // [1,2,2,2]
  const Dims dims = {1, 2, 2, 2};
  for (int opset : {1, 6}) {
    expect_near(values(apply(opset, "Add", dims, x, {{{2}, {10, 20}}}, {{"broadcast", 1}, {"axis", 1}})),
                {11, 12, 13, 14, 25, 26, 27, 28});
    expect_near(values(apply(opset, "Sub", dims, x, {{{2, 2}, {1, 2, 3, 4}}}, {{"broadcast", 1}})),
                {0, 0, 0, 0, 4, 4, 4, 4});
    expect_near(
        values(apply(opset, "Mul", dims, x, {{{2, 2}, {1, 2, 3, 4}}}, {{"broadcast", 1}, {"axis", 1}})),
        {1, 2, 6, 8, 15, 18, 28, 32});
    expect_near(values(apply(opset, "Div", dims, x, {{{1, 1}, {2}}}, {{"broadcast", 1}, {"axis", 0}})),
                {0.5F, 1, 1.5F, 2, 2.5F, 3, 3.5F, 4});
    expect_near(values(apply(opset, "Pow", {1, 2}, {2, 3}, {{{1, 1, 1}, {2}}}, {{"broadcast", 1}})), {4, 9});
  }
  const Attributes channels = {{"broadcast", 1}, {"axis", 1}};
  EXPECT_EQ(to_vector<bool>(apply(1, "Greater", {1, 2, 2}, {1, 5, 1, 5}, {{{2}, {3, 6}}}, channels)),
            (std::vector<bool>{false, true, false, false}));
  // Opset 7 has no such attributes: NumPy's rule holds whatever a file says.
  expect_near(values(apply(7, "Add", {1, 2, 2}, {1, 2, 3, 4}, {{{2}, {10, 20}}}, channels)),
              {11, 22, 13, 24});
  expect_model_error(
      [&] {
        apply(6, "Add", dims, x, {{{2, 2}, {1, 2, 3, 4}}}, {{"broadcast", 1}, {"axis", 3}});
      },
      {"(Add)", "attribute 'axis'", "from axis 3 on does not fit into 1x2x2x2"});
  expect_model_error(
      [&] {
        apply(6, "Add", dims, x, {{{2}, {1, 2}}}, {{"broadcast", 1}, {"axis", 4}});
      },
      {"(Add)", "axis 4 is outside"});
}

TEST(LegacyBroadcast, ReachesTheLogicalOperatorsAndPRelu) {
  ImportBuilder m(6);
  m.input("x", {1, 2, 2}).output("y").weight("zero", {1}, {0}).weight("c", {2}, {1, 0});
  m.node("Greater", {"x", "zero"}, {"p"}, {{"broadcast", 1}});
  m.node("Cast", {"c"}, {"q"}, {{"to", 9}});
  m.node("Xor", {"p", "q"}, {"r"}, {{"broadcast", 1}, {"axis", 1}});
  m.node("Cast", {"r"}, {"y"}, {{"to", 1}});
  expect_near(values(run(m.import(), {floats({1, 2, 2}, {1, -1, 1, -1})})[0]), {0, 1, 1, 0});
  expect_near(values(apply(6, "PRelu", {1, 2, 2}, {-1, 1, -1, -2}, {{{2}, {0.1F, 0.5F}}})),
              {-0.1F, 1, -0.5F, -1});
  expect_model_error(
      [&] {
        apply(6, "PRelu", {1, 2, 2}, {-1, 1, -1, -2}, {{{3}, {1, 1, 1}}});
      },
      {"(PRelu)", "a slope for each of 2 channels"});
}

TEST(LegacyAttributes, HoldWhatIsAnInputToday) {
  const Values x = {1, 2, 3, 4};
  EXPECT_EQ(apply(1, "Reshape", {1, 2, 2}, x, {}, {{"shape", Dims{0, -1}}}).shape(), Shape({1, 4}));
  EXPECT_EQ(values(apply(1, "Pad", {1, 2}, {1, 2}, {}, {{"paddings", Dims{0, 1, 0, 0}}, {"value", 7.0}})),
            (Values{7, 1, 2}));
  EXPECT_EQ(
      values(apply(1, "Upsample", {1, 1, 1, 2}, {1, 2}, {}, {{"width_scale", 2.0}, {"height_scale", 1.0}})),
      (Values{1, 1, 2, 2}));
  EXPECT_EQ(values(apply(1, "Cast", {1, 2}, {1.5F, 2}, {}, {{"to", "FLOAT"}})), (Values{1.5F, 2}));
  EXPECT_EQ(to_vector<std::int64_t>(apply(1, "Cast", {1, 2}, {1.5F, -2}, {}, {{"to", "INT64"}})),
            (std::vector<std::int64_t>{1, -2}));
  expect_model_error(
      [&] {
        apply(1, "Cast", {1, 2}, {1, 2}, {}, {{"to", "FLOATING"}});
      },
      {"(Cast)", "no element type 'FLOATING'"});
  EXPECT_EQ(values(apply(1, "Tile", {1, 2}, {1, 2}, {{{}, {2}}, {{}, {1}}})), (Values{1, 2, 1, 2}));
  expect_model_error(
      [&] {
        apply(1, "Tile", {1, 2}, {1, 2}, {{{}, {2}}, {{}, {2}}});
      },
      {"axis 2 is outside"});
  EXPECT_EQ(apply(1, "Concat", {1, 2}, {1, 2}, {{{1, 1}, {3}}}).shape(), Shape({1, 3}));
  expect_near(values(apply(1, "GlobalLpPool", {1, 1, 1, 2}, {3, 4}, {}, {{"p", 2.0}})), {5});
  expect_near(values(apply(1, "Selu", {1, 2}, {1, -1}, {})),
              {1.0507F, 1.0507F * 1.6732F * (std::exp(-1.0F) - 1)});
}

TEST(LegacyBatchNormalization, IsForInference) {
  const std::vector<std::pair<Dims, Values>> two = {
      {{2}, {1, 2}}, {{2}, {0, 1}}, {{2}, {1, 1}}, {{2}, {1, 4}}};
  const auto normalize = [&](const Attributes& more) {
    Attributes attributes = {{"epsilon", 0.0}};
    attributes.insert(attributes.end(), more.begin(), more.end());
    return values(apply(6, "BatchNormalization", {1, 2, 1, 1}, {3, 5}, two, attributes));
  };
  expect_near(normalize({{"is_test", 1}}), {2, 5});
  expect_near(normalize({{"consumed_inputs", Dims{0, 0, 0, 1, 1}}}), {2, 5});
  expect_near(normalize({{"spatial", 0}}), {2, 5});
  expect_model_error(
      [&] {
        normalize({{"is_test", 0}});
      },
      {"(BatchNormalization)", "training mode (is_test = 0) is not supported"});
  const std::vector<std::pair<Dims, Values>> each = {
      {{1, 1, 2}, {1, 2}}, {{1, 1, 2}, {0, 1}}, {{1, 1, 2}, {1, 1}}, {{1, 1, 2}, {1, 4}}};
  expect_near(values(apply(7, "BatchNormalization", {2, 1, 1, 2}, {3, 5, 1, 1}, each,
                           {{"spatial", 0}, {"epsilon", 0.0}})),
              {2, 5, 0, 1});
  expect_model_error(
      [&] {
        apply(7, "BatchNormalization", {1, 2, 1, 2}, {3, 5, 1, 1}, two, {{"spatial", 0}});
      },
      {"expected 4 numbers in input 3"});
  EXPECT_EQ(values(apply(6, "Dropout", {1, 2}, {1, 2}, {}, {{"is_test", 1}, {"ratio", 0.5}})),
            (Values{1, 2}));
}

TEST(LegacyMeanVarianceNormalization, IsOfEachPictureAlone) {
  const Values x = {1, 3, 10, 30, 0, 2, 5, 9};
  const auto normalize = [&](const Attributes& attributes) {
    return values(apply(1, "MeanVarianceNormalization", {2, 2, 1, 2}, x, {}, attributes));
  };
  expect_near(normalize({}), {-1, 1, -1, 1, -1, 1, -1, 1});
  expect_near(normalize({{"normalize_variance", 0}}), {-1, 1, -10, 10, -1, 1, -2, 2});
  expect_near(normalize({{"normalize_variance", 0}, {"across_channels", 1}}),
              {-10, -8, -1, 19, -4, -2, 1, 5});
}

TEST(ExperimentalOperators, GiveTheirValues) {
  const Values x = {1, 2, 3, 4};
  expect_near(values(apply(1, "ImageScaler", {1, 2, 1, 2}, x, {}, {{"scale", 2.0}, {"bias", Values{1, -1}}})),
              {3, 5, 5, 7});
  expect_near(values(apply(1, "Affine", {1, 4}, x, {}, {{"alpha", 2.0}, {"beta", 1.0}})), {3, 5, 7, 9});
  expect_near(values(apply(1, "Scale", {1, 4}, x, {}, {{"scale", 3.0}})), {3, 6, 9, 12});
  expect_near(values(apply(1, "ScaledTanh", {1, 1}, {0.5F}, {}, {{"alpha", 2.0}, {"beta", 3.0}})),
              {2 * std::tanh(1.5F)});
  expect_near(values(apply(1, "ParametricSoftplus", {1, 1}, {0.5F}, {}, {{"alpha", 2.0}, {"beta", 3.0}})),
              {2 * std::log1p(std::exp(1.5F))});
  Values picture(12);
  for (std::size_t i = 0; i < picture.size(); ++i)
    picture[i] = static_cast<float>(i);
  EXPECT_EQ(values(apply(1, "Crop", {1, 1, 3, 4}, picture, {}, {{"border", Dims{1, 0, 1, 1}}})),
            (Values{1, 2, 5, 6}));
  EXPECT_EQ(values(apply(1, "Crop", {1, 1, 3, 4}, picture, {},
                         {{"border", Dims{2, 1, 0, 0}}, {"scale", Dims{1, 2}}})),
            (Values{6, 7}));
  expect_model_error(
      [&] {
        apply(1, "Crop", {1, 1, 3, 4}, picture, {}, {{"border", Dims{3, 0, 2, 0}}});
      },
      {"(Crop)", "does not fit into 1x1x3x4"});
  expect_model_error(
      [&] {
        apply(1, "ImageScaler", {1, 2, 1, 2}, x, {}, {{"bias", Values{1}}});
      },
      {"(ImageScaler)", "a picture of 1 channels"});
}

TEST(ExperimentalOperators, FillConstants) {
  ImportBuilder m(1);
  m.input("x", {1, 2}).output("y");
  m.node("ConstantFill", {}, {"a"}, {{"shape", Dims{1, 2}}, {"value", 3.0}});
  m.node("GivenTensorFill", {}, {"b"}, {{"shape", Dims{2}}, {"values", Values{10, 20}}});
  m.node("Add", {"x", "a"}, {"s"}).node("Add", {"s", "b"}, {"y"}, {{"broadcast", 1}});
  EXPECT_EQ(values(run(m.import(), {floats({1, 2}, {1, 2})})[0]), (Values{14, 25}));
  m.model.mutable_graph()->mutable_node(1)->mutable_attribute(0)->set_ints(0, 3);
  expect_model_error([&] { m.import(); }, {"(GivenTensorFill)", "expected 3 numbers, found 2"});
}

TEST(OldFiles, OfTheFirstIrVersionsNameNoOperatorSet) {
  ImportBuilder m(1);
  m.input("x", {1, 2, 2}).output("y").weight("b", {2}, {10, 20});
  m.node("Add", {"x", "b"}, {"y"}, {{"broadcast", 1}, {"axis", 1}});
  m.model.clear_opset_import();
  for (int version : {1, 2}) {
    m.model.set_ir_version(version);
    EXPECT_EQ(m.file()->opset, 1);
    EXPECT_EQ(values(run(m.import(), {floats({1, 2, 2}, {1, 2, 3, 4})})[0]), (Values{11, 12, 23, 24}));
  }
}

}  // namespace
}  // namespace fovea::onnx_import
