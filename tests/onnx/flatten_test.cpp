#include "model_builder.hpp"

#include "onnx/file/contents.hpp"

#include <onnx/onnx_pb.h>

#include <google/protobuf/unknown_field_set.h>

namespace fovea::onnx_import {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<float>;

onnx::NodeProto make_node(const std::string& type, const Names& inputs, const Names& outputs,
                          const std::string& domain = {}) {
  onnx::NodeProto node;
  node.set_op_type(type);
  node.set_domain(domain);
  for (const std::string& input : inputs)
    node.add_input(input);
  for (const std::string& output : outputs)
    node.add_output(output);
  return node;
}

onnx::AttributeProto number(const std::string& name, float value) {
  onnx::AttributeProto attribute;
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
  return attribute;
}

/// An attribute that stands for one of the function's.
onnx::AttributeProto reference(const std::string& name, const std::string& to) {
  onnx::AttributeProto attribute;
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_ref_attr_name(to);
  return attribute;
}

onnx::FunctionProto& add_function(ImportBuilder& m, const std::string& name, const Names& inputs,
                                  const Names& outputs, const std::vector<onnx::NodeProto>& nodes) {
  onnx::FunctionProto& function = *m.model.add_functions();
  function.set_domain("local");
  function.set_name(name);
  for (const std::string& input : inputs)
    function.add_input(input);
  for (const std::string& output : outputs)
    function.add_output(output);
  for (const onnx::NodeProto& node : nodes)
    *function.add_node() = node;
  return function;
}

/// Fields of messages that are newer than libonnx 1.12.
void add_field(google::protobuf::Message& message, int number, const std::string& bytes) {
  message.GetReflection()->MutableUnknownFields(&message)->AddLengthDelimited(number, bytes);
}

ImportBuilder over_x(const Dims& dims = {1, 2}, int opset = 18) {
  ImportBuilder m(opset);
  m.input("x", dims).output("y");
  return m;
}

Values result(const ImportBuilder& m, const Values& x = {1, -2}) {
  return to_vector<float>(run(m.import(), {floats({1, static_cast<std::int64_t>(x.size())}, x)})[0]);
}

onnx::NodeProto leaky(const std::string& to) {
  onnx::NodeProto node = make_node("LeakyRelu", {"a"}, {"b"});
  *node.add_attribute() = reference("alpha", to);
  return node;
}

TEST(Functions, AreInlinedWithTheCallsAttributes) {
  ImportBuilder m = over_x();
  add_function(m, "Leaky", {"a"}, {"b"}, {leaky("slope")});
  *m.graph().add_node() = make_node("Leaky", {"x"}, {"y"}, "local");
  *m.graph().mutable_node(0)->add_attribute() = number("slope", 0.25F);
  EXPECT_EQ(result(m), (Values{1, -0.5F}));
  EXPECT_EQ(m.file()->operator_counts.front().first, "LeakyRelu");
}

TEST(Functions, HaveDefaultsAndLeaveOutWhatIsNotGiven) {
  ImportBuilder m = over_x();
  onnx::FunctionProto& function = add_function(m, "Leaky", {"a"}, {"b"}, {leaky("slope")});
  *m.graph().add_node() = make_node("Leaky", {"x"}, {"y"}, "local");
  EXPECT_EQ(result(m), (Values{1, -0.02F}));  // LeakyRelu's own default
  add_field(function, 11, number("slope", 0.5F).SerializeAsString());
  EXPECT_EQ(result(m), (Values{1, -1}));
}

TEST(Functions, CallOthersAndKeepTheirNamesApart) {
  ImportBuilder m = over_x();
  onnx::NodeProto inner = make_node("Leaky", {"t"}, {"u"}, "local");
  *inner.add_attribute() = reference("slope", "outer");
  add_function(m, "Leaky", {"a"}, {"b"}, {leaky("slope")});
  add_function(m, "Twice", {"a"}, {"u"}, {make_node("Add", {"a", "a"}, {"t"}), inner});
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"x", "t"}, {"t", "y"}}) {
    onnx::NodeProto& call = *m.graph().add_node() = make_node("Twice", {from}, {to}, "local");
    *call.add_attribute() = number("outer", 0.5F);
  }
  EXPECT_EQ(result(m), (Values{4, -2}));
  const ir::Graph graph = m.import();
  EXPECT_EQ(operators(graph), "Add LeakyRelu Add LeakyRelu");
  EXPECT_NE(graph.find("t/t"), ir::kNoValue);  // the first call has no name, so its result's
}

