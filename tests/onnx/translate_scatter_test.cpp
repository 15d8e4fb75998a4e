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

}  // namespace
}  // namespace fovea::onnx_import
