// Models that are legal or nearly so, and extreme: windows far beyond the picture, more axes or operands than
// oneDNN takes, thousands of nodes under one name. They run as the reference backend has it, or end in an
// error that names the node, in time that grows with the file.

#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <ctime>

namespace fovea::test {
namespace {

Model loaded(const ModelBuilder& builder, const LoadOptions& options = {}) {
  const TemporaryFolder folder;
  return Model::load(builder.save(folder.file("model.onnx")), options);
}

/// Of this process, which other work on the machine does not lengthen.
double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// x, then one node, then a Flatten.
ModelBuilder one_node(const std::string& op, const std::vector<Attribute>& attributes,
                      const Dims& x = {1, 3, 8, 8}, int opset = 17) {
  ModelBuilder m(opset);
  m.input("x", x).output("y");
  m.node(op, {"x"}, {"v"}, attributes, "odd").node("Flatten", {"v"}, {"y"});
  return m;
}

/// Scores and gradient of the first class for a fixed picture.
std::vector<float> results(const Model& model, BackendKind backend) {
  Session session(Program::compile(model, {.backend = backend, .threads = 1}));
  float value = 0;
  for (float& element : session.input().data<float>())
    element = std::sin(value += 1.7F);
  session.forward();
  std::vector<float> all(session.output().data<float>().begin(), session.output().data<float>().end());
  session.seed_classes(std::vector<std::int64_t>{0});
  session.backward();
  const auto gradient = session.gradient().data<float>();
  all.insert(all.end(), gradient.begin(), gradient.end());
  return all;
}

/// The automatic backend gives what the reference backend gives, or both refuse the model.
void expect_as_reference(const ModelBuilder& builder, const std::string& what) {
  const Model model = loaded(builder);
  std::vector<float> expected, found;
  std::string why_not;
  try {
    expected = results(model, BackendKind::Reference);
  } catch (const ModelError& error) {
    why_not = error.what();
    EXPECT_THROW(results(model, BackendKind::Auto), ModelError) << what << ": " << why_not;
    return;
  }
  ASSERT_NO_THROW(found = results(model, BackendKind::Auto)) << what;
  ASSERT_EQ(found.size(), expected.size()) << what;
  for (std::size_t i = 0; i < found.size(); ++i)
    ASSERT_TRUE(std::abs(found[i] - expected[i]) <= 1e-4F * std::max(1.0F, std::abs(expected[i])) ||
                (std::isnan(found[i]) && std::isnan(expected[i])) || found[i] == expected[i])
        << what << ", element " << i << ": " << found[i] << " and " << expected[i];
}

TEST(HostileModels, pools_with_windows_beyond_the_picture_run) {
  const std::int64_t far = 1000000000, half = far / 2;
  const auto pool = [](const std::string& op, std::vector<Attribute> attributes) {
    expect_as_reference(one_node(op, attributes), op);
  };
  for (const char* op : {"AveragePool", "MaxPool"}) {
    pool(op, {{"kernel_shape", Dims{far, far}}, {"pads", Dims{half, half, half, half}}});
    pool(op, {{"kernel_shape", Dims{100, 100}}, {"pads", Dims{50, 50, 50, 50}}});
    pool(op, {{"kernel_shape", Dims{3, 3}}, {"pads", Dims{2, 2, 2, 2}}});
    pool(op, {{"kernel_shape", Dims{2, 2}}, {"pads", Dims{3, 3, 3, 3}}});
    pool(op, {{"kernel_shape", Dims{2, 2}}, {"strides", Dims{1 << 30, 1 << 30}}});
    pool(op, {{"kernel_shape", Dims{2, 2}},
              {"strides", Dims{1 << 29, 1 << 29}},
              {"pads", Dims{1 << 29, 1 << 29, 1 << 29, 1 << 29}}});
    pool(op, {{"kernel_shape", Dims{9, 9}}, {"ceil_mode", 1}, {"strides", Dims{4, 4}}});
    pool(op, {{"kernel_shape", Dims{3, 3}},
              {"ceil_mode", 1},
              {"strides", Dims{7, 7}},
              {"pads", Dims{1, 1, 2, 2}}});
  }
  pool("AveragePool",
       {{"kernel_shape", Dims{far, far}}, {"pads", Dims{half, half, half, half}}, {"count_include_pad", 1}});
  pool("MaxPool", {{"kernel_shape", Dims{1 << 30, 1 << 30}},
                   {"dilations", Dims{1 << 30, 1 << 30}},
                   {"auto_pad", "SAME_UPPER"}});
  pool("MaxPool", {{"kernel_shape", Dims{2, 2}}, {"dilations", Dims{5, 6}}, {"pads", Dims{5, 5, 5, 5}}});
  pool("MaxPool",
       {{"kernel_shape", Dims{2, 2}}, {"dilations", Dims{1 << 30, 1}}, {"auto_pad", "SAME_LOWER"}});
  pool("LRN", {{"size", (1 << 30) + 1}});
}

TEST(HostileModels, convolutions_with_windows_beyond_the_picture_run) {
  const auto conv = [](const std::string& op, const Dims& w, std::vector<Attribute> attributes) {
    ModelBuilder m(17);
    std::int64_t count = 1;
    for (std::int64_t extent : w)
      count *= extent;
    m.input("x", {1, 3, 8, 8})
        .output("y")
        .weight("w", w, std::vector<float>(static_cast<std::size_t>(count), 0.5F));
    m.node(op, {"x", "w"}, {"v"}, attributes, "odd").node("Flatten", {"v"}, {"y"});
    expect_as_reference(m, op);
  };
  const std::int64_t far = 1 << 28;
  conv("Conv", {2, 3, 2, 2}, {{"strides", Dims{far, far}}, {"pads", Dims{far, far, far, far}}});
  conv("Conv", {2, 3, 2, 2},
       {{"dilations", Dims{far, far}}, {"pads", Dims{far, far, far, far}}, {"strides", Dims{far, far}}});
  conv("Conv", {2, 3, 2, 2}, {{"strides", Dims{far, far}}});
  conv("Conv", {2, 3, 20, 20}, {{"pads", Dims{10, 10, 10, 10}}});
  conv("Conv", {0, 3, 2, 2}, {});
  conv("Conv", {3, 1, 2, 2}, {{"group", 3}, {"dilations", Dims{7, 7}}});
  conv("ConvTranspose", {3, 2, 2, 2}, {{"strides", Dims{300, 300}}});
  conv("ConvTranspose", {3, 2, 2, 2},
       {{"strides", Dims{1 << 20, 1 << 20}}, {"pads", Dims{1 << 22, 1 << 22, 3 << 20, 3 << 20}}});
  conv("ConvTranspose", {3, 2, 1, 1},
       {{"strides", Dims{4000, 4000}}, {"pads", Dims{14000, 14000, 13000, 13000}}});
}

TEST(HostileModels, more_axes_and_operands_than_a_library_takes_run) {
  ModelBuilder axes(17);
  axes.input("x", {1, 3, 8, 8}).output("y").list("s", {1, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1});
  axes.node("Reshape", {"x", "s"}, {"r"})
      .node("Transpose", {"r"}, {"t"}, {{"perm", Dims{0, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 13}}});
  axes.node("ReduceMean", {"t"}, {"m"}, {{"axes", Dims{5, 6}}, {"keepdims", 1}})
      .node("Relu", {"m"}, {"q"})
      .node("Softmax", {"q"}, {"sm"}, {{"axis", 3}});
  axes.node("Concat", {"sm", "q"}, {"cc"}, {{"axis", 7}}).node("Flatten", {"cc"}, {"y"});
  expect_as_reference(axes, "14 axes");

  ModelBuilder wide(17);
  wide.input("x", {1, 3, 8, 8}).output("y");
  std::vector<std::string> parts;
  for (int i = 0; i < 3000; ++i)
    parts.push_back(i % 2 == 0 ? "x" : "h");
  wide.node("Relu", {"x"}, {"h"})
      .node("Concat", parts, {"c"}, {{"axis", 1}}, "wide")
      .node("GlobalAveragePool", {"c"}, {"g"})
      .node("Flatten", {"g"}, {"y"});
  expect_as_reference(wide, "3000 operands");

  ModelBuilder sum(17);
  sum.input("x", {1, 3, 8, 8}).output("y");
  parts.assign(4000, "x");
  sum.node("Sum", parts, {"s"}, {}, "sum").node("Flatten", {"s"}, {"y"});
  expect_as_reference(sum, "4000 summands");
}

TEST(HostileModels, empty_values_run_or_are_refused) {
  for (const Dims& starts : {Dims{8}, Dims{9}}) {
    ModelBuilder m(9);
    m.input("x", {1, 3, 8, 8}).output("y");
    m.node("Slice", {"x"}, {"e"}, {{"starts", starts}, {"ends", Dims{8}}, {"axes", Dims{2}}})
        .node("Relu", {"e"}, {"r"});
    m.node("Concat", {"r", "x"}, {"c"}, {{"axis", 2}})
        .node("ReduceSum", {"c"}, {"s"}, {{"axes", Dims{2, 3}}, {"keepdims", 0}})
        .node("Identity", {"s"}, {"y"});
    expect_as_reference(m, "empty slice");
  }
}

/// Seconds to load and compile a network of so many nodes, forward and backward.
double compile_seconds(const std::function<void(ModelBuilder&, int)>& fill, int nodes) {
  ModelBuilder m(17);
  m.input("x", {1, 3, 4, 4});
  fill(m, nodes);
  const double begin = processor_seconds();
  Program::compile(loaded(m), {.threads = 1});
  return processor_seconds() - begin;
}

/// Eight times the nodes take eight times as long, and not 64 times.
void expect_linear(const std::string& what, const std::function<void(ModelBuilder&, int)>& fill) {
  constexpr int few = 500, many = 8 * few;
  const double first = compile_seconds(fill, few), second = compile_seconds(fill, many);
  EXPECT_LT(second, 24 * first + 0.2) << what << ": " << first << " s, then " << second << " s";
}

TEST(HostileModels, compile_in_time_that_grows_with_the_number_of_nodes) {
  expect_linear("a chain of nodes of one name", [](ModelBuilder& m, int nodes) {
    for (int i = 0; i < nodes; ++i)
      m.node(i % 2 == 0 ? "Relu" : "Sigmoid", {i == 0 ? "x" : fmt::format("v{}", i - 1)},
             {fmt::format("v{}", i)}, {}, "same");
    m.node("Flatten", {fmt::format("v{}", nodes - 1)}, {"y"}).output("y");
  });
  expect_linear("one sum", [](ModelBuilder& m, int nodes) {
    m.node("Sum", std::vector<std::string>(static_cast<std::size_t>(nodes), "x"), {"s"})
        .node("Flatten", {"s"}, {"y"})
        .output("y");
  });
  expect_linear("many outputs", [](ModelBuilder& m, int nodes) {
    m.node("Flatten", {"x"}, {"y"}).output("y");
    for (int i = 0; i < nodes; ++i)
      m.node("Identity", {"y"}, {fmt::format("o{}", i)}).output(fmt::format("o{}", i));
  });
  expect_linear("a wide layer of pools and convolutions", [](ModelBuilder& m, int nodes) {
    m.weight("w", {3, 3, 1, 1}, std::vector<float>(9, 1)).weight("b", {3}, {1, 2, 3});
    std::vector<std::string> parts;
    for (int i = 0; i < nodes / 4; ++i) {
      const std::string at = fmt::format("{}", i);
      m.node("Conv", {"x", "w"}, {"c" + at})
          .node("BatchNormalization", {"c" + at, "b", "b", "b", "b"}, {"n" + at});
      m.node("MaxPool", {"n" + at}, {"p" + at}, {{"kernel_shape", Dims{2, 2}}});
      parts.push_back("p" + at);
    }
    m.node("Sum", parts, {"s"}).node("Flatten", {"s"}, {"y"}).output("y");
  });
}

TEST(HostileModels, a_session_takes_no_more_memory_than_the_model_may) {
  ModelBuilder m(17);
  m.input("x", {1, 3, 64, 64}).output("y").list("repeats", {1, 40, 1, 1});
  m.node("Tile", {"x", "repeats"}, {"t"}, {}, "tile")
      .node("Tanh", {"t"}, {"s"})
      .node("Flatten", {"s"}, {"y"});
  EXPECT_NO_THROW(Program::compile(loaded(m), {.backend = BackendKind::Reference}));
  try {
    Program::compile(loaded(m, {.max_memory = 3 << 19}), {.backend = BackendKind::Reference});
    FAIL() << "compiled";
  } catch (const ModelError& error) {
    EXPECT_NE(std::string(error.what()).find("--max-memory"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("1.5 MiB"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace fovea::test