TEST(Functions, MayPassInputsOnAndLeaveSomeOut) {
  ImportBuilder m = over_x();
  onnx::NodeProto clip = make_node("Clip", {"a", "low", "high"}, {"c"});
  add_function(m, "Pass", {"a", "low", "high"}, {"a", "c", "unused"},
               {clip, make_node("Neg", {"a"}, {"unused"})});
  m.weight("zero", {}, {0});
  *m.graph().add_node() = make_node("Pass", {"x", "zero"}, {"same", "cut"}, "local");
  m.node("Add", {"same", "cut"}, {"y"});
  EXPECT_EQ(result(m), (Values{2, -2}));
}

TEST(Functions, HaveAnOperatorSetOfTheirOwn) {
  ImportBuilder m = over_x({1, 2, 2}, 18);
  onnx::FunctionProto& function = add_function(m, "Old", {"a"}, {"b"}, {make_node("Softmax", {"a"}, {"b"})});
  *m.graph().add_node() = make_node("Old", {"x"}, {"y"}, "local");
  const auto first = [&] {
    return to_vector<float>(run(m.import(), {floats({1, 2, 2}, {0, 0, 0, 0})})[0]).front();
  };
  EXPECT_FLOAT_EQ(first(), 0.5F);
  function.add_opset_import()->set_version(11);  // all from axis 1 on is one distribution
  EXPECT_FLOAT_EQ(first(), 0.25F);
  function.mutable_opset_import(0)->set_version(99);
  expect_model_error([&] { m.file(); }, {"(local.Old)", "operator set is version 99"});
}

TEST(Functions, MayHaveOverloads) {
  ImportBuilder m = over_x();
  add_function(m, "F", {"a"}, {"b"}, {make_node("Neg", {"a"}, {"b"})});
  add_field(add_function(m, "F", {"a"}, {"b"}, {make_node("Abs", {"a"}, {"b"})}), 13, "other");
  onnx::NodeProto& call = *m.graph().add_node() = make_node("F", {"x"}, {"y"}, "local");
  EXPECT_EQ(result(m), (Values{-1, 2}));
  add_field(call, 8, "other");
  EXPECT_EQ(result(m), (Values{1, 2}));
}

TEST(Functions, GoBeforeOperatorsOfTheirName) {
  ImportBuilder m = over_x();
  add_function(m, "Relu", {"a"}, {"b"}, {make_node("Neg", {"a"}, {"b"})}).set_domain("");
  m.node("Relu", {"x"}, {"y"});
  EXPECT_EQ(result(m), (Values{-1, 2}));
}

TEST(Functions, EndInAnErrorWhereTheyNeverEnd) {
  ImportBuilder m = over_x();
  add_function(m, "F", {"a"}, {"b"}, {make_node("F", {"a"}, {"b"}, "local")});
  *m.graph().add_node() = make_node("F", {"x"}, {"y"}, "local");
  expect_model_error([&] { m.file(); }, {"(local.F)", "must not call itself"});

  ImportBuilder bomb = over_x();
  add_function(bomb, "F0", {"a"}, {"b"}, {make_node("Neg", {"a"}, {"b"})});
  for (int i = 1; i < 40; ++i) {
    const std::string below = "F" + std::to_string(i - 1);
    add_function(bomb, "F" + std::to_string(i), {"a"}, {"b"},
                 {make_node(below, {"a"}, {"t"}, "local"), make_node(below, {"t"}, {"b"}, "local")});
  }
  *bomb.graph().add_node() = make_node("F39", {"x"}, {"y"}, "local");
  expect_model_error([&] { bomb.file(); }, {"make more than"});
}

