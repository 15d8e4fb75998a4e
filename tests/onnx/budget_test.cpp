// Excessive demands of files for memory and time are refused before any is taken, by an error that names the
// node, the amount, the limit and the option that raises it.

#include "model_builder.hpp"
#include "onnx/file/memory_budget.hpp"

#include <chrono>

namespace fovea::onnx_import {
namespace {

constexpr std::int64_t kGibi = std::int64_t{1} << 30;

/// An integer scalar.
void add_scalar(ImportBuilder& m, const std::string& name, std::int64_t value) {
  *m.graph().add_initializer() = int_tensor(name, {}, {value});
}

/// x multiplied by the largest element of an int64 value, so that the value is needed.
void use(ImportBuilder& m, const std::string& value, const std::string& x, const std::string& y) {
  m.node("ReduceMax", {value}, {y + "_m"}, {{"keepdims", 0}})
      .node("Cast", {y + "_m"}, {y + "_f"}, {{"to", 1}});
  m.node("Mul", {x, y + "_f"}, {y});
}

void expect_refused(const ImportBuilder& m, const std::string& node) {
  const auto begin = std::chrono::steady_clock::now();
  expect_model_error([&] { m.import(); }, {"'" + node + "'", "--max-memory", "iB"});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2)) << node;
}

TEST(MemoryBudget, Repeated_ranges_are_refused_before_any_is_made) {
  ImportBuilder m(17);
  m.input("x", {1, 3, 4, 4}).output("y40");
  add_scalar(m, "a", 0);
  add_scalar(m, "b", 1 << 24);
  add_scalar(m, "c", 1);
  std::string last = "x";
  for (int i = 0; i <= 40; ++i) {
    const std::string range = fmt::format("r{}", i), next = fmt::format("y{}", i);
    m.node("Range", {"a", "b", "c"}, {range}, {}, range);
    use(m, range, last, next);
    last = next;
  }
  expect_refused(m, "r15");
}

TEST(MemoryBudget, Doubled_constants_are_refused_before_any_is_made) {
  for (const char* op : {"Concat", "Add"}) {
    ImportBuilder m(17);
    m.input("x", {1, 3, 4, 4}).output("y").list("shape", {1 << 23});
    m.node("ConstantOfShape", {"shape"}, {"c0"}, {{"value", int_tensor("", {1}, {1})}}, "c0");
    for (int i = 0; i < 60; ++i) {
      const std::string from = fmt::format("c{}", i), to = fmt::format("c{}", i + 1);
      m.node(op, {from, from}, {to},
             op == std::string("Concat") ? std::vector<Attribute>{{"axis", 0}} : std::vector<Attribute>{},
             to);
    }
    use(m, "c60", "x", "y");
    expect_refused(m, op == std::string("Concat") ? "c5" : "c32");
  }
}

TEST(MemoryBudget, One_large_constant_from_a_few_numbers_is_refused) {
  const auto model = [](const std::string& op, const std::vector<std::string>& inputs,
                        const std::vector<Attribute>& attributes = {}, int opset = 17) {
    ImportBuilder m(opset);
    m.input("x", {1, 3, 4, 4}).output("y");
    add_scalar(m, "zero", 0);
    add_scalar(m, "one", 1);
    add_scalar(m, "many", 1 << 27);
    m.list("list", {1, 2})
        .list("shape", {1 << 14, 1 << 14})
        .list("repeats", {1 << 27})
        .list("pads", {1 << 27, 1})
        .list("indices", {0, 1});
    m.node(op, inputs, {"c"}, attributes, "large");
    use(m, "c", "x", "y");
    return m;
  };
  expect_refused(model("Range", {"zero", "many", "one"}), "large");
  expect_refused(model("ConstantOfShape", {"shape"}, {{"value", int_tensor("", {1}, {1})}}), "large");
  expect_refused(model("Expand", {"one", "shape"}), "large");
  expect_refused(model("Tile", {"list", "repeats"}), "large");
  expect_refused(model("Pad", {"list", "pads"}), "large");
  expect_refused(model("Pad", {"list", "pads"}, {{"mode", "wrap"}}, 19), "large");
  expect_refused(model("OneHot", {"list", "many", "list"}), "large");
}

