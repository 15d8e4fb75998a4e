#include "fovea/error.hpp"
#include "fovea/model.hpp"
#include "fovea/program.hpp"
#include "onnx/model_builder.hpp"
#include "support/temporary_folder.hpp"

namespace fovea::test {
namespace {

using onnx_import::ImportBuilder;

Model load(const ImportBuilder& builder) {
  const TemporaryFolder folder;
  store(folder.file("model.onnx"), builder.model.SerializeAsString());
  return Model::load(folder.file("model.onnx"));
}

/// Scores "y", and behind them an output "best" that fovea cannot compute.
ImportBuilder with_unsupported_output() {
  ImportBuilder m;
  m.input("x", {1, 1, 2, 2}).output("y").output("best");
  m.node("Relu", {"x"}, {"h"}).node("Flatten", {"h"}, {"y"});
  m.node("Unknown", {"y"}, {"best"}, {}, "unknown");
  return m;
}

TEST(Outputs, TheFirstAloneIsComputed) {
  const Model model = load(with_unsupported_output());
  EXPECT_FALSE(model.unsupported_nodes().front().is_needed);
  EXPECT_EQ(model.computable_outputs(), std::vector<std::string>({"y"}));
  const auto program = Program::compile(model);
  ASSERT_EQ(program->outputs().size(), 1U);
  EXPECT_EQ(program->outputs().front().name, "y");
  EXPECT_EQ(program->report().notes,
            (std::vector<Note>{{NoteKind::LeftOut, {1, 1, 0}, {"y", "best", "unknown"}}}));
  EXPECT_EQ(layers(model, 2, 2).size(), 2U);
}

TEST(Outputs, AreDescribedWithoutAShapeWhereItIsUnknown) {
  ImportBuilder m;
  m.input("x", {-1, 3, 5, 7}).output("y").output("sum").output("negative");
  m.node("Relu", {"x"}, {"y"}).node("ReduceSum", {"x"}, {"sum"}, {{"keepdims", 0}});
  m.node("Neg", {"x"}, {"negative"});
  m.graph().mutable_output(2)->mutable_type()->mutable_tensor_type()->clear_shape();
  const Model model = load(m);
  EXPECT_EQ(describe(model.inputs()[0]), "float32[s1,3,5,7]");
  EXPECT_EQ(describe(model.outputs()[1]), "float32[]");
  EXPECT_EQ(describe(model.outputs()[2]), "float32[...]");
}

TEST(Outputs, OthersAreComputedOnRequest) {
  ImportBuilder m = with_unsupported_output();
  m.node("Exp", {"h"}, {"z"}).output("z");
  const Model model = load(m);
  const auto program = Program::compile(model, {.direction = Direction::Forward, .outputs = {"z", "y"}});
  ASSERT_EQ(program->outputs().size(), 2U);
  EXPECT_EQ(program->outputs()[0].name, "z");
  EXPECT_EQ(program->outputs()[1].name, "y");
  EXPECT_THROW(Program::compile(model, {.outputs = {"best"}}), ModelError);
  EXPECT_THROW(Program::compile(model, {.outputs = {"nothing"}}), ModelError);
}

/// A target needs only what stands before it.
TEST(Outputs, ATargetBeforeAnUnsupportedNodeCanBeDifferentiated) {
  ImportBuilder m;
  m.input("x", {1, 1, 2, 2}).output("y").node("Relu", {"x"}, {"h"}).node("Unknown", {"h"}, {"y"});
  const Model model = load(m);
  EXPECT_TRUE(model.unsupported_nodes().front().is_needed);
  EXPECT_THROW(Program::compile(model), ModelError);
  EXPECT_EQ(Program::compile(model, {.layer = "h"})->outputs().size(), 1U);
}

TEST(Outputs, InputsOfOthersAreNoPictures) {
  ImportBuilder m;
  m.input("x", {1, 3, 4, 4}).output("y").node("Relu", {"x"}, {"y"});
  m.input("boxes", {-1, 4}).node("Relu", {"boxes"}, {"z"}).output("z");
  const Model model = load(m);
  EXPECT_EQ(model.image_input().name, "x");
  EXPECT_EQ(model.inputs_of({"z", "y"}), std::vector<std::string>({"x", "boxes"}));
  const auto program = Program::compile(model);
  ASSERT_EQ(program->inputs().size(), 1U);
}

}  // namespace
}  // namespace fovea::test
