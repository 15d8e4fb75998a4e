#include "ir/graph.hpp"

#include "ir/text.hpp"
#include "ops/functions.hpp"
#include "ops/table.hpp"
#include "support/temporary_folder.hpp"
#include "support/tensors.hpp"

namespace fovea::test {
namespace {

/// The result of the shape rule of the operator below; a graph that is only appended to cannot be broken in
/// another way.
std::vector<ir::TensorType>& types_of_fickle() {
  static std::vector<ir::TensorType> types;
  return types;
}
const ir::Operator& fickle() {
  static const ir::Operator op{"Fickle",
                               {"x"},
                               [](const ir::InferCall&) { return types_of_fickle(); },
                               nullptr,
                               ir::not_differentiable("it is broken")};
  return op;
}

TEST(Graph, verify_finds_a_type_that_the_shape_rule_does_not_give) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", {DType::F32, {2}});
  types_of_fickle() = {{DType::F32, {2}}};
  graph.add_output(graph.add(fickle(), {}, {x}, "y"));
  EXPECT_NO_THROW(ir::verify(graph, "the test"));
  types_of_fickle() = {{DType::F32, {3}}};
  EXPECT_EQ(message_of<InternalError>([&] { ir::verify(graph, "the test"); }),
            "after the test: value 'y' has another type than its shape rule gives");
  types_of_fickle() = {{DType::F32, {2}}, {DType::I32, {2}}};
  EXPECT_EQ(message_of<InternalError>([&] { ir::verify(graph, "the test"); }),
            "after the test: node 'y' has a wrong number of outputs");
}

TEST(Graph, refuses_values_that_are_not_there) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", {DType::F32, {2}});
  EXPECT_THROW(graph.add(ops::exp(), {}, {x + 1}), InternalError);
  EXPECT_THROW(graph.add_output(x + 1), InternalError);
}

TEST(Graph, makes_names_unique) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", {DType::F32, {2}});
  const ir::ValueId y = graph.add(ops::exp(), {}, {x}, "x");
  const ir::ValueId z = graph.add(ops::exp(), {}, {y}, "x");
  EXPECT_EQ(graph.value(y).name, "x_1");
  EXPECT_EQ(graph.value(z).name, "x_2");
  graph.rename(z, "x_1");
  EXPECT_EQ(graph.value(z).name, "x_1_1");
  graph.rename(z, "z");
  EXPECT_EQ(graph.find("z"), z);
  EXPECT_EQ(graph.find("x_1_1"), ir::kNoValue);
}

TEST(Graph, counts_uses_by_nodes_and_outputs) {
  const ir::Graph graph =
      ir::parse("input x f32[2]\ny = Add(x, x)\nz = Exp(y)\noutput a = y\noutput b = y", ops::find);
  const auto uses = graph.use_counts();
  EXPECT_EQ(uses[static_cast<std::size_t>(graph.find("x"))], 2);
  EXPECT_EQ(uses[static_cast<std::size_t>(graph.find("y"))], 3);
  EXPECT_EQ(uses[static_cast<std::size_t>(graph.find("z"))], 0);
}

TEST(Graph, refuses_tensors_that_are_too_large) {
  ir::Graph graph;
  EXPECT_THROW(graph.add_input("x", {DType::F32, {65536, 65536}}), InputError);
  EXPECT_THROW(graph.add_input("x", {DType::F32, {2, -1}}), InputError);
}

TEST(GraphText, comes_back_as_it_was_printed) {
  const std::string text = R"(input image f32[1,3,8,8]
input mask bool[1,3]
const b f32[4] {0.1 0.2 0.3 0.4}
const empty f32[0] {}
const k i64[] {-3}
const t bool[2] {true false}
conv1 = Conv(image, b) strides=[2,2]
)";
  EXPECT_THROW(ir::parse(text, ops::find), InputError);  // b is no kernel
  const std::string good = R"(input image f32[1,1,4,4]
input index i64[2]
const w f32[2,1,2,2] {1 -2 3 4.5 0 0.25 7 8}
const low f64[] {-inf}
const t bool[2] {true false}
conv1 = Conv(image, w, _) strides=[1,2] pads=[1,0,1,0] dilations=[1,1] groups=1  # f32[1,2,5,2]
pooled, switches = MaxPool(conv1) kernel=[2,2] strides=[1,1] pads=[0,0,0,0] dilations=[1,1] ceil_mode=0  # f32[1,2,4,1], i32[1,2,4,1]
wide = Cast(pooled) to=f64  # f64[1,2,4,1]
y = Max(wide, low)  # f64[1,2,4,1]
n = Not(t)  # bool[2]
output scores = y
output n = n
)";
  const ir::Graph graph = ir::parse(good, ops::find);
  EXPECT_EQ(ir::print(graph), good);
  EXPECT_EQ(ir::print(ir::parse(ir::print(graph), ops::find)), good);
}

TEST(GraphText, draws_random_constants_from_their_seed) {
  const auto constant = [](const char* text) { return *ir::parse(text, ops::find).value(0).constant; };
  EXPECT_TRUE(near(constant("const w f32[40] {random 7}"), constant("const w f32[40] {random 7}"), 0));
  EXPECT_FALSE(near(constant("const w f32[40] {random 7}"), constant("const w f32[40] {random 8}"), 0));
  EXPECT_TRUE(near(constant("const w f32[3] {5}"), f32({3}, {5, 5, 5}), 0));
}

TEST(GraphText, names_the_line_of_an_error) {
  const std::pair<const char*, const char*> cases[] = {
      {"input x f32[2]\n\ny = Expo(x)", "line 3: unknown operator 'Expo'"},
      {"input x f32[2]\ny = Exp(z)", "line 2: unknown value 'z'"},
      {"input x f32", "line 1: 'f32' is not a tensor type"},
      {"input x f16[2]", "line 1: 'f16' is not an element type"},
      {"input x f32[2]\ny = Exp(x) alpha=1", "line 2: unknown attribute 'alpha'"},
      {"input x f32[2]\ny = Elu(x) alpha=one", "line 2: 'one' is not a number"},
      {"input x f32[2]\ny = Elu(x) alpha", "line 2: expected attribute=value, found 'alpha'"},
      {"const c f32[3] {1 2}", "line 1: expected 3 values, found 2"},
      {"output y = y", "line 1: unknown value 'y'"},
      {"nonsense", "line 1: expected 'NAME = Operator(INPUTS)'"}};
  for (const auto& [text, message] : cases)
    EXPECT_EQ(message_of<InputError>([&, &source = text] { ir::parse(source, ops::find); }), message);
}

}  // namespace
}  // namespace fovea::test
