#include "node_results.hpp"

namespace fovea::onnx_import {
namespace {

TEST(Blocks, move_between_depth_and_space) {
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

TEST(Arrangements, of_whole_numbers) {
  ImportBuilder m(14);
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

TEST(Pad, wraps) {
  ImportBuilder m(19);
  m.input("x", {1, 3})
      .output("y")
      .list("pads", {0, 2, 0, 4})
      .node("Pad", {"x", "pads"}, {"y"}, {{"mode", "wrap"}});
  EXPECT_EQ(to_vector<float>(run(m.import(), {floats({1, 3}, {1, 2, 3})})[0]),
            Values({2, 3, 1, 2, 3, 1, 2, 3, 1}));
}

}  // namespace
}  // namespace fovea::onnx_import