TEST(MemoryBudget, Values_computed_from_the_picture_are_limited_each) {
  const auto model = [](const std::string& op, const std::vector<std::string>& inputs,
                        const std::vector<Attribute>& attributes = {}, int opset = 17) {
    ImportBuilder m(opset);
    m.input("x", {1, 3, 8, 8}).output("y");
    m.list("pads", {0, 0, 20000, 0, 0, 0, 0, 20000})
        .list("repeats", {1, 1, 3000, 1000})
        .list("sizes", {1, 3, 20000, 20000})
        .list("target", {20000, 3, 8, 1600});
    m.weight("w", {1, 3, 1, 1}, {1, 1, 1});
    m.node(op, inputs, {"large"}, attributes, "large").node("GlobalMaxPool", {"large"}, {"y"});
    return m;
  };
  expect_refused(model("Pad", {"x", "pads"}), "large");
  expect_refused(model("Pad", {"x", "pads"}, {{"mode", "wrap"}}, 19), "large");
  expect_refused(model("Tile", {"x", "repeats"}), "large");
  expect_refused(model("Resize", {"x", "", "", "sizes"}), "large");
  expect_refused(model("Resize", {"x", "", "", "sizes"}, {{"mode", "linear"}}), "large");
  expect_model_error(
      [&] {
        model("Conv", {"x", "w"}, {{"pads", Dims{30000, 30000, 30000, 30000}}}).import();
      },
      {"'large'"});
}

TEST(MemoryBudget, Tables_for_resizing_are_limited) {
  ImportBuilder m(17);
  m.input("x", {1, 1, 8, 8}).output("y").list("sizes", {1, 1, 1, 500000000});
  m.node("Resize", {"x", "", "", "sizes"}, {"large"}, {{"mode", "linear"}}, "large")
      .node("GlobalMaxPool", {"large"}, {"y"});
  expect_refused(m, "large");
}

TEST(MemoryBudget, The_work_for_constants_is_limited) {
  ImportBuilder m(17);
  m.input("x", {1, 3, 4, 4}).output("y").list("shape", {2000, 2000});
  m.node("ConstantOfShape", {"shape"}, {"c0"}, {}, "c0");
  for (int i = 0; i < 4; ++i)
    m.node("MatMul", {fmt::format("c{}", i), "c0"}, {fmt::format("c{}", i + 1)}, {},
           fmt::format("product{}", i));
  m.node("ReduceMax", {"c4"}, {"m"}, {{"keepdims", 0}}).node("Mul", {"x", "m"}, {"y"});
  expect_refused(m, "product0");
}

TEST(MemoryBudget, Many_small_readings_of_a_large_constant_are_limited) {
  ImportBuilder m(17);
  m.input("x", {1, 3, 4, 4}).output("y999").list("shape", {1 << 24});
  m.node("ConstantOfShape", {"shape"}, {"c"}, {}, "c");
  std::string last = "x";
  for (int i = 0; i < 1000; ++i) {
    const std::string next = fmt::format("y{}", i);
    m.node("ReduceMax", {"c"}, {next + "_m"}, {{"keepdims", 0}}, next + "_max");
    m.node("Mul", {last, next + "_m"}, {next});
    last = next;
  }
  expect_refused(m, "y125_max");
}

TEST(MemoryBudget, A_higher_limit_lets_more_through) {
  ImportBuilder m(17);
  m.input("x", {1, 3, 4, 4}).output("y").list("shape", {1 << 20});
  m.node("ConstantOfShape", {"shape"}, {"c"}, {{"value", int_tensor("", {1}, {1})}}, "large");
  use(m, "c", "x", "y");
  const TempFolder folder;
  const std::string path = folder.write("model.onnx", m.model.SerializeAsString());
  const auto import = [&](std::int64_t limit) { return import_graph(*OnnxFile::read(path, {}, limit), {}); };
  expect_model_error([&] { import(std::int64_t{64} << 20); },
                     {"'large' (ConstantOfShape)", "8.0 MiB", "64.0 MiB"});
  const ir::Graph graph = import(std::int64_t{128} << 20);
  EXPECT_EQ(run(graph, {Tensor(DType::F32, {1, 3, 4, 4})}).front().elements(), 48);
  EXPECT_THROW(OnnxFile::read(path, {}, -1), InputError);
}

