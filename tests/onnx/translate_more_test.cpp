#include "model_builder.hpp"

#include <onnx/onnx_pb.h>

#include <cmath>

namespace fovea::onnx_import {
namespace {

using Attributes = std::vector<Attribute>;
using Values = std::vector<float>;

void expect_near(const Values& found, const Values& expected, double tolerance = 1e-5) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], tolerance) << "element " << i;
}

/// The result of a node over one tensor of floats.
Values apply(const std::string& type, const Dims& dims, const Values& x, const Attributes& attributes = {},
             int opset = 13) {
  ModelBuilder m(opset);
  m.input("x", dims).output("y").node(type, {"x"}, {"y"}, attributes, "n");
  return to_vector<float>(run(m.import({.batch = dims[0]}), {floats(Shape(dims), x)})[0]);
}

TEST(GroupNormalization, HasANumberForEachGroupThenForEachChannel) {
  const auto normalize = [](int opset, const Values& scale, const Values& bias) {
    ModelBuilder m(opset);
    const auto count = static_cast<std::int64_t>(scale.size());
    m.input("x", {1, 4, 1, 1}).output("y").weight("scale", {count}, scale).weight("bias", {count}, bias);
    m.node("GroupNormalization", {"x", "scale", "bias"}, {"y"}, {{"num_groups", 2}, {"epsilon", 0.0}}, "n");
    return to_vector<float>(run(m.import(), {floats({1, 4, 1, 1}, {1, 3, 10, 30})})[0]);
  };
  expect_near(normalize(18, {1, 2}, {0, 5}), {-1, 1, 3, 7});
  expect_near(normalize(21, {1, 2, 3, 4}, {0, 0, 0, 5}), {-1, 2, -3, 9});
  expect_model_error([&] { normalize(21, {1, 2}, {0, 0}); }, {"(GroupNormalization)", "expected 4 numbers"});
}

TEST(Normalizations, AreLayerNormalizationsUnderAnotherShape) {
  ModelBuilder instance;
  instance.input("x", {1, 2, 1, 2}).output("y").weight("s", {2}, {1, 2}).weight("b", {2}, {0, 1});
  instance.node("InstanceNormalization", {"x", "s", "b"}, {"y"}, {{"epsilon", 0.0}}, "n");
  expect_near(to_vector<float>(run(instance.import(), {floats({1, 2, 1, 2}, {1, 3, 5, 9})})[0]),
              {-1, 1, -1, 3});
  expect_near(apply("MeanVarianceNormalization", {2, 2, 1, 1}, {1, 5, 3, 9}), {-1, -1, 1, 1});
  expect_near(apply("LpNormalization", {2, 2}, {3, 4, 0, 0}), {0.6F, 0.8F, 0, 0});
  expect_near(apply("LpNormalization", {2, 2}, {3, -1, 0, 0}, {{"p", 1}}), {0.75F, -0.25F, 0, 0});
  ModelBuilder rms(23);
  rms.input("x", {1, 2}).output("y").weight("s", {2}, {1, 2});
  rms.node("RMSNormalization", {"x", "s"}, {"y"}, {{"epsilon", 0.0}}, "n");
  const float root = std::sqrt(12.5F);
  expect_near(to_vector<float>(run(rms.import(), {floats({1, 2}, {3, 4})})[0]), {3 / root, 8 / root});
}

TEST(LayerNormalization, TakesAScaleThatBroadcasts) {
  ModelBuilder m(17);
  m.input("x", {2, 2}).output("y").output("mean").weight("s", {1}, {2});
  m.node("LayerNormalization", {"x", "s"}, {"y", "mean"}, {{"epsilon", 0.0}}, "n");
  const auto results = run(m.import({.batch = 2}), {floats({2, 2}, {1, 3, 5, 9})});
  expect_near(to_vector<float>(results[0]), {-2, 2, -2, 2});
  expect_near(to_vector<float>(results[1]), {2, 7});
}