TEST(Functions, RefuseCallsThatDoNotFit) {
  ImportBuilder m = over_x();
  add_function(m, "F", {"a"}, {"b"}, {make_node("Neg", {"a"}, {"b"})});
  *m.graph().add_node() = make_node("F", {"x", "x"}, {"y"}, "local");
  expect_model_error([&] { m.file(); }, {"(local.F)", "takes 1 inputs, but 2 are given"});
  *m.graph().mutable_node(0) = make_node("F", {"x"}, {"y", "z"}, "local");
  expect_model_error([&] { m.file(); }, {"(local.F)", "has 1 outputs, but 2 are wanted"});
  *m.graph().mutable_node(0) = make_node("F", {"x"}, {"y"}, "local");
  m.model.mutable_functions(0)->mutable_node(0)->set_input(0, "nobody");
  expect_model_error([&] { m.file(); }, {"(Neg)", "reads 'nobody', which nothing writes"});
}

/// An If over `condition`, whose branches have the given nodes and results.
onnx::NodeProto make_if(const std::string& condition, const std::string& output,
                        const std::vector<onnx::NodeProto>& then_nodes, const std::string& then_result,
                        const std::vector<onnx::NodeProto>& else_nodes, const std::string& else_result) {
  onnx::NodeProto node = make_node("If", {condition}, {output});
  node.set_name("choice");
  const auto add = [&](const char* name, const std::vector<onnx::NodeProto>& nodes,
                       const std::string& result) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::GRAPH);
    for (const onnx::NodeProto& inner : nodes)
      *attribute.mutable_g()->add_node() = inner;
    attribute.mutable_g()->add_output()->set_name(result);
  };
  add("then_branch", then_nodes, then_result);
  add("else_branch", else_nodes, else_result);
  return node;
}

ImportBuilder& truth(ImportBuilder& m, const std::string& name, bool value) {
  onnx::TensorProto& tensor = *m.graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::BOOL);
  tensor.add_int32_data(value ? 1 : 0);
  return m;
}

TEST(If, TakesTheBranchThatItsConditionChooses) {
  for (const bool value : {true, false}) {
    ImportBuilder m = over_x();
    truth(m, "c", value);
    *m.graph().add_node() =
        make_if("c", "y", {make_node("Neg", {"x"}, {"r"})}, "r", {make_node("Abs", {"x"}, {"r"})}, "r");
    EXPECT_EQ(result(m), value ? (Values{-1, 2}) : (Values{1, 2}));
  }
}

TEST(If, FoldsAConditionMadeOfShapes) {
  ImportBuilder m = over_x({-1, 2});
  m.list("one", {1}).list("zero", {0});
  m.node("Shape", {"x"}, {"s"}).node("Gather", {"s", "zero"}, {"n"}).node("Equal", {"n", "one"}, {"c"});
  // A branch may be a value of the graph around it.
  *m.graph().add_node() = make_if("c", "y", {}, "x", {make_node("Abs", {"x"}, {"r"})}, "r");
  EXPECT_EQ(result(m), (Values{1, -2}));
  EXPECT_EQ(to_vector<float>(run(m.import({.batch = 2}), {floats({2, 2}, {1, -2, -3, 4})})[0]),
            (Values{1, 2, 3, 4}));
}

TEST(If, NestsAndHasWeightsOfItsOwn) {
  ImportBuilder m = over_x();
  truth(truth(m, "c", true), "d", false);
  m.weight("w", {1}, {10});
  onnx::NodeProto inner =
      make_if("d", "r", {make_node("Neg", {"t"}, {"r"})}, "r", {make_node("Mul", {"t", "w"}, {"r"})}, "r");
  onnx::GraphProto& branch = *inner.mutable_attribute(1)->mutable_g();
  *branch.add_initializer() = float_tensor("w", {1}, {3});  // its own, not the outer one
  *m.graph().add_node() = make_if("c", "y", {make_node("Add", {"x", "w"}, {"t"}), inner}, "r",
                                  {make_node("Neg", {"x"}, {"t"})}, "t");
  EXPECT_EQ(result(m), (Values{33, 24}));
}

