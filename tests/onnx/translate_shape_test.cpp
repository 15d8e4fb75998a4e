#include "model_builder.hpp"

namespace fovea::onnx_import {
namespace {

using Attributes = std::vector<Attribute>;

/// One node over x of those extents, with lists as further inputs.
ImportBuilder list_node(int opset, const std::string& type, const Dims& dims, const std::vector<Dims>& lists,
                        const Attributes& attributes = {}) {
  ImportBuilder m(opset);
  m.input("x", dims).output("y");
  std::vector<std::string> inputs = {"x"};
  for (const Dims& list : lists) {
    inputs.push_back(fmt::format("l{}", inputs.size()));
    m.list(inputs.back(), list);
  }
  m.node(type, inputs, {"y"}, attributes, "n");
  return m;
}

Shape result(const ImportBuilder& m, std::int64_t batch) {
  return output_shape(m.import({.batch = batch}));
}

TEST(Reshape, ZeroAndMinusOne) {
  EXPECT_EQ(result(list_node(13, "Reshape", {2, 3, 4}, {{0, -1}}), 2), Shape({2, 12}));
  EXPECT_EQ(result(list_node(13, "Reshape", {2, 3, 4}, {{-1}}), 2), Shape({24}));
  EXPECT_EQ(result(list_node(14, "Reshape", {2, 3, 4}, {{0, 0, 2, 2}}), 2), Shape({2, 3, 2, 2}));
  const auto expect = [](const Dims& target, const std::vector<std::string>& parts,
                         const Attributes& attributes = {}) {
    expect_model_error(
        [&] {
          list_node(14, "Reshape", {2, 3, 4}, {target}, attributes).import({.batch = 2});
        },
        parts);
  };
  expect({5, -1}, {"node 'n' (Reshape)", "2x3x4", "[5,-1]"});
  expect({-1, -1}, {"more than one -1"});
  expect({-2, 12}, {"below -1"});
  expect({1, 2, 3, 0}, {"copies axis 3"});
  expect({0, 24}, {"2x3x4", "[0,24]"}, {{"allowzero", 1}});
  expect({1 << 30, 1 << 30, 1 << 30}, {"too large"});
}

TEST(Reshape, TargetMustBeConstant) {
  ImportBuilder m;
  m.input("x", {4})
      .input("s", {1}, onnx::TensorProto::INT64)
      .output("y")
      .node("Reshape", {"x", "s"}, {"y"}, {}, "r");
  expect_model_error([&] { m.import(); }, {"'r' (Reshape)", "input 1 (shape) must be a constant", "'s'"});
  ImportBuilder floating;
  floating.input("x", {4}).output("y").weight("s", {1}, {4}).node("Reshape", {"x", "s"}, {"y"});
  expect_model_error([&] { floating.import({.batch = 4}); }, {"expected a list of integers, found f32"});
}

TEST(Flatten, AnyAxis) {
  const auto shape = [](const Attributes& attributes) {
    return result(list_node(13, "Flatten", {2, 3, 4}, {}, attributes), 2);
  };
  EXPECT_EQ(shape({}), Shape({2, 12}));
  EXPECT_EQ(shape({{"axis", 0}}), Shape({1, 24}));
  EXPECT_EQ(shape({{"axis", 3}}), Shape({24, 1}));
  EXPECT_EQ(shape({{"axis", -1}}), Shape({6, 4}));
  expect_model_error([&] { shape({{"axis", 4}}); }, {"attribute 'axis'", "4"});
}

TEST(Squeeze, AxesMovedToAnInputInOpset13) {
  EXPECT_EQ(result(list_node(11, "Squeeze", {2, 1, 3, 1}, {}, {{"axes", Dims{-1}}}), 2), Shape({2, 1, 3}));
  EXPECT_EQ(result(list_node(13, "Squeeze", {2, 1, 3, 1}, {{1, 3}}), 2), Shape({2, 3}));
  EXPECT_EQ(result(list_node(13, "Squeeze", {2, 1, 3, 1}, {}), 2), Shape({2, 3}));
  expect_model_error([] { result(list_node(13, "Squeeze", {2, 1}, {{0}}), 2); }, {"axis 0", "extent 1"});
}

TEST(Unsqueeze, AxesMovedToAnInputInOpset13) {
  EXPECT_EQ(result(list_node(11, "Unsqueeze", {2, 3}, {}, {{"axes", Dims{0, 3}}}), 2), Shape({1, 2, 3, 1}));
  EXPECT_EQ(result(list_node(13, "Unsqueeze", {2, 3}, {{-1, 1}}), 2), Shape({2, 1, 3, 1}));
  expect_model_error(
      [] {
        result(list_node(13, "Unsqueeze", {2, 3}, {{1, 1}}), 2);
      },
      {"axis 1 is given twice"});
  expect_model_error([] { result(list_node(13, "Unsqueeze", {2, 3}, {}), 2); }, {"axes are missing"});
}

TEST(Shape, IsAConstant) {
  const auto values = [](int opset, const Attributes& attributes) {
    const ir::Graph graph = list_node(opset, "Shape", {2, 3, 4}, {}, attributes).import({.batch = 2});
    EXPECT_TRUE(graph.nodes().empty());
    return to_vector<std::int64_t>(run(graph, {Tensor(DType::F32, {2, 3, 4})})[0]);
  };
  EXPECT_EQ(values(13, {}), Dims({2, 3, 4}));
  EXPECT_EQ(values(15, {{"start", 1}}), Dims({3, 4}));
  EXPECT_EQ(values(15, {{"start", -2}, {"end", -1}}), Dims({3}));
  EXPECT_EQ(values(15, {{"start", 2}, {"end", 1}}), Dims({}));
}

TEST(Size, IsAConstant) {
  const ir::Graph graph = list_node(13, "Size", {2, 3}, {}).import({.batch = 2});
  EXPECT_EQ(to_vector<std::int64_t>(*graph.value(graph.outputs()[0]).constant), Dims({6}));
}

TEST(Folding, ShapeArithmeticGoesAway) {
  // y = reshape(x, concat(unsqueeze(gather(shape(x), 0)), [-1])), as torch writes x.view(x.size(0), -1)
  ImportBuilder m(11);
  m.input("x", {-1, 3, 4}).output("y").node("Shape", {"x"}, {"s"});
  m.node("Constant", {}, {"zero"}, {{"value", int_tensor("", {}, {0})}}).node("Gather", {"s", "zero"}, {"n"});
  m.node("Unsqueeze", {"n"}, {"n1"}, {{"axes", Dims{0}}}).list("rest", {-1});
  m.node("Concat", {"n1", "rest"}, {"target"}, {{"axis", 0}})
      .node("Reshape", {"x", "target"}, {"y"}, {}, "view");
  const ir::Graph graph = m.import({.batch = 5});
  EXPECT_EQ(operators(graph), "Reshape");
  EXPECT_EQ(output_shape(graph), Shape({5, 12}));
}

TEST(Folding, RefusesHugeConstants) {
  ImportBuilder m;
  m.input("x", {1})
      .output("y")
      .list("shape", {1000, 1000, 1000})
      .node("ConstantOfShape", {"shape"}, {"c"}, {}, "big");
  m.node("Add", {"x", "c"}, {"y"});
  expect_model_error([&] { m.import(); }, {"'big' (ConstantOfShape)", "3.7 GiB", "--max-memory"});
  ImportBuilder expand;
  expand.input("x", {1}).output("y").weight("w", {1}, {1}).list("shape", {1000, 1000, 1000});
  expand.node("Expand", {"w", "shape"}, {"c"}, {}, "big").node("Add", {"x", "c"}, {"y"});
  expect_model_error([&] { expand.import(); }, {"'big' (Expand)", "3.7 GiB from 4 B", "--max-memory"});
}

TEST(Expand, BroadcastsBothWays) {
  EXPECT_EQ(result(list_node(13, "Expand", {2, 1}, {{3, 1, 4}}), 2), Shape({3, 2, 4}));
  EXPECT_EQ(operators(list_node(13, "Expand", {2, 4}, {{1}}).import({.batch = 2})), "Identity");
  expect_model_error([] { result(list_node(13, "Expand", {2, 3}, {{2, 4}}), 2); }, {"2x3", "2x4"});
}

TEST(ConstantOfShape, TakesItsValue) {
  ImportBuilder m;
  m.input("x", {2}).output("y").list("shape", {2});
  m.node("ConstantOfShape", {"shape"}, {"c"}, {{"value", float_tensor("", {1}, {2.5F})}})
      .node("Add", {"x", "c"}, {"y"});
  m.node("ConstantOfShape", {"shape"}, {"z"}).output("z");
  const auto results = run(m.import({.batch = 2}), {floats({2}, {1, 2})});
  EXPECT_EQ(to_vector<float>(results[0]), std::vector<float>({3.5F, 4.5F}));
  EXPECT_EQ(to_vector<float>(results[1]), std::vector<float>({0, 0}));
}

TEST(Range, CountsBothWays) {
  const auto range = [](std::int64_t start, std::int64_t limit, std::int64_t delta) {
    ImportBuilder m;
    m.input("x", {1}).output("y");
    const std::vector<std::int64_t> numbers = {start, limit, delta};
    for (std::size_t i = 0; i < 3; ++i)
      *m.graph().add_initializer() = int_tensor(fmt::format("n{}", i), {}, {numbers[i]});
    m.node("Range", {"n0", "n1", "n2"}, {"y"}, {}, "r");
    const ir::Graph graph = m.import();
    return to_vector<std::int64_t>(*graph.value(graph.outputs()[0]).constant);
  };
  EXPECT_EQ(range(1, 8, 3), Dims({1, 4, 7}));
  EXPECT_EQ(range(3, 0, -2), Dims({3, 1}));
  EXPECT_EQ(range(3, 0, 1), Dims({}));
  expect_model_error([&] { range(0, 1, 0); }, {"'r' (Range)", "steps of 0"});
  expect_model_error([&] { range(0, std::int64_t{1} << 60, 1); }, {"'r' (Range)", "elements"});
}

TEST(Constant, AllForms) {
  ImportBuilder m;
  m.input("x", {2}).output("a").output("b").output("c").output("d").output("e");
  m.node("Constant", {}, {"a"}, {{"value", float_tensor("", {2}, {1, 2})}});
  m.node("Constant", {}, {"b"}, {{"value_int", 7}}).node("Constant", {}, {"c"}, {{"value_ints", Dims{1, 2}}});
  m.node("Constant", {}, {"d"}, {{"value_float", 0.5}});
  m.node("Constant", {}, {"e"}, {{"value_floats", std::vector<float>{3, 4}}});
  const auto values = run(m.import({.batch = 2}), {floats({2}, {0, 0})});
  EXPECT_EQ(to_vector<float>(values[0]), std::vector<float>({1, 2}));
  EXPECT_EQ(to_vector<std::int64_t>(values[1]), Dims({7}));
  EXPECT_EQ(to_vector<std::int64_t>(values[2]), Dims({1, 2}));
  EXPECT_EQ(to_vector<float>(values[3]), std::vector<float>({0.5F}));
  EXPECT_EQ(to_vector<float>(values[4]), std::vector<float>({3, 4}));
  EXPECT_EQ(m.file()->parameters, 4);  // scalars are no weights
}

TEST(Constant, BadFormsAreRefused) {
  ImportBuilder none;
  none.input("x", {1}).output("y").node("Constant", {}, {"y"}, {}, "c");
  expect_model_error([&] { none.file(); }, {"'c' (Constant)", "expected one attribute"});
  ImportBuilder text;
  text.input("x", {1}).output("y").node("Constant", {}, {"y"}, {{"value_string", "hi"}}, "c");
  EXPECT_EQ(text.file()->unsupported_nodes.size(), 1u);
}

}  // namespace
}  // namespace fovea::onnx_import