TEST(MemoryBudget, Constants_that_nothing_needs_are_never_made) {
  ImportBuilder m(17);
  m.input("x", {1, 3, 4, 4}).output("y").list("shape", {1 << 21});
  m.node("ConstantOfShape", {"shape"}, {"c"}, {}, "unread").node("Relu", {"x"}, {"y"});
  m.node("Shape", {"c"}, {"s"})
      .node("Cast", {"s"}, {"f"}, {{"to", 1}})
      .node("Mul", {"y", "f"}, {"z"})
      .output("z");
  const ir::Graph graph = m.import();
  for (const ir::Value& value : graph.values()) {
    const bool is_large = value.constant && value.type.shape.elements() >= 1 << 21;
    EXPECT_TRUE(!is_large || value.constant->empty()) << value.name;
  }
}

TEST(MemoryBudget, Large_constants_that_are_needed_are_right) {
  ImportBuilder m(17);
  m.input("x", {1}).output("y").list("shape", {300, 300}).list("axes", {0, 1});
  m.node("ConstantOfShape", {"shape"}, {"c"}, {{"value", float_tensor("", {1}, {2})}})
      .node("Mul", {"c", "c"}, {"d"});
  m.node("Add", {"d", "c"}, {"e"})
      .node("ReduceSum", {"e", "axes"}, {"s"}, {{"keepdims", 0}})
      .node("Mul", {"x", "s"}, {"y"});
  Tensor x(DType::F32, {1});
  x.data<float>()[0] = 1;
  EXPECT_EQ(run(m.import(), {x}).front().data<float>()[0], 6.0F * 90000);
}

TEST(MemoryBudget, Sums_up_and_refuses) {
  MemoryBudget budget(kGibi);
  budget.take(kGibi / 16, 0);
  EXPECT_THROW(budget.take(kGibi / 16 + 1, 0), InputError);
  budget.take(kGibi / 2, kGibi / 4);
  EXPECT_THROW(budget.take(kGibi / 2, kGibi / 2), InputError);
  budget.take_work(kGibi);
  EXPECT_THROW(budget.take_work(std::numeric_limits<std::int64_t>::max()), InputError);
  budget.check_value(4 * kGibi, 4, "v");
  EXPECT_THROW(budget.check_value(4 * kGibi, 3, "v"), InputError);
}

// Shapes that no tensor may have.

TEST(Shapes, Axes_and_products_beyond_the_tensor_are_errors) {
  const Shape shape{2, 3};
  EXPECT_THROW(shape[2], InputError);
  EXPECT_THROW(shape[-1], InputError);
  EXPECT_THROW(Shape({std::int64_t{1} << 40, std::int64_t{1} << 40}).elements(), InputError);
  EXPECT_THROW(Tensor(DType::F32, {2, -1}), InputError);
  EXPECT_THROW(ir::check_size({DType::F32, {0, std::int64_t{1} << 30, std::int64_t{1} << 30}}), InputError);
  EXPECT_THROW(ir::check_size({DType::F32, Shape(Dims(65, 1))}), InputError);
  EXPECT_NO_THROW(ir::check_size({DType::F32, {0, 1 << 30}}));
}

TEST(Shapes, A_reshape_to_thousands_of_axes_is_refused) {
  ImportBuilder m;
  Dims target(5000, 1);
  target[0] = 48;
  m.input("x", {1, 3, 4, 4}).output("y").list("s", target).node("Reshape", {"x", "s"}, {"y"}, {}, "r");
  expect_model_error([&] { m.import(); }, {"'r' (Reshape)", "5000 axes", "64"});
}

}  // namespace
}  // namespace fovea::onnx_import