TEST(If, LooksAtTheChosenBranchAlone) {
  for (const bool value : {true, false}) {
    ImportBuilder m = over_x();
    truth(m, "c", value);
    const onnx::NodeProto broken = make_node("Cast", {"x"}, {"u"});  // without its attribute
    *m.graph().add_node() = make_if("c", "y", {make_node("Neg", {"x"}, {"r"})}, "r",
                                    {make_node("Lstm", {"x"}, {"r"}, "strange"), broken}, "r");
    if (value)
      EXPECT_EQ(result(m), (Values{-1, 2}));
    else
      expect_model_error([&] { m.import(); }, {"(strange.Lstm)", "the domain 'strange' is not supported"});
    EXPECT_TRUE(m.file()->unsupported_nodes.empty());
  }
}

TEST(If, WhoseConditionDependsOnThePictureIsNamed) {
  ImportBuilder m = over_x();
  m.node("ReduceSum", {"x"}, {"sum"}, {{"keepdims", 0}}).weight("zero", {}, {0});
  m.node("Greater", {"sum", "zero"}, {"c"});
  *m.graph().add_node() =
      make_if("c", "y", {make_node("Neg", {"x"}, {"r"})}, "r", {make_node("Abs", {"x"}, {"r"})}, "r");
  expect_model_error([&] { m.import(); },
                     {"'choice' (If)", "condition 'c'", "known when the model is compiled"});
}

TEST(If, RefusesBranchesThatDoNotFit) {
  ImportBuilder m = over_x();
  truth(m, "c", true);
  onnx::NodeProto& node = *m.graph().add_node() =
      make_if("c", "y", {make_node("Neg", {"x"}, {"r"})}, "r", {make_node("Abs", {"x"}, {"r"})}, "r");
  m.output("other").node("Relu", {"x"}, {"other"});
  const auto refuse = [&](const char* why) {
    expect_model_error([&] { m.import(); }, {"'choice' (If)", why});
    EXPECT_EQ(operators(m.import({.wanted = {"other"}})), "Relu");  // which does not need it
  };
  onnx::GraphProto& branch = *node.mutable_attribute(0)->mutable_g();
  branch.add_output()->set_name("r");
  refuse("has 1 outputs, but attribute 'then_branch' has 2");
  branch.mutable_output()->RemoveLast();
  onnx::AttributeProto other = node.attribute(1);
  node.mutable_attribute()->RemoveLast();
  refuse("attribute 'else_branch' is missing");
  *node.add_attribute() = other;
  node.mutable_attribute(1)->set_type(onnx::AttributeProto::INT);
  refuse("attribute 'else_branch': expected a graph");
  *node.mutable_attribute(1) = other;
  node.clear_input();
  refuse("expected one input, the condition");
  node.clear_attribute();
  refuse("attribute 'then_branch' is missing");
  // As an If whose branches were taken out of it, which only the reader may write.
  for (const char* input : {"c", "x", "x"})
    node.add_input(input);
  refuse("attribute 'then_branch' is missing");
  onnx::AttributeProto& mark = *node.add_attribute();
  mark.set_name("fovea.flattened");
  mark.set_type(onnx::AttributeProto::INT);
  refuse("attribute 'then_branch' is missing");
}

TEST(If, LiesInFunctionsToo) {
  ImportBuilder m = over_x();
  truth(m, "c", true);
  onnx::NodeProto inner = make_node("LeakyRelu", {"a"}, {"r"});
  *inner.add_attribute() = reference("alpha", "slope");
  add_function(m, "Maybe", {"a", "condition"}, {"b"},
               {make_if("condition", "b", {inner}, "r", {make_node("Abs", {"a"}, {"r"})}, "r")});
  *m.graph().add_node() = make_node("Maybe", {"x", "c"}, {"y"}, "local");
  *m.graph().mutable_node(0)->add_attribute() = number("slope", 0.5F);
  EXPECT_EQ(result(m), (Values{1, -1}));
}

}  // namespace
}  // namespace fovea::onnx_import