TEST(Reductions, ComposedOnes) {
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

TEST(Reductions, OfBoolAreAnyAndAll) {
  for (const bool all : {false, true}) {
    ModelBuilder m(20);
    m.input("x", {1, 2, 2}).output("y").weight("zero", {}, {0}).list("axes", {2});
    m.node("Greater", {"x", "zero"}, {"p"}).node(all ? "ReduceMin" : "ReduceMax", {"p", "axes"}, {"q"});
    m.node("Cast", {"q"}, {"y"}, {{"to", 1}});
    expect_near(to_vector<float>(run(m.import(), {floats({1, 2, 2}, {1, -1, 1, 1})})[0]),
                {all ? 0.0F : 1.0F, 1});
  }
}

TEST(Clip, WithItsBoundsTheWrongWayRoundGivesTheUpperOne) {
  expect_near(apply("Clip", {1, 2}, {1, -3}, {{"min", 2.0}, {"max", -1.0}}, 6), {-1, -1});
}

TEST(Gates, GiveTheirValues) {
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

TEST(Blocks, MoveBetweenDepthAndSpace) {
  const Values x = {0, 1, 2, 3, 4, 5, 6, 7};
  EXPECT_EQ(apply("DepthToSpace", {1, 8, 1, 1}, x, {{"blocksize", 2}}), Values({0, 2, 4, 6, 1, 3, 5, 7}));
  EXPECT_EQ(apply("DepthToSpace", {1, 8, 1, 1}, x, {{"blocksize", 2}, {"mode", "CRD"}}), x);
  EXPECT_EQ(apply("SpaceToDepth", {1, 1, 2, 4}, x, {{"blocksize", 2}}), Values({0, 2, 1, 3, 4, 6, 5, 7}));
  expect_model_error(
      [&] {
        apply("DepthToSpace", {1, 8, 1, 1}, x, {{"blocksize", 3}});
      },
      {"(DepthToSpace)", "8 channels"});
}

Values einsum(const std::string& equation, const Dims& a, const Dims& b) {
  ModelBuilder m;
  const auto count = [](const Dims& dims) { return Shape(dims).elements(); };
  Values x(static_cast<std::size_t>(count(a))), w(static_cast<std::size_t>(count(b)));
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = static_cast<float>(i + 1);
  for (std::size_t i = 0; i < w.size(); ++i)
    w[i] = static_cast<float>(i * i);
  m.input("x", a).output("y");
  if (b.empty())
    m.node("Einsum", {"x"}, {"y"}, {{"equation", equation.c_str()}}, "n");
  else
    m.weight("w", b, w).node("Einsum", {"x", "w"}, {"y"}, {{"equation", equation.c_str()}}, "n");
  return to_vector<float>(run(m.import({.batch = a[0]}), {floats(Shape(a), x)})[0]);
}

TEST(Einsum, ContractsPermutesAndTakesDiagonals) {
  EXPECT_EQ(einsum("ij,jk->ik", {2, 2}, {2, 2}), Values({8, 19, 16, 39}));
  EXPECT_EQ(einsum("ij,kj", {2, 2}, {2, 2}), Values({2, 22, 4, 48}));
  EXPECT_EQ(einsum("ij->ji", {2, 3}, {}), Values({1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(einsum("ii->i", {3, 3}, {}), Values({1, 5, 9}));
  EXPECT_EQ(einsum("...ii", {1, 2, 2}, {}), Values({5}));
  EXPECT_EQ(einsum("b...i,i->b...", {1, 2, 2}, {2}), Values({2, 4}));
  EXPECT_EQ(einsum("i,j->ji", {2}, {2}), Values({0, 0, 1, 2}));
  EXPECT_EQ(einsum("ij,ij->", {2, 2}, {2, 2}), Values({2 + 12 + 36}));
  EXPECT_EQ(einsum("...i,...i->...i", {1, 2}, {2, 2}), Values({0, 2, 4, 18}));
  expect_model_error([] { einsum("ij,jk", {2, 2}, {}); }, {"(Einsum)", "2 terms for 1 inputs"});
  expect_model_error([] { einsum("ij->ik", {2, 2}, {}); }, {"(Einsum)", "no term has"});
  expect_model_error([] { einsum("ij,jk->ik", {2, 3}, {2, 2}); }, {"(Einsum)", "do not fit"});
}

TEST(ScatterND, WritesRowsAndAdds) {
  const auto scatter = [](const Attributes& attributes) {
    ModelBuilder m(16);
    m.input("x", {3, 2}).output("y").weight("u", {2, 2}, {10, 20, 30, 40});
    *m.graph().add_initializer() = int_tensor("i", {2, 1}, {2, -3});
    m.node("ScatterND", {"x", "i", "u"}, {"y"}, attributes, "n");
    return to_vector<float>(run(m.import({.batch = 3}), {floats({3, 2}, {1, 2, 3, 4, 5, 6})})[0]);
  };
  EXPECT_EQ(scatter({}), Values({30, 40, 3, 4, 10, 20}));
  EXPECT_EQ(scatter({{"reduction", "add"}}), Values({31, 42, 3, 4, 15, 26}));
  EXPECT_EQ(scatter({{"reduction", "max"}}), Values({30, 40, 3, 4, 10, 20}));
  expect_model_error([&] { scatter({{"reduction", "median"}}); }, {"(ScatterND)", "'median'"});
}

TEST(Elements, AreGatheredAndScatteredAlongAnAxis) {
  ModelBuilder m(13);
  m.input("x", {2, 3}).output("y").output("z");
  *m.graph().add_initializer() = int_tensor("i", {2, 2}, {0, -1, 1, 0});
  m.node("GatherElements", {"x", "i"}, {"y"}, {{"axis", 1}}, "g");
  m.node("ScatterElements", {"x", "i", "y"}, {"z"}, {{"axis", 1}}, "s");
  const auto results = run(m.import({.batch = 2}), {floats({2, 3}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(to_vector<float>(results[0]), Values({1, 3, 5, 4}));
  EXPECT_EQ(to_vector<float>(results[1]), Values({1, 2, 3, 4, 5, 6}));
  *m.graph().mutable_initializer(0) = int_tensor("i", {2, 2}, {0, -1, 3, 0});
  expect_model_error([&] { m.import({.batch = 2}); }, {"'g' (GatherElements)", "index 3"});
}

TEST(Quantisation, CutsToTheRangeOfTheZeroPointsType) {
  const auto pair = [](int type, float zero, bool with_zero_point = true) {
    ModelBuilder m(13);
    m.input("x", {1, 5}).output("y").weight("s", {}, {0.5F});
    onnx::TensorProto tensor;
    tensor.set_name("z");
    tensor.set_data_type(type);
    tensor.add_int32_data(static_cast<int>(zero));
    if (with_zero_point)
      *m.graph().add_initializer() = tensor;
    const std::string z = with_zero_point ? "z" : "";
    m.node("QuantizeLinear", {"x", "s", z}, {"q"}).node("DequantizeLinear", {"q", "s", z}, {"y"});
    return to_vector<float>(run(m.import(), {floats({1, 5}, {-100, -0.75F, 0.2F, 0.75F, 1000})})[0]);
  };
  EXPECT_EQ(pair(onnx::TensorProto::INT8, 0), Values({-64, -1, 0, 1, 63.5F}));
  EXPECT_EQ(pair(onnx::TensorProto::UINT8, 1), Values({-0.5F, -0.5F, 0, 1, 127}));
  EXPECT_EQ(pair(0, 0, false), Values({0, 0, 0, 1, 127.5F}));
  expect_model_error([&] { pair(onnx::TensorProto::INT32, 0); }, {"(QuantizeLinear)", "int32"});
}

TEST(Arrangements, OfWholeNumbers) {
  ModelBuilder m(14);
  m.input("x", {2, 2})
      .output("tile")
      .output("tri")
      .output("sum")
      .output("arg")
      .list("r", {1, 2})
      .list("axis", {1});
  m.node("Tile", {"x", "r"}, {"tile"}).node("Trilu", {"x"}, {"tri"}, {{"upper", 0}});
  m.node("CumSum", {"x", "axis"}, {"sum"}, {{"reverse", 1}}).node("ArgMin", {"x"}, {"arg"}, {{"axis", 1}});
  const auto y = run(m.import({.batch = 2}), {floats({2, 2}, {1, 2, 4, 3})});
  EXPECT_EQ(to_vector<float>(y[0]), Values({1, 2, 1, 2, 4, 3, 4, 3}));
  EXPECT_EQ(to_vector<float>(y[1]), Values({1, 0, 4, 3}));
  EXPECT_EQ(to_vector<float>(y[2]), Values({3, 2, 7, 3}));
  EXPECT_EQ(to_vector<std::int64_t>(y[3]), std::vector<std::int64_t>({0, 1}));
}

TEST(Pad, Wraps) {
  ModelBuilder m(19);
  m.input("x", {1, 3})
      .output("y")
      .list("pads", {0, 2, 0, 4})
      .node("Pad", {"x", "pads"}, {"y"}, {{"mode", "wrap"}});
  EXPECT_EQ(to_vector<float>(run(m.import(), {floats({1, 3}, {1, 2, 3})})[0]),
            Values({2, 3, 1, 2, 3, 1, 2, 3, 1}));
}

}  // namespace
}  // namespace fovea::onnx_import
