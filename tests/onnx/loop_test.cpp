#include "model_builder.hpp"

#include <onnx/onnx_pb.h>

namespace fovea::onnx_import {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<float>;

ImportBuilder over_x() {
  ImportBuilder m(18);
  m.input("x", {1, 2}).output("y");
  return m;
}

/// A body reads the trip's number `i`, the condition `c` and the carried values; `results` begins with the
/// condition.
ImportBuilder body_of(const Names& carried, const Names& results) {
  ImportBuilder body(18);
  body.input("i", {}).input("c", {});
  for (const std::string& name : carried)
    body.input(name, {});
  for (const std::string& name : results)
    body.output(name);
  return body;
}

onnx::NodeProto& add_loop(ImportBuilder& m, const Names& inputs, const Names& outputs, ImportBuilder body) {
  m.node("Loop", inputs, outputs, {}, "round");
  onnx::NodeProto& node = *m.graph().mutable_node(m.graph().node_size() - 1);
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name("body");
  attribute.set_type(onnx::AttributeProto::GRAPH);
  *attribute.mutable_g() = body.graph();
  return node;
}

void add_trips(ImportBuilder& m, std::int64_t trips) {
  *m.graph().add_initializer() = int_tensor("trips", {}, {trips});
}

void add_raw_trips(ImportBuilder& m, char trips) {
  onnx::TensorProto& weight = *m.graph().add_initializer();
  weight.set_name("trips");
  weight.set_data_type(onnx::TensorProto::INT64);
  weight.set_raw_data(std::string(1, trips) + std::string(7, '\0'));
}

Values result(const ImportBuilder& m) {
  return to_vector<float>(run(m.import(), {floats({1, 2}, {1, -2})})[0]);
}

ImportBuilder doubling() {
  ImportBuilder body = body_of({"v"}, {"c", "w"});
  body.weight("two", {}, {2}).node("Mul", {"v", "two"}, {"w"});
  return body;
}

TEST(Loop, RunsAsOftenAsItsTripCountSays) {
  for (const std::int64_t trips : {-1, 0, 1, 3}) {
    ImportBuilder m = over_x();
    add_trips(m, trips);
    add_loop(m, {"trips", "", "x"}, {"y"}, doubling());
    const float factor = trips == 3 ? 8 : trips == 1 ? 2 : 1;
    EXPECT_EQ(result(m), (Values{factor, -2 * factor})) << trips;
  }
  ImportBuilder raw = over_x();
  add_raw_trips(raw, 2);
  raw.node("Identity", {"trips"}, {"same"});
  add_loop(raw, {"same", "", "x"}, {"y"}, doubling());
  EXPECT_EQ(result(raw), (Values{4, -8}));
}

TEST(Loop, KnowsItsTripsNumberAndTheValuesAroundIt) {
  ImportBuilder m = over_x();
  add_trips(m, 3);
  ImportBuilder body = body_of({"v"}, {"c", "w"});
  body.node("CastLike", {"i", "x"}, {"number"}).node("Mul", {"x", "number"}, {"t"});
  body.node("Add", {"v", "t"}, {"w"});
  add_loop(m, {"trips", "", "x"}, {"y"}, body);
  EXPECT_EQ(result(m), (Values{4, -8}));  // x + 0 x + 1 x + 2 x
}

TEST(Loop, EndsWhereItsConditionDoes) {
  ImportBuilder m = over_x();
  add_trips(m, 100);
  *m.graph().add_initializer() = int_tensor("first", {}, {0});
  ImportBuilder body = doubling();
  *body.graph().add_initializer() = int_tensor("one", {}, {1});
  body.node("Less", {"i", "one"}, {"goes_on"});
  body.graph().mutable_output(0)->set_name("goes_on");
  m.node("Equal", {"first", "first"}, {"true"});
  add_loop(m, {"trips", "true", "x"}, {"y"}, body);
  EXPECT_EQ(result(m), (Values{4, -8}));

  m.graph().mutable_node(0)->set_op_type("Less");  // never begins
  EXPECT_EQ(result(m), (Values{1, -2}));
}

TEST(Loop, StacksWhatItScans) {
  ImportBuilder m = over_x();
  add_trips(m, 2);
  ImportBuilder body = doubling();
  body.output("v");
  add_loop(m, {"trips", "", "x"}, {"last", "y"}, body);
  EXPECT_EQ(output_shape(m.import()), Shape({2, 1, 2}));
  EXPECT_EQ(result(m), (Values{1, -2, 2, -4}));
}

TEST(Loop, CarriesSequencesAndNests) {
  ImportBuilder m = over_x();
  add_trips(m, 2);
  m.node("SequenceEmpty", {}, {"nothing"});
  ImportBuilder body = body_of({"v", "list"}, {"c", "w", "longer"});
  add_loop(body, {"trips", "", "v"}, {"w"}, doubling());
  body.node("SequenceInsert", {"list", "w"}, {"longer"});
  add_loop(m, {"trips", "", "x", "nothing"}, {"last", "all"}, body);
  m.node("ConcatFromSequence", {"all"}, {"y"}, {{"axis", 1}});
  EXPECT_EQ(result(m), (Values{4, -8, 16, -32}));
}

TEST(Loop, IsNamedWhereItCannotBeUnrolled) {
  const auto refuse = [](const ImportBuilder& m, const char* why) {
    expect_model_error([&] { m.import(); }, {"'round' (Loop)", why});
  };
  ImportBuilder unknown = over_x();
  unknown.input("trips", {}, onnx::TensorProto::INT64);
  add_loop(unknown, {"trips", "", "x"}, {"y"}, doubling());
  unknown.output("other").node("Relu", {"x"}, {"other"});
  refuse(unknown, "its trip count is a weight or a constant of at most 1024");
  EXPECT_EQ(operators(unknown.import({.wanted = {"other"}})), "Relu");

  ImportBuilder many = over_x();
  add_trips(many, 1025);
  onnx::NodeProto& node = add_loop(many, {"trips", "", "x"}, {"y"}, doubling());
  refuse(many, "of at most 1024");
  node.add_input("x");
  refuse(many, "has 4 inputs, but attribute 'body' has 3");
  node.mutable_input()->RemoveLast();
  node.add_output("more");
  refuse(many, "has 3 inputs and 2 outputs, but attribute 'body' has 2 outputs");
  node.mutable_output()->RemoveLast();
  node.set_input(2, "");
  refuse(many, "an initial value is missing");
  node.clear_attribute();
  refuse(many, "attribute 'body': expected a graph");
}

TEST(Loop, WhoseConditionDependsOnThePictureIsNamed) {
  ImportBuilder m = over_x();
  add_trips(m, 2);
  ImportBuilder body = doubling();
  body.node("ReduceSum", {"v"}, {"sum"}, {{"keepdims", 0}}).weight("zero", {}, {0});
  body.node("Less", {"zero", "sum"}, {"positive"});
  body.graph().mutable_output(0)->set_name("positive");
  add_loop(m, {"trips", "", "x"}, {"y"}, body);
  expect_model_error([&] { m.import(); }, {"'round/1'", "known when the model is compiled"});
}

}  // namespace
}  // namespace fovea::onnx_import
