#include "model_builder.hpp"

#include <numeric>

namespace fovea::onnx_import {
namespace {

using Attributes = std::vector<Attribute>;

std::vector<float> counting(std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), 0.0F);
  return values;
}

/// The result of one node over x = 0, 1, 2, ... of those extents, with lists as further inputs.
Tensor apply(int opset, const std::string& type, const Dims& dims, const std::vector<Dims>& lists,
             const Attributes& attributes = {}) {
  ImportBuilder m(opset);
  m.input("x", dims).output("y");
  std::vector<std::string> inputs = {"x"};
  for (const Dims& list : lists) {
    inputs.push_back(list.empty() ? "" : fmt::format("l{}", inputs.size()));
    if (!list.empty())
      m.list(inputs.back(), list);
  }
  m.node(type, inputs, {"y"}, attributes, "n");
  const Shape shape{std::vector<std::int64_t>(dims)};
  return run(m.import({.batch = dims[0]}), {floats(shape, counting(shape.elements()))})[0];
}

TEST(Slice, AttributesBeforeOpset10) {
  const Tensor y =
      apply(9, "Slice", {2, 4}, {}, {{"starts", Dims{1}}, {"ends", Dims{-1}}, {"axes", Dims{1}}});
  EXPECT_EQ(y.shape(), Shape({2, 2}));
  EXPECT_EQ(to_vector<float>(y), std::vector<float>({1, 2, 5, 6}));
}

TEST(Slice, InputsSinceOpset10) {
  constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max();
  const auto slice = [](const std::vector<Dims>& lists) {
    return to_vector<float>(apply(13, "Slice", {5}, lists));
  };
  EXPECT_EQ(slice({{1}, {far}}), std::vector<float>({1, 2, 3, 4}));
  EXPECT_EQ(slice({{-2}, {far}, {0}}), std::vector<float>({3, 4}));
  EXPECT_EQ(slice({{0}, {5}, {-1}, {2}}), std::vector<float>({0, 2, 4}));
  EXPECT_EQ(slice({{-1}, {-far - 1}, {0}, {-1}}), std::vector<float>({4, 3, 2, 1, 0}));
  EXPECT_EQ(slice({{100}, {0}, {0}, {-3}}), std::vector<float>({4, 1}));
  EXPECT_EQ(slice({{0}, {5}, {0}, {far}}), std::vector<float>({0}));
  EXPECT_EQ(slice({{3}, {1}}), std::vector<float>({}));
  expect_model_error([&] { slice({{0}, {5}, {0}, {0}}); }, {"'n' (Slice)", "step of 0"});
  expect_model_error([&] { slice({{0}, {5}, {1}}); }, {"axis 1 is outside"});
  expect_model_error([&] { slice({{0, 0}, {5}}); }, {"2 starts, 1 ends"});
  expect_model_error([&] { slice({{0}}); }, {"ends are missing"});
}

TEST(Split, FormsOfEveryOpset) {
  const auto split = [](int opset, const Attributes& attributes, const Dims& sizes, std::size_t outputs) {
    ImportBuilder m(opset);
    m.input("x", {1, 7});
    std::vector<std::string> inputs = {"x"}, names;
    if (!sizes.empty()) {
      inputs.push_back("sizes");
      m.list("sizes", sizes);
    }
    for (std::size_t i = 0; i < outputs; ++i) {
      names.push_back(fmt::format("y{}", i));
      m.output(names.back());
    }
    m.node("Split", inputs, names, attributes, "n");
    const ir::Graph graph = m.import();
    Dims widths;
    for (std::size_t i = 0; i < outputs; ++i) {
      EXPECT_NE(graph.find(names[i]), ir::kNoValue);
      widths.push_back(output_shape(graph, i)[1]);
    }
    return widths;
  };
  const Attribute axis{"axis", -1};
  EXPECT_EQ(split(11, {axis, {"split", Dims{3, 4}}}, {}, 2), Dims({3, 4}));
  EXPECT_EQ(split(13, {axis}, {1, 6}, 2), Dims({1, 6}));
  EXPECT_EQ(split(18, {axis, {"num_outputs", 3}}, {}, 3), Dims({3, 3, 1}));
  EXPECT_EQ(split(13, {axis}, {}, 7), Dims(7, 1));
  expect_model_error([&] { split(13, {axis}, {}, 2); }, {"'n' (Split)", "7 into 2 equal parts"});
  expect_model_error([&] { split(13, {axis}, {3, 3}, 2); }, {"'n' (Split)"});
  expect_model_error([&] { split(13, {axis}, {7}, 2); }, {"2 outputs", "1 parts"});
}

