#include "model_builder.hpp"

#include "onnx/import/translate.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::onnx_import {
namespace {

using Attributes = std::vector<Attribute>;
using Values = std::vector<float>;

/// The result of one node over x, a row of floats.
Values apply(const std::string& type, const Values& x, const Attributes& attributes = {}, int opset = 13) {
  ImportBuilder m(opset);
  const auto count = static_cast<std::int64_t>(x.size());
  m.input("x", {1, count}).output("y").node(type, {"x"}, {"y"}, attributes, "n");
  return to_vector<float>(run(m.import(), {floats({1, count}, x)})[0]);
}

TEST(Table, IsSortedAndFound) {
  const auto rows = translate_table();
  EXPECT_TRUE(
      std::is_sorted(rows.begin(), rows.end(), [](auto& a, auto& b) { return a.op_type < b.op_type; }));
  for (const Translation& row : rows)
    EXPECT_EQ(find_translation(row.op_type), &row);
  EXPECT_EQ(find_translation("Nothing"), nullptr);
}

TEST(Unary, MapToTheirOperators) {
  EXPECT_EQ(apply("Relu", {-1, 2}), Values({0, 2}));
  EXPECT_EQ(apply("LeakyRelu", {-1, 2}, {{"alpha", 0.5}}), Values({-0.5F, 2}));
  EXPECT_EQ(apply("LeakyRelu", {-1, 2}), Values({-0.01F, 2}));
  EXPECT_EQ(apply("Elu", {1}), Values({1}));
  EXPECT_EQ(apply("HardSigmoid", {1}, {{"alpha", 0.25}, {"beta", 0.5}}), Values({0.75F}));
  EXPECT_EQ(apply("HardSwish", {3}, {}, 14), Values({3}));
  EXPECT_EQ(apply("Sigmoid", {0}), Values({0.5F}));
  EXPECT_EQ(apply("Tanh", {0}), Values({0}));
  EXPECT_EQ(apply("Erf", {0}), Values({0}));
  EXPECT_NEAR(apply("Softplus", {0})[0], std::log(2.0F), 1e-6F);
  EXPECT_EQ(apply("Abs", {-3}), Values({3}));
  EXPECT_EQ(apply("Neg", {-3}), Values({3}));
  EXPECT_EQ(apply("Exp", {0}), Values({1}));
  EXPECT_EQ(apply("Log", {1}), Values({0}));
  EXPECT_EQ(apply("Sqrt", {4}), Values({2}));
  EXPECT_EQ(apply("Reciprocal", {4}), Values({0.25F}));
  EXPECT_EQ(apply("Floor", {-1.5F}), Values({-2}));
  EXPECT_EQ(apply("Ceil", {-1.5F}), Values({-1}));
  EXPECT_EQ(apply("Round", {2.5F}), Values({2}));
  EXPECT_EQ(apply("Identity", {5}), Values({5}));
}

TEST(Unary, ComposedOnes) {
  EXPECT_NEAR(apply("Mish", {1})[0], 0.86509839F, 1e-6F);
  EXPECT_NEAR(apply("Selu", {-1})[0], -1.1113307F, 1e-6F);
  EXPECT_NEAR(apply("Gelu", {1}, {}, 20)[0], 0.84134475F, 1e-6F);
  EXPECT_NEAR(apply("Gelu", {1}, {{"approximate", "tanh"}}, 20)[0], 0.84119199F, 1e-6F);
  expect_model_error(
      [] {
        apply("Gelu", {1}, {{"approximate", "x"}}, 20);
      },
      {"attribute 'approximate'", "'x'"});
}

TEST(Clip, AttributesBeforeOpset11) {
  EXPECT_EQ(apply("Clip", {-1, 3, 9}, {{"min", 0.0}, {"max", 6.0}}, 10), Values({0, 3, 6}));
  EXPECT_EQ(apply("Clip", {-1, 9}, {{"max", 6.0}}, 7), Values({-1, 6}));
}

TEST(Clip, InputsSinceOpset11) {
  ImportBuilder m(11);
  m.input("x", {1, 3}).output("y").output("z").output("w");
  m.weight("lo", {}, {0}).weight("hi", {1}, {6});
  m.node("Clip", {"x", "lo", "hi"}, {"y"}).node("Clip", {"x", "", "hi"}, {"z"}).node("Clip", {"x"}, {"w"});
  const auto results = run(m.import(), {floats({1, 3}, {-1, 3, 9})});
  EXPECT_EQ(to_vector<float>(results[0]), Values({0, 3, 6}));
  EXPECT_EQ(to_vector<float>(results[1]), Values({-1, 3, 6}));
  EXPECT_EQ(to_vector<float>(results[2]), Values({-1, 3, 9}));
}

TEST(Clip, BoundsFromTheGraphAndIntegers) {
  ImportBuilder m(13);
  m.input("x", {2}).input("lo", {1}).input("i", {2}, onnx::TensorProto::INT64).output("y").output("z");
  m.node("Clip", {"x", "lo"}, {"y"});
  *m.graph().add_initializer() = int_tensor("one", {}, {1});
  *m.graph().add_initializer() = int_tensor("two", {}, {2});
  m.node("Clip", {"i", "one", "two"}, {"z"});
  const auto results =
      run(m.import(), {floats({2}, {0, 5}), floats({1}, {3}), Tensor::from<std::int64_t>({2}, Dims{0, 9})});
  EXPECT_EQ(to_vector<float>(results[0]), Values({3, 5}));
  EXPECT_EQ(to_vector<std::int64_t>(results[1]), Dims({1, 2}));
}

TEST(Binary, BroadcastAndTypes) {
  ImportBuilder m;
  m.input("x", {1, 2}).output("a").output("b").output("c").weight("w", {2}, {4, 2}).list("n", {3, 3});
  m.node("Sub", {"x", "w"}, {"d"}).node("Mul", {"d", "w"}, {"a"}).node("Div", {"x", "w"}, {"b"});
  m.node("Pow", {"x", "n"}, {"c"});
  const auto results = run(m.import(), {floats({1, 2}, {2, 3})});
  EXPECT_EQ(to_vector<float>(results[0]), Values({-8, 2}));
  EXPECT_EQ(to_vector<float>(results[1]), Values({0.5F, 1.5F}));
  EXPECT_EQ(to_vector<float>(results[2]), Values({8, 27}));
  ImportBuilder mixed;
  mixed.input("x", {1, 2}).output("y").list("n", {3, 3}).node("Mul", {"x", "n"}, {"y"}, {}, "m");
  expect_model_error([&] { mixed.import(); }, {"'m' (Mul)", "f32", "i64"});
}

TEST(Binary, IntegersFoldWithoutTrapping) {
  ImportBuilder m;
  m.input("x", {1}).output("y").list("a", {7}).list("zero", {0}).node("Div", {"a", "zero"}, {"y"}, {}, "d");
  expect_model_error([&] { m.import(); }, {"'d' (Div)", "by 0"});
  ImportBuilder power;
  power.input("x", {1})
      .output("y")
      .list("a", {4})
      .weight("half", {1}, {0.5F})
      .node("Pow", {"a", "half"}, {"y"});
  const ir::Graph graph = power.import();
  EXPECT_EQ(to_vector<std::int64_t>(*graph.value(graph.outputs()[0]).constant), Dims({2}));
}

TEST(Mod, HasTheDivisorsSign) {
  ImportBuilder m;
  m.input("x", {4}, onnx::TensorProto::INT64)
      .output("y")
      .list("d", {3, 3, -3, -3})
      .node("Mod", {"x", "d"}, {"y"});
  const auto results = run(m.import({.batch = 4}), {Tensor::from<std::int64_t>({4}, Dims{7, -7, 7, -6})});
  EXPECT_EQ(to_vector<std::int64_t>(results[0]), Dims({1, 2, -2, 0}));
}

TEST(Nary, ChainsAndSingles) {
  const auto combine = [](const std::string& type, const std::vector<std::string>& inputs) {
    ImportBuilder m;
    m.input("x", {1, 2}).output("y").weight("a", {2}, {4, 1}).weight("b", {1}, {3});
    m.node(type, inputs, {"y"}, {}, "n");
    const ir::Graph graph = m.import();
    EXPECT_NE(graph.find("y"), ir::kNoValue);
    return to_vector<float>(run(graph, {floats({1, 2}, {2, 5})})[0]);
  };
  EXPECT_EQ(combine("Sum", {"x", "a", "b"}), Values({9, 9}));
  EXPECT_EQ(combine("Mean", {"x", "a", "b"}), Values({3, 3}));
  EXPECT_EQ(combine("Max", {"x", "a", "b"}), Values({4, 5}));
  EXPECT_EQ(combine("Min", {"x", "a", "b"}), Values({2, 1}));
  EXPECT_EQ(combine("Mean", {"x"}), Values({2, 5}));
  EXPECT_EQ(combine("Max", {"x"}), Values({2, 5}));
  expect_model_error([&] { combine("Sum", {}); }, {"'n' (Sum)", "no inputs"});
}

TEST(Logic, ComparesAndSelects) {
  ImportBuilder m(16);
  m.input("x", {1, 4}).output("y").weight("one", {}, {1}).weight("two", {}, {2}).weight("zero", {}, {0});
  m.node("Greater", {"x", "one"}, {"g"})
      .node("LessOrEqual", {"x", "two"}, {"l"})
      .node("And", {"g", "l"}, {"in"});
  m.node("Equal", {"x", "zero"}, {"e"})
      .node("Or", {"in", "e"}, {"either"})
      .node("Not", {"either"}, {"neither"});
  m.node("Less", {"x", "zero"}, {"n"}).node("GreaterOrEqual", {"x", "zero"}, {"p"});
  m.node("Where", {"neither", "one", "x"}, {"y"});
  EXPECT_EQ(to_vector<float>(run(m.import(), {floats({1, 4}, {0, 2, 3, -4})})[0]), Values({0, 2, 1, 1}));
}

TEST(PRelu, SlopePerChannel) {
  ImportBuilder m;
  m.input("x", {1, 2, 1, 1}).output("y").weight("s", {2, 1, 1}, {0.5F, 2}).node("PRelu", {"x", "s"}, {"y"});
  EXPECT_EQ(to_vector<float>(run(m.import(), {floats({1, 2, 1, 1}, {-1, -1})})[0]), Values({-0.5F, -2}));
}

/// A reduction of [[1,2,3],[4,5,6]].
Tensor reduce(int opset, const std::string& type, const Attributes& attributes, const Dims& axes = {}) {
  ImportBuilder m(opset);
  m.input("x", {2, 3}).output("y");
  std::vector<std::string> inputs = {"x"};
  if (!axes.empty()) {
    inputs.push_back("axes");
    m.list("axes", axes);
  }
  m.node(type, inputs, {"y"}, attributes, "n");
  return run(m.import({.batch = 2}), {floats({2, 3}, {1, 2, 3, 4, 5, 6})})[0];
}

TEST(Reduce, AxesMoveToAnInput) {
  EXPECT_EQ(to_vector<float>(reduce(11, "ReduceSum", {{"axes", Dims{1}}})), Values({6, 15}));
  EXPECT_EQ(to_vector<float>(reduce(13, "ReduceSum", {}, {-1})), Values({6, 15}));
  EXPECT_EQ(to_vector<float>(reduce(13, "ReduceMean", {{"axes", Dims{0}}})), Values({2.5F, 3.5F, 4.5F}));
  EXPECT_EQ(to_vector<float>(reduce(18, "ReduceMean", {}, {0})), Values({2.5F, 3.5F, 4.5F}));
  EXPECT_EQ(to_vector<float>(reduce(18, "ReduceMax", {}, {1})), Values({3, 6}));
  EXPECT_EQ(to_vector<float>(reduce(13, "ReduceMin", {{"axes", Dims{1}}})), Values({1, 4}));
  EXPECT_NEAR(reduce(13, "ReduceL2", {{"axes", Dims{1}}}).data<float>()[0], std::sqrt(14.0F), 1e-6F);
  expect_model_error([] { reduce(13, "ReduceMean", {{"axes", Dims{2}}}); }, {"'n' (ReduceMean)", "axis 2"});
}

TEST(Reduce, WithoutAxesTakesAllOrNone) {
  EXPECT_EQ(reduce(13, "ReduceSum", {}).shape(), Shape({1, 1}));
  EXPECT_EQ(reduce(13, "ReduceSum", {{"keepdims", 0}}).shape(), Shape());
  EXPECT_EQ(reduce(13, "ReduceSum", {{"noop_with_empty_axes", 1}}).shape(), Shape({2, 3}));
  EXPECT_EQ(reduce(18, "ReduceMax", {{"noop_with_empty_axes", 1}}).shape(), Shape({2, 3}));
  EXPECT_EQ(reduce(18, "ReduceMin", {{"noop_with_empty_axes", 1}}).shape(), Shape({2, 3}));
}

}  // namespace
}  // namespace fovea::onnx_import
