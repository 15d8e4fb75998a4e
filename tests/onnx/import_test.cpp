#include "model_builder.hpp"

namespace fovea::onnx_import {
namespace {

/// conv -> relu -> reshape to a fixed target -> gemm, as frameworks write it for a batch of one.
ImportBuilder classifier(std::int64_t batch, const Dims& target) {
  ImportBuilder m;
  m.input("image", {batch, 1, 2, 2}).output("scores").weight("w", {1, 1, 1, 1}, {2}).list("target", target);
  m.weight("fc", {4, 3}, std::vector<float>(12, 1));
  m.node("Conv", {"image", "w"}, {"c"}, {}, "conv1").node("Relu", {"c"}, {"r"}, {}, "relu1");
  m.node("Reshape", {"r", "target"}, {"flat"}, {}, "reshape1").node("Gemm", {"flat", "fc"}, {"scores"});
  return m;
}

TEST(Batch, FixedBatchIsChangedInReshapeTargetsToo) {
  for (const Dims& target : {Dims{1, 4}, Dims{1, -1}, Dims{-1, 4}, Dims{0, -1}})
    for (std::int64_t batch : {1, 3})
      EXPECT_EQ(output_shape(classifier(1, target).import({.batch = batch})), Shape({batch, 3})) << target[0];
  for (const Dims& target : {Dims{2, 4}, Dims{2, -1}})
    for (std::int64_t batch : {1, 2, 6})
      EXPECT_EQ(output_shape(classifier(2, target).import({.batch = batch})), Shape({batch, 3}));
}

TEST(Batch, FirstEntryIsScaledWhereItHoldsMoreThanTheBatch) {
  ImportBuilder m;
  m.input("x", {2, 3, 4}).output("y").list("target", {6, 4}).node("Reshape", {"x", "target"}, {"y"});
  EXPECT_EQ(output_shape(m.import({.batch = 5})), Shape({15, 4}));
}

TEST(Batch, ThatIsNotInFrontIsRefused) {
  // Attention as [tokens, batch, features]: with 4 tokens both the first and the second entry could take the
  // batch.
  ImportBuilder m;
  m.input("x", {1, 4, 6})
      .output("y")
      .list("target", {4, 3, 2})
      .node("Transpose", {"x"}, {"t"}, {{"perm", Dims{1, 0, 2}}});
  m.node("Reshape", {"t", "target"}, {"y"}, {}, "heads");
  EXPECT_EQ(output_shape(m.import()), Shape({4, 3, 2}));
  expect_model_error([&] { m.import({.batch = 2}); },
                     {"'heads' (Reshape)", "4x2x6", "[4,3,2]", "for a batch of 1"});
}

TEST(Batch, ConstantsConcatenatedToTheImageAreRepeated) {
  ImportBuilder m;
  m.input("x", {1, 2, 2}).output("y").weight("token", {1, 1, 2}, {7, 8});
  m.node("Concat", {"token", "x"}, {"y"}, {{"axis", 1}});
  EXPECT_EQ(output_shape(m.import({.batch = 3})), Shape({3, 3, 2}));
}

TEST(Batch, SymbolicAndBad) {
  EXPECT_EQ(output_shape(classifier(-1, {-1, 4}).import({.batch = 7})), Shape({7, 3}));
  expect_model_error([] { classifier(-1, {-1, 4}).import({.batch = 0}); }, {"batch must be 1 or more"});
  expect_model_error(
      [] {
        classifier(-1, {-1, 4}).import({.batch = std::int64_t{1} << 40});
      },
      {"'image'", "too large"});
}

TEST(InputShapes, SymbolicSizes) {
  ImportBuilder m;
  m.input("x", {-1, 3, -2, -3}).output("y").node("GlobalAveragePool", {"x"}, {"y"});
  const ir::Graph graph = m.import({.batch = 2, .height = 5, .width = 6});
  EXPECT_EQ(graph.shape(graph.inputs()[0]), Shape({2, 3, 5, 6}));
  expect_model_error([&] { m.import({.height = 5}); }, {"the size of the input 'x' is open", "[s1,3,s2,s3]"});
  const ir::Graph given = m.import({.shapes = {{"", Shape{4, 3, 8, 9}}}});
  EXPECT_EQ(given.shape(given.inputs()[0]), Shape({4, 3, 8, 9}));
  expect_model_error([&] { m.import({.shapes = {{"z", Shape{1}}}}); }, {"input 'z'", "inputs are: x"});
  expect_model_error([&] { m.import({.shapes = {{"x", Shape{1, 3}}}}); }, {"input 'x'", "given as 1x3"});
}

TEST(InputShapes, GivenShapeChangesTheBatchToo) {
  EXPECT_EQ(output_shape(classifier(1, {1, 4}).import({.shapes = {{"image", Shape{3, 1, 2, 2}}}})),
            Shape({3, 3}));
}

TEST(InputShapes, InputWithoutAShape) {
  ImportBuilder m;
  m.input("x", {}).output("y").node("Relu", {"x"}, {"y"});
  m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  expect_model_error([&] { m.import(); }, {"input 'x'", "without a shape"});
  EXPECT_EQ(output_shape(m.import({.shapes = {{"x", Shape{2, 2}}}})), Shape({2, 2}));
}

TEST(Names, NodesAndValuesKeepTheirs) {
  const ir::Graph graph = classifier(1, {1, 4}).import();
  ASSERT_EQ(graph.nodes().size(), 4u);
  EXPECT_EQ(graph.nodes()[0].name, "conv1");
  EXPECT_EQ(graph.value(graph.nodes()[0].outputs[0]).name, "c");
  EXPECT_EQ(graph.nodes()[3].name, "scores");  // the node has no name of its own
  EXPECT_EQ(graph.value(graph.inputs()[0]).name, "image");
  EXPECT_EQ(graph.output_names(), std::vector<std::string>({"scores"}));
  EXPECT_NE(graph.find("w"), ir::kNoValue);
}

TEST(Names, AValueMayBeCalledLikeAnotherNode) {
  ImportBuilder m;
  m.input("x", {1}).output("b").node("Relu", {"x"}, {"a"}, {}, "b").node("Exp", {"a"}, {"b"}, {}, "a");
  const ir::Graph graph = m.import();
  EXPECT_EQ(graph.value(graph.nodes()[0].outputs[0]).name, "a");
  EXPECT_EQ(graph.value(graph.nodes()[1].outputs[0]).name, "b");
}

TEST(Types, EveryFloatTakesTheWantedType) {
  ImportBuilder m;
  m.input("x", {1, 2}, onnx::TensorProto::FLOAT16).output("y").weight("w", {2}, {1, 2});
  m.node("Constant", {}, {"c"}, {{"value_float", 2.0}})
      .node("Mul", {"x", "w"}, {"h"})
      .node("Add", {"h", "c"}, {"y"});
  for (DType floating : {DType::F32, DType::F64}) {
    const ir::Graph graph = m.import({.floating = floating});
    for (const ir::Value& value : graph.values())
      EXPECT_EQ(value.type.dtype, floating) << value.name;
  }
}

TEST(Weights, AreSharedBetweenGraphs) {
  const auto file = classifier(1, {1, 4}).file();
  const ir::Graph one = import_graph(*file, {}), two = import_graph(*file, {.batch = 2});
  EXPECT_EQ(one.value(one.find("fc")).constant->raw(), two.value(two.find("fc")).constant->raw());
}

TEST(Outputs, MayBeInputsWeightsOrRepeated) {
  ImportBuilder m;
  m.input("x", {1}).output("x").output("w").output("y").weight("w", {1}, {5}).node("Relu", {"x"}, {"y"});
  const ir::Graph graph = m.import();
  EXPECT_EQ(graph.output_names(), std::vector<std::string>({"x", "w", "y"}));
  EXPECT_EQ(graph.outputs()[0], graph.inputs()[0]);
}

TEST(Errors, CarryTheirLocation) {
  ImportBuilder m;
  m.input("x", {1, 2}).output("y").weight("w", {3}, {1, 2, 3}).node("Add", {"x", "w"}, {"y"}, {}, "sum");
  try {
    m.import();
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_EQ(error.location().node, "sum");
    EXPECT_EQ(error.location().operator_name, "Add");
    EXPECT_NE(error.location().path.find("model.onnx"), std::string::npos);
  }
}

}  // namespace
}  // namespace fovea::onnx_import
