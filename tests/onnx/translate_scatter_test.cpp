#include "node_results.hpp"

namespace fovea::onnx_import {
namespace {

TEST(ScatterND, writes_rows_and_adds) {
  const auto scatter = [](const Attributes& attributes) {
    ImportBuilder m(16);
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

TEST(Elements, are_gathered_and_scattered_along_an_axis) {
  ImportBuilder m(13);
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

TEST(TopK, gives_values_and_places) {
  const auto chosen = [](const Attributes& attributes, const Dims& k, int opset = 11) {
    ImportBuilder m(opset);
    m.input("x", {2, 4}).output("values").output("indices");
    if (!k.empty())
      m.list("k", k);
    m.node("TopK", k.empty() ? std::vector<std::string>{"x"} : std::vector<std::string>{"x", "k"},
           {"values", "indices"}, attributes, "n");
    const ir::Graph graph = m.import({.batch = 2});
    EXPECT_EQ(output_shape(graph, 0), output_shape(graph, 1));
    const auto results = run(graph, {floats({2, 4}, {3, 7, 7, 1, -2, 0, -5, 4})});
    return std::pair(to_vector<float>(results[0]), to_vector<std::int64_t>(results[1]));
  };
  EXPECT_EQ(chosen({}, {3}), std::pair(Values({7, 7, 3, 4, 0, -2}), Dims({1, 2, 0, 3, 1, 0})));
  EXPECT_EQ(chosen({{"largest", 0}}, {2}), std::pair(Values({1, 3, -5, -2}), Dims({3, 0, 2, 0})));
  EXPECT_EQ(chosen({{"axis", 0}}, {1}), std::pair(Values({3, 7, 7, 4}), Dims({0, 0, 0, 1})));
  EXPECT_EQ(chosen({{"axis", -2}}, {2}),
            std::pair(Values({3, 7, 7, 4, -2, 0, -5, 1}), Dims({0, 0, 0, 1, 1, 1, 1, 0})));
  EXPECT_EQ(chosen({{"k", 1}}, {}, 9), std::pair(Values({7, 4}), Dims({1, 3})));
  expect_model_error([&] { chosen({}, {5}); }, {"'n' (TopK)", "k is 5", "has 4 elements"});
  expect_model_error([&] { chosen({}, {0}); }, {"'n' (TopK)", "k is 0"});
}

TEST(TopK, needs_a_known_number_and_folds_constants) {
  ImportBuilder m(13);
  m.input("x", {1, 4}).output("y").input("k", {1}, onnx::TensorProto::INT64);
  m.node("TopK", {"x", "k"}, {"y", "indices"}, {}, "n");
  expect_model_error([&] { m.import(); }, {"'n' (TopK)", "input 1 (k) must be a constant"});
  ImportBuilder folded(13);
  folded.input("x", {1, 2}).output("y").weight("w", {1, 4}, {4, 9, 2, 7}).list("k", {2});
  folded.node("TopK", {"w", "k"}, {"largest", "places"}).node("Add", {"x", "largest"}, {"y"});
  const ir::Graph graph = folded.import();
  EXPECT_EQ(operators(graph), "Add");
  EXPECT_EQ(to_vector<float>(run(graph, {floats({1, 2}, {1, 1})})[0]), Values({10, 8}));
}

}  // namespace
}  // namespace fovea::onnx_import
