#include "model_builder.hpp"

#include "onnx/file/contents.hpp"
#include "onnx/import/needs.hpp"

#include <limits>

namespace fovea::onnx_import {
namespace {

ImportBuilder relu_model(int opset = 13) {
  ImportBuilder m(opset);
  m.input("x", {1, 4}).output("y").node("Relu", {"x"}, {"y"}, {}, "act");
  return m;
}

void expect_unreadable(const std::string& bytes, const std::vector<std::string>& parts) {
  const TempFolder folder;
  const std::string path = folder.write("bad.onnx", bytes);
  expect_model_error([&] { OnnxFile::read(path); }, parts);
}

TEST(Read, DescribesTheModel) {
  ImportBuilder m = relu_model();
  m.model.set_producer_name("maker");
  m.model.set_producer_version("2.1");
  auto& entry = *m.model.add_metadata_props();
  entry.set_key("author");
  entry.set_value("me");
  m.weight("w", {2, 2}, {1, 2, 3, 4}).node("MatMul", {"v", "w"}, {"z"}).input("v", {-1, 2}).output("z");
  const auto file = m.file();
  EXPECT_EQ(file->opset, 13);
  EXPECT_EQ(file->ir_version, 8);
  EXPECT_EQ(file->producer, "maker 2.1");
  EXPECT_EQ(file->parameters, 4);
  ASSERT_EQ(file->inputs.size(), 2u);
  EXPECT_EQ(file->inputs[1].dims, Dims({-1, 2}));
  EXPECT_EQ(file->inputs[1].symbols, std::vector<std::string>({"s1", ""}));
  EXPECT_EQ(file->inputs[0].element_type, "float32");
  using Counts = std::vector<std::pair<std::string, std::int64_t>>;
  EXPECT_EQ(file->operator_counts, Counts({{"MatMul", 1}, {"Relu", 1}}));
  ASSERT_EQ(file->metadata.size(), 1u);
  EXPECT_EQ(file->metadata[0].second, "me");
}

TEST(Read, InitializersListedAsInputsAreNoInputs) {
  ImportBuilder m = relu_model();
  m.input("w", {4}).weight("w", {4}, {1, 2, 3, 4}).node("Add", {"y", "w"}, {"z"});
  const auto file = m.file();
  ASSERT_EQ(file->inputs.size(), 1u);
  EXPECT_EQ(file->inputs[0].name, "x");
}

TEST(Read, RefusesWhatIsNoModel) {
  expect_unreadable("", {"bad.onnx", "not an ONNX model", "empty"});
  expect_unreadable("hello, world\n", {"not an ONNX model", "text"});
  expect_unreadable("version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
                    {"not an ONNX model", "Git LFS"});
  expect_unreadable("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", {"not an ONNX model", "PNG"});
  expect_unreadable("PK\x03\x04\x14\x08", {"not an ONNX model", "ZIP"});
  expect_unreadable(std::string(1000, '\0'), {"not an ONNX model"});
  expect_model_error([] { OnnxFile::read("/nonexistent/m.onnx"); },
                     {"/nonexistent/m.onnx", "cannot be opened"});
  const TempFolder folder;
  expect_model_error([&] { OnnxFile::read(folder.path().string()); }, {"is a folder"});
}

TEST(Read, TellsTruncation) {
  const std::string bytes = relu_model().model.SerializeAsString();
  expect_unreadable(bytes.substr(0, bytes.size() / 2), {"truncated"});
}

TEST(Read, RefusesModelsWithoutSubstance) {
  ImportBuilder no_nodes;
  no_nodes.input("x", {1}).output("x");
  expect_model_error([&] { no_nodes.file(); }, {"not an ONNX model", "no nodes"});
  onnx::ModelProto no_graph = relu_model().model;
  no_graph.clear_graph();
  expect_unreadable(no_graph.SerializeAsString(), {"not an ONNX model", "no graph"});
  ImportBuilder no_opset = relu_model();
  no_opset.model.clear_opset_import();
  expect_model_error([&] { no_opset.file(); }, {"not an ONNX model", "operator set"});
  ImportBuilder foreign = relu_model();
  foreign.model.mutable_opset_import(0)->set_domain("com.example");
  expect_model_error([&] { foreign.file(); }, {"no version of the ONNX operator set"});
}

TEST(Read, OpsetsOneToTwentyFour) {
  EXPECT_EQ(relu_model(1).file()->opset, 1);
  EXPECT_EQ(relu_model(24).file()->opset, 24);
  expect_model_error([] { relu_model(0).file(); }, {"version 0", "1 to 24"});
  expect_model_error([] { relu_model(25).file(); }, {"version 25", "1 to 24"});
}

TEST(Read, RefusesBadPorts) {
  ImportBuilder negative = relu_model();
  negative.graph()
      .mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(0)
      ->set_dim_value(-5);
  EXPECT_EQ(negative.file()->inputs[0].dims, Dims({-1, 4}));
  ImportBuilder huge;
  huge.input("x", {1 << 20, 1 << 20, 1 << 20, 1 << 20}).output("y").node("Relu", {"x"}, {"y"});
  expect_model_error([&] { huge.import(); }, {"input 'x'", "too large"});
  ImportBuilder twice = relu_model();
  twice.input("x", {1});
  expect_model_error([&] { twice.file(); }, {"two inputs are called 'x'"});
  ImportBuilder sequence = relu_model();
  sequence.graph().mutable_input(0)->mutable_type()->mutable_sequence_type();
  expect_model_error([&] { sequence.file(); }, {"input 'x'", "not a tensor"});
  ImportBuilder text;
  text.input("x", {1}, onnx::TensorProto::STRING).output("y").node("Identity", {"x"}, {"y"});
  expect_model_error([&] { text.import(); }, {"input 'x'", "string", "not supported"});
}

TEST(Nodes, ReadingAMissingValueIsAnError) {
  ImportBuilder m;
  m.input("x", {1}).output("y").node("Add", {"x", "ghost"}, {"y"}, {}, "sum");
  expect_model_error([&] { m.file(); }, {"node 'sum' (Add)", "'ghost'", "nothing writes"});
  ImportBuilder output;
  output.input("x", {1}).output("z").node("Relu", {"x"}, {"y"});
  expect_model_error([&] { output.file(); }, {"output 'z'"});
}

TEST(Nodes, TwoWritersAreAnError) {
  ImportBuilder m;
  m.input("x", {1})
      .output("y")
      .node("Relu", {"x"}, {"y"}, {}, "first")
      .node("Exp", {"x"}, {"y"}, {}, "second");
  expect_model_error([&] { m.file(); }, {"node 'second' (Exp)", "'y'", "'first'"});
  ImportBuilder input;
  input.input("x", {1}).output("x").node("Relu", {"x"}, {"x"});
  expect_model_error([&] { input.file(); }, {"writes 'x'", "input or a weight"});
}

TEST(Nodes, ACycleIsAnError) {
  ImportBuilder m;
  m.input("x", {1}).output("y").node("Relu", {"loop"}, {"tail"}, {}, "after");
  m.node("Add", {"x", "b"}, {"a"}, {}, "one").node("Relu", {"a"}, {"b"}, {}, "two");
  m.node("Relu", {"b"}, {"loop"}, {}, "three").node("Relu", {"tail"}, {"y"}, {}, "last");
  try {
    m.file();
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_NE(error.detail().find("cycle"), std::string::npos);
    EXPECT_TRUE(error.location().node == "one" || error.location().node == "two") << error.what();
  }
}

TEST(Nodes, AreSortedWhenOutOfOrder) {
  ImportBuilder m;
  m.input("x", {2}).output("y").node("Exp", {"h"}, {"y"}).node("Relu", {"x"}, {"h"});
  EXPECT_EQ(operators(m.import()), "Relu Exp");
}

TEST(Nodes, UnsupportedOnesAreListedTogether) {
  ImportBuilder m = relu_model();
  m.node("Foo", {"y"}, {"a"}, {}, "n1").node("Bar", {"a"}, {"b"}, {}, "n2");
  m.graph().mutable_node(2)->set_domain("com.example");
  m.node("SequenceMap", {"b"}, {"c"}, {}, "n3").output("c");
  auto& branch = *m.graph().mutable_node(3)->add_attribute();
  branch.set_name("body");
  branch.set_type(onnx::AttributeProto::GRAPH);
  branch.mutable_g();
  const auto file = m.file();
  ASSERT_EQ(file->unsupported_nodes.size(), 3u);
  EXPECT_EQ(file->unsupported_nodes[1].operator_name, "com.example.Bar");
  EXPECT_NE(file->unsupported_nodes[2].reason.find("subgraph"), std::string::npos);
  expect_model_error([&] { import_graph(*file, {}); },
                     {"model.onnx: 3 nodes use unsupported operators: 'n1' (Foo)", "'n2' (com.example.Bar)",
                      "'n3' (SequenceMap)"});
}

TEST(Nodes, AnUnsupportedOneIsNamedOnce) {
  ImportBuilder m = relu_model();
  m.node("Foo", {"y"}, {"a"}, {}, "alone").output("a");
  try {
    m.import();
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_EQ(error.detail(), "the operator is not supported");
    EXPECT_EQ(error.location().node, "alone");
    EXPECT_EQ(std::string(error.what()).find("'alone'"), std::string(error.what()).rfind("'alone'"));
  }
}

/// A model whose output is the Relu "y" of its input, with room for what that does not need.
ImportBuilder with_dead_parts() {
  ImportBuilder m;
  m.input("x", {2}).output("y").node("Relu", {"x"}, {"y"});
  return m;
}

TEST(Needs, DeadPartsMayBeAnything) {
  ImportBuilder m = with_dead_parts();
  m.node("Add", {"x", "ghost"}, {"a"}).node("Relu", {"loop"}, {"loop"}).node("Foo", {"y"}, {"b"});
  m.node("Relu", {"x"}, {"twice"}).node("Exp", {"x"}, {"twice"}).node("Relu", {"x"}, {});
  m.node("Cast", {"x"}, {"c"}, {{"to", 1.5}});
  m.input("text", {1}, onnx::TensorProto::STRING);
  m.input("list", {});
  m.graph().mutable_input(2)->mutable_type()->mutable_sequence_type();
  const ir::Graph graph = m.import();
  EXPECT_EQ(operators(graph), "Relu");
  EXPECT_EQ(graph.inputs().size(), 1U);
  const auto file = m.file();
  ASSERT_EQ(file->unsupported_nodes.size(), 1U);
  EXPECT_FALSE(file->unsupported_nodes[0].is_needed);
  for (const char* wanted : {"a", "loop", "b", "twice", "c"})
    EXPECT_THROW(import_graph(*file, {.wanted = {wanted}}), ModelError) << wanted;
}

TEST(Needs, FurtherOutputsMayBeAnything) {
  ImportBuilder m = with_dead_parts();
  m.node("Unknown", {"y"}, {"list"}).output("list").output("nowhere");
  m.graph().mutable_output(1)->mutable_type()->mutable_sequence_type();
  const auto file = m.file();
  EXPECT_EQ(file->outputs[1].element_type, "sequence");
  EXPECT_EQ(computable_outputs(*file), std::vector<std::string>({"y"}));
  EXPECT_EQ(operators(import_graph(*file, {.wanted = {"y"}})), "Relu");
  expect_model_error([&] { import_graph(*file, {}); }, {"model.onnx"});
  EXPECT_EQ(note_ignored(*file, {"y"}, true),
            (Note{NoteKind::LeftOut, {2, 1, 0}, {"y", "list", "nowhere", "list"}}));
  EXPECT_EQ(note_ignored(*with_dead_parts().file(), {"y"}, true), std::nullopt);
}

/// A second result that only a dead node reads is as good as unread.
TEST(Needs, ResultsForDeadNodesAreNotRead) {
  ImportBuilder m;
  m.input("x", {1, 1, 4, 4}).output("y").output("where");
  m.node("BatchNormalization", {"x", "one", "one", "one", "one"}, {"y", "mean"}, {}, "norm");
  m.weight("one", {1}, {1}).node("Relu", {"mean"}, {"where"});
  EXPECT_NO_THROW(import_graph(*m.file(), {.wanted = {"y"}}));
}

TEST(Needs, WantedMayBeValuesAndNodes) {
  ImportBuilder m;
  m.input("x", {2}).output("y").node("Relu", {"x"}, {"h"}, {}, "act").node("Exp", {"h"}, {"y"});
  const auto file = m.file();
  const ir::Graph graph = import_graph(*file, {.wanted = {"act", "y"}});
  EXPECT_EQ(graph.output_names(), std::vector<std::string>({"act", "y"}));
  EXPECT_EQ(operators(import_graph(*file, {.wanted = {"h"}})), "Relu");
  expect_model_error([&] { import_graph(*file, {.wanted = {"hh"}}); }, {"no value or node named 'hh'"});
}

TEST(Needs, InputsOfOtherOutputsAreLeftOut) {
  ImportBuilder m = with_dead_parts();
  m.input("v", {-1, -2}).node("Relu", {"v"}, {"z"}).output("z");
  EXPECT_EQ(import_graph(*m.file(), {.wanted = {"y"}}).inputs().size(), 1U);
  expect_model_error([&] { import_graph(*m.file(), {.wanted = {"z"}}); }, {"input 'v'", "axis 1"});
}

}  // namespace
}  // namespace fovea::onnx_import
