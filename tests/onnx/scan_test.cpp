#include "model_builder.hpp"

#include <onnx/onnx_pb.h>

namespace fovea::onnx_import {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<float>;

/// A graph that reads and writes values of these names.
ImportBuilder body_of(const Names& reads, const Names& results) {
  ImportBuilder body(18);
  for (const std::string& name : reads)
    body.input(name, {});
  for (const std::string& name : results)
    body.output(name);
  for (auto* list : {body.graph().mutable_input(), body.graph().mutable_output()})
    for (onnx::ValueInfoProto& info : *list)
      info.clear_type();
  return body;
}

onnx::NodeProto& add_scan(ImportBuilder& m, const Names& inputs, const Names& outputs, ImportBuilder body,
                          int scanned, const std::vector<Attribute>& attributes = {}) {
  std::vector<Attribute> all = attributes;
  all.push_back({"num_scan_inputs", scanned});
  m.node("Scan", inputs, outputs, all, "walk");
  onnx::NodeProto& node = *m.graph().mutable_node(m.graph().node_size() - 1);
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name("body");
  attribute.set_type(onnx::AttributeProto::GRAPH);
  *attribute.mutable_g() = body.graph();
  return node;
}

/// Running sums: the state s and what is scanned, v.
ImportBuilder sums() {
  ImportBuilder body = body_of({"s", "v"}, {"t", "u"});
  body.node("Add", {"s", "v"}, {"t"}).node("Identity", {"t"}, {"u"});
  return body;
}

ImportBuilder over_x(const Dims& dims = {1, 3, 2}) {
  ImportBuilder m(18);
  m.input("x", dims).output("last").output("all").weight("start", {1, 2}, {0, 0});
  return m;
}

const Tensor& six() {
  static const Tensor x = floats({1, 3, 2}, {1, 2, 3, 4, 5, 6});
  return x;
}

TEST(Scan, CarriesItsStateAndStacksWhatItScans) {
  ImportBuilder m = over_x();
  add_scan(m, {"start", "x"}, {"last", "all"}, sums(), 1,
           {{"scan_input_axes", Dims{1}}, {"scan_output_axes", Dims{1}}});
  const auto results = run(m.import(), {six()});
  EXPECT_EQ(to_vector<float>(results[0]), Values({9, 12}));
  EXPECT_EQ(results[1].shape(), Shape({1, 3, 2}));
  EXPECT_EQ(to_vector<float>(results[1]), Values({1, 2, 4, 6, 9, 12}));
}

TEST(Scan, GoesBackwardAndStacksAlongAnyAxis) {
  ImportBuilder m = over_x();
  add_scan(m, {"start", "x"}, {"last", "all"}, sums(), 1,
           {{"scan_input_axes", Dims{-2}},
            {"scan_input_directions", Dims{1}},
            {"scan_output_axes", Dims{-1}},
            {"scan_output_directions", Dims{1}}});
  const auto results = run(m.import(), {six()});
  EXPECT_EQ(results[1].shape(), Shape({1, 2, 3}));
  EXPECT_EQ(to_vector<float>(results[1]), Values({9, 8, 5, 12, 10, 6}));
}

TEST(Scan, ReadsValuesAroundItAndMayHaveNoState) {
  ImportBuilder m(18);
  m.input("x", {1, 3, 2}).output("y").weight("ten", {}, {10});
  ImportBuilder body = body_of({"a", "b"}, {"c"});
  body.node("Mul", {"a", "ten"}, {"d"}).node("Sub", {"d", "b"}, {"c"});
  add_scan(m, {"x", "x"}, {"y"}, body, 2,
           {{"scan_input_axes", Dims{1, 1}}, {"scan_input_directions", Dims{0, 1}}});
  const auto results = run(m.import(), {six()});
  EXPECT_EQ(results[0].shape(), Shape({3, 1, 2}));
  EXPECT_EQ(to_vector<float>(results[0]), Values({5, 14, 27, 36, 49, 58}));
}

TEST(Scan, NestsAndFindsLengthsInBodies) {
  ImportBuilder m(18);
  m.input("x", {1, 3, 2}).output("y").weight("zero", {1}, {0}).weight("start", {1, 2}, {0, 0});
  ImportBuilder inner = sums();
  ImportBuilder outer = body_of({"s", "v"}, {"t", "u"});
  auto& shape = *outer.graph().mutable_input(1)->mutable_type()->mutable_tensor_type()->mutable_shape();
  shape.add_dim()->set_dim_value(1);
  shape.add_dim()->set_dim_value(2);
  add_scan(outer, {"zero", "v"}, {"w", "u"}, inner, 1, {{"scan_input_axes", Dims{1}}});
  outer.node("Add", {"s", "v"}, {"t"});
  add_scan(m, {"start", "x"}, {"last", "y"}, outer, 1, {{"scan_input_axes", Dims{1}}});
  const auto results = run(m.import(), {six()});
  EXPECT_EQ(results[0].shape(), Shape({3, 2, 1}));
  EXPECT_EQ(to_vector<float>(results[0]), Values({1, 3, 3, 7, 5, 11}));
}

/// The length of what is scanned may be declared by the result alone.
TEST(Scan, TakesItsLengthFromWhatTheFileDeclares) {
  ImportBuilder m = over_x();
  m.node("Relu", {"x"}, {"r"});
  add_scan(m, {"start", "r"}, {"last", "all"}, sums(), 1, {{"scan_input_axes", Dims{1}}});
  expect_model_error([&] { m.import(); }, {"'walk' (Scan)", "declares the extent of an axis that it scans"});
  const auto declare = [&](std::int64_t length) {
    m.graph().clear_value_info();
    onnx::ValueInfoProto& info = *m.graph().add_value_info();
    info.set_name("r");
    auto& dims = *info.mutable_type()->mutable_tensor_type()->mutable_shape();
    dims.add_dim()->set_dim_param("N");
    dims.add_dim()->set_dim_value(length);
    dims.add_dim()->set_dim_value(2);
  };
  declare(3);
  EXPECT_EQ(to_vector<float>(run(m.import(), {six()})[0]), Values({9, 12}));
  declare(2);
  expect_model_error([&] { m.import(); }, {"'walk' (Split)"});
  declare(1025);
  expect_model_error([&] { m.import(); }, {"'walk' (Scan)", "at most 1024"});
  m.graph().clear_value_info();
  auto& dims = *m.graph().mutable_output(1)->mutable_type()->mutable_tensor_type()->mutable_shape();
  for (const std::int64_t extent : {3, 1, 2})
    dims.add_dim()->set_dim_value(extent);
  EXPECT_EQ(to_vector<float>(run(m.import(), {six()})[0]), Values({9, 12}));
}

TEST(Scan, IsNamedWhereItIsDamaged) {
  const auto refuse = [](const std::vector<Attribute>& attributes, int scanned, const char* why,
                         const Names& inputs = {"start", "x"}, int opset = 18) {
    ImportBuilder m = over_x();
    m.model.mutable_opset_import(0)->set_version(opset);
    add_scan(m, inputs, {"last", "all"}, sums(), scanned, attributes);
    expect_model_error([&] { m.import(); }, {"'walk' (Scan)", why});
  };
  refuse({}, 0, "attribute 'num_scan_inputs': 0 of 2 inputs");
  refuse({}, 3, "attribute 'num_scan_inputs': 3 of 2 inputs");
  refuse({}, 1, "has 3 inputs, but attribute 'body' has 2", {"start", "x", "x"});
  refuse({}, 1, "an input is missing", {"", "x"});
  refuse({{"scan_input_axes", Dims{1, 1}}}, 1, "attribute 'scan_input_axes': expected 1 numbers, found 2");
  refuse({{"scan_output_axes", Dims{}}}, 1, "attribute 'scan_output_axes': expected 1 numbers, found 0");
  refuse({{"scan_input_directions", Dims{2}}}, 1, "attribute 'scan_input_directions': unexpected value 2");
  refuse({}, 1, "an operator set before 9", {"start", "x"}, 8);
  ImportBuilder m = over_x();
  add_scan(m, {"start", "x"}, {"last", "all"}, sums(), 1).mutable_attribute()->RemoveLast();
  expect_model_error([&] { m.import(); }, {"'walk' (Scan)", "attribute 'body': expected a graph"});
}

/// Nobody needs what it computes.
TEST(Scan, MayBeBeyondFoveaWhereItIsNotNeeded) {
  ImportBuilder m = over_x();
  m.node("Relu", {"x"}, {"r"}).node("Neg", {"x"}, {"other"}).output("other");
  add_scan(m, {"start", "r"}, {"last", "all"}, sums(), 1, {{"scan_input_axes", Dims{1}}});
  EXPECT_EQ(operators(m.import({.wanted = {"other"}})), "Neg");
}

}  // namespace
}  // namespace fovea::onnx_import