TEST(Pad, FormsOfEveryOpset) {
  const Attribute constant{"mode", "constant"};
  EXPECT_EQ(to_vector<float>(apply(9, "Pad", {1, 2}, {}, {{"pads", Dims{0, 1, 0, 1}}, {"value", 9.0}})),
            std::vector<float>({9, 0, 1, 9}));
  EXPECT_EQ(to_vector<float>(apply(11, "Pad", {1, 3}, {{0, 1, 0, 1}}, {{"mode", "reflect"}})),
            std::vector<float>({1, 0, 1, 2, 1}));
  EXPECT_EQ(to_vector<float>(apply(13, "Pad", {1, 2}, {{0, 1, 0, 1}}, {{"mode", "edge"}})),
            std::vector<float>({0, 0, 1, 1}));
  EXPECT_EQ(to_vector<float>(apply(18, "Pad", {1, 2}, {{2, 0}, {}, {-1}}, {constant})),
            std::vector<float>({0, 0, 0, 1}));
  EXPECT_EQ(to_vector<float>(apply(13, "Pad", {1, 3}, {{0, -1, 0, 0}})), std::vector<float>({1, 2}));
  expect_model_error(
      [] {
        apply(19, "Pad", {1, 2}, {{0, 1, 0, 1}}, {{"mode", "mirror"}});
      },
      {"'n' (Pad)", "attribute 'mode'", "'mirror'"});
  expect_model_error([] { apply(13, "Pad", {1, 2}, {{1, 1}}); }, {"expected 4 pads, found 2"});
  expect_model_error([] { apply(13, "Pad", {1, 2}, {}); }, {"pads are missing"});
}

TEST(Pad, ValueIsAnInputSinceOpset11) {
  ImportBuilder m(11);
  m.input("x", {1, 2}).output("y").list("pads", {0, 1, 0, 0}).weight("v", {}, {7});
  m.node("Pad", {"x", "pads", "v"}, {"y"});
  EXPECT_EQ(to_vector<float>(run(m.import(), {floats({1, 2}, {1, 2})})[0]), std::vector<float>({7, 1, 2}));
}

TEST(Transpose, ReversesByDefault) {
  EXPECT_EQ(apply(13, "Transpose", {2, 3, 4}, {}).shape(), Shape({4, 3, 2}));
  EXPECT_EQ(apply(13, "Transpose", {2, 3, 4}, {}, {{"perm", Dims{0, 2, 1}}}).shape(), Shape({2, 4, 3}));
  expect_model_error(
      [] {
        apply(13, "Transpose", {2, 3}, {}, {{"perm", Dims{0, 0}}});
      },
      {"axis 0 is given twice"});
  expect_model_error([] { apply(13, "Transpose", {2, 3}, {}, {{"perm", Dims{0}}}); }, {"'perm'", "[0]"});
}

TEST(Gather, PicksAlongItsAxis) {
  const Tensor y = apply(13, "Gather", {2, 3}, {{2, -3}}, {{"axis", 1}});
  EXPECT_EQ(to_vector<float>(y), std::vector<float>({2, 0, 5, 3}));
  expect_model_error([] { apply(13, "Gather", {2, 3}, {{0}}, {{"axis", 2}}); }, {"'n' (Gather)", "axis 2"});
}

TEST(Concat, NeedsAnAxis) {
  ImportBuilder m;
  m.input("x", {1, 2}).output("y").weight("w", {1, 1}, {5}).node("Concat", {"x", "w"}, {"y"}, {{"axis", -1}});
  EXPECT_EQ(to_vector<float>(run(m.import(), {floats({1, 2}, {1, 2})})[0]), std::vector<float>({1, 2, 5}));
  expect_model_error([] { apply(13, "Concat", {1, 2}, {}); }, {"attribute 'axis' is missing"});
}

TEST(Cast, BetweenFloatingTypesDoesNothing) {
  ImportBuilder m;
  m.input("x", {2}, onnx::TensorProto::FLOAT16).output("y").output("i").output("b");
  m.node("Cast", {"x"}, {"y"}, {{"to", onnx::TensorProto::DOUBLE + 0}});
  m.node("Cast", {"x"}, {"i"}, {{"to", onnx::TensorProto::INT32 + 0}});
  m.node("Cast", {"i"}, {"b"}, {{"to", onnx::TensorProto::BOOL + 0}});
  const ir::Graph graph = m.import({.batch = 2});
  EXPECT_EQ(operators(graph), "Identity Cast Cast");
  const auto results = run(graph, {floats({2}, {0.5F, -2.5F})});
  EXPECT_EQ(to_vector<std::int64_t>(results[1]), Dims({0, -2}));
  EXPECT_EQ(to_vector<bool>(results[2]), std::vector<bool>({false, true}));
  ImportBuilder text;
  text.input("x", {2}).output("y").node("Cast", {"x"}, {"y"}, {{"to", onnx::TensorProto::STRING + 0}});
  expect_model_error([&] { text.import(); }, {"(Cast)", "attribute 'to'", "string"});
  ImportBuilder missing;
  missing.input("x", {2}).output("y").node("Cast", {"x"}, {"y"});
  expect_model_error([&] { missing.import(); }, {"attribute 'to' is missing"});
}

}  // namespace
}  // namespace fovea::onnx_import
