#include "fovea/cuda_support.hpp"
#include "fovea/error.hpp"
#include "onnx/export/cuda_operators.hpp"
#include "support/onnx_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fovea {
namespace {

using test::Attribute;
using test::Dims;

/// A model of which a test looks at the nodes.
struct Builder : test::BasicModelBuilder<Builder> {
  using BasicModelBuilder::BasicModelBuilder;
  CudaSupport support() const { return cuda_support(model.SerializeAsString()); }
};

/// The support of one node `y` of inputs a, b, ... of a type.
CudaNode judged(const std::string& type, const std::vector<Attribute>& attributes = {}, int opset = 13,
                int inputs = 1, int element_type = onnx::TensorProto::FLOAT) {
  Builder builder(opset);
  std::vector<std::string> names;
  for (int i = 0; i < inputs; ++i) {
    names.emplace_back(1, static_cast<char>('a' + i));
    builder.input(names.back(), {1, 2, 3, 3}, element_type);
  }
  return builder.node(type, names, {"y"}, attributes).support().nodes.at(0);
}

TEST(CudaSupport, names_the_release_and_the_file) {
  const CudaSupport support = Builder(15).input("x", {1}).node("Relu", {"x"}, {"y"}, {}, "first").support();
  EXPECT_EQ(support.opset, 15);
  EXPECT_FALSE(support.version.empty());
  EXPECT_EQ(support.date.size(), 10U);
  ASSERT_EQ(support.nodes.size(), 1U);
  EXPECT_EQ(support.nodes[0].node, "first");
  EXPECT_EQ(support.nodes[0].operator_name, "Relu");
  EXPECT_EQ(support.nodes[0].reason, "");
  EXPECT_EQ(support.gaps(), 0);
}

TEST(CudaSupport, lacks_operators) {
  EXPECT_EQ(judged("Atan").reason, "it has no such operator");
  EXPECT_EQ(judged("Atan").node, "y");
  EXPECT_EQ(judged("Cos").reason, "");
  Builder builder;
  builder.input("x", {1}).node("Unheard", {"x"}, {"y"});
  builder.graph().mutable_node(0)->set_domain("org.example");
  EXPECT_EQ(builder.support().nodes[0].operator_name, "org.example.Unheard");
  EXPECT_EQ(builder.support().gaps(), 1);
}

TEST(CudaSupport, depends_on_the_operator_set) {
  // A kernel without an end is for the version of the operator that it was written for: not for opset 22's
  // Conv.
  EXPECT_EQ(judged("Conv", {}, 21, 2).reason, "");
  EXPECT_EQ(judged("Conv", {}, 22, 2).reason, "it lacks the form of operator set 22");
  EXPECT_EQ(judged("Conv", {}, 22, 2).instead, "operator set 21");
  EXPECT_EQ(judged("LayerNormalization", {}, 16, 2).instead, "operator set 17");
  EXPECT_NE(judged("Relu", {}, 6).reason, "");
  // Nodes of a newer file are judged as of the newest set of the list.
  const CudaSupport newer = Builder(40).input("x", {1}).node("Relu", {"x"}, {"y"}).support();
  EXPECT_EQ(newer.opset, 40);
  EXPECT_LT(newer.last_opset, 40);
  EXPECT_EQ(newer.gaps(), 0);
}

TEST(CudaSupport, takes_functions_of_operators_that_it_has) {
  EXPECT_EQ(judged("HardSwish", {}, 14).reason, "");
}

TEST(CudaSupport, depends_on_element_types) {
  using onnx::TensorProto;
  EXPECT_EQ(judged("ArgMax", {}, 13, 1, TensorProto::INT64).reason,
            "int64 of input 1: it takes float16, float32, float64 only");
  EXPECT_EQ(judged("ArgMax", {}, 13, 1, TensorProto::INT64).instead, "a Cast on both sides");
  EXPECT_EQ(judged("Where", {}, 13, 3, TensorProto::BOOL).reason.substr(0, 15), "bool of input 2");
  EXPECT_EQ(judged("Pad", {}, 13, 2, TensorProto::INT64).reason.substr(0, 16), "int64 of input 1");
}

TEST(CudaSupport, follows_element_types_through_the_graph) {
  Builder builder;
  builder.input("x", {2, 3})
      .node("Shape", {"x"}, {"shape"})
      .node("Cast", {"x"}, {"whole"}, {{"to", static_cast<int>(onnx::TensorProto::INT32)}})
      .node("Greater", {"x", "x"}, {"mask"})
      .node("Transpose", {"whole"}, {"turned"})
      .node("ConstantOfShape", {"shape"}, {"zeros"})
      .node("Softmax", {"turned"}, {"wrong"})
      .node("Softmax", {"zeros"}, {"right"})
      .node("Relu", {"mask"}, {"wrong_too"})
      .node("Relu", {"wrong"}, {"unknown"});
  std::vector<std::string> wrong;
  for (const CudaNode& node : builder.support().nodes)
    if (!node.reason.empty())
      wrong.push_back(node.node);
  EXPECT_EQ(wrong, (std::vector<std::string>{"wrong", "wrong_too", "unknown"}));
}

TEST(CudaSupport, knows_the_limits_of_attributes) {
  using onnx::TensorProto;
  struct Case {
    const char* type;
    std::vector<Attribute> attributes;
    const char* reason;
  };
  const std::vector<Case> cases = {
      {"ConvTranspose", {{"pads", Dims{1, 1, 1, 1}}}, ""},
      {"ConvTranspose", {{"pads", Dims{0, 1, 1, 1}}}, "pads 0,1,1,1: it takes equal ones at both sides only"},
      {"ConvTranspose", {{"auto_pad", "VALID"}}, ""},
      {"ConvTranspose", {{"auto_pad", "SAME_LOWER"}}, "auto_pad SAME_LOWER: it takes explicit pads only"},
      {"ArgMax", {{"select_last_index", 0}}, ""},
      {"ArgMax",
       {{"select_last_index", 1}},
       "select_last_index 1: it finds the first of equal elements only"},
      {"ArgMin",
       {{"select_last_index", 1}},
       "select_last_index 1: it finds the first of equal elements only"},
      {"Cast", {{"to", static_cast<int>(TensorProto::FLOAT16)}}, ""},
      {"LRN", {{"size", 5}}, ""},
      {"LRN", {{"size", 4}}, "size 4: it takes odd ones only"},
      {"AveragePool", {{"pads", Dims{1, 1, 1, 1}}}, ""},
      {"AveragePool",
       {{"pads", Dims{0, 0, 1, 1}}},
       "its averages are wrong where the pads of two sides differ"},
      {"AveragePool",
       {{"auto_pad", "SAME_UPPER"}},
       "its averages are wrong where the pads of two sides differ"},
      {"AveragePool",
       {{"ceil_mode", 1}},
       "with ceil_mode its averages are wrong in windows beyond the border"},
      {"MaxPool", {{"pads", Dims{0, 0, 1, 1}}, {"ceil_mode", 1}}, ""},
      {"MaxPool", {{"dilations", Dims{2, 2}}}, ""},
      {"MaxPool",
       {{"pads", Dims{1, 0, 0, 0}}, {"dilations", Dims{1, 2}}},
       "its results are wrong where pads and dilations meet"},
      {"RNN", {}, ""},
      {"RNN", {{"clip", 1.0}}, "cuDNN has no clip"},
      {"GRU", {}, "linear_before_reset 0: cuDNN has 1 only"},
      {"GRU", {{"linear_before_reset", 1}}, ""},
      {"LSTM", {{"input_forget", 1}}, "input_forget 1: cuDNN has 0 only"},
      {"LSTM", {{"hidden_size", 3}}, ""},
  };
  for (const Case& one : cases)
    EXPECT_EQ(judged(one.type, one.attributes).reason, one.reason) << one.type;
  Builder peepholes;
  peepholes.input("x", {3, 1, 2}).node("LSTM", {"x", "x", "x", "", "", "", "", "x"}, {"y"});
  EXPECT_EQ(peepholes.support().nodes[0].reason, "cuDNN has no peepholes");
  EXPECT_EQ(judged("BatchNormalization", {{"training_mode", 1}}, 15, 5).reason,
            "training_mode 1: it has inference only");
  EXPECT_NE(judged("Cast", {{"to", static_cast<int>(TensorProto::STRING)}}).reason, "");
}

TEST(CudaSupport, reads_activations_of_recurrent_nodes) {
  for (const bool defaults : {true, false}) {
    Builder builder;
    builder.input("x", {3, 1, 2})
        .input("w", {1, 2, 2})
        .input("r", {1, 2, 2})
        .node("RNN", {"x", "w", "r"}, {"y"});
    onnx::AttributeProto& activations = *builder.graph().mutable_node(0)->add_attribute();
    activations.set_name("activations");
    activations.set_type(onnx::AttributeProto::STRINGS);
    activations.add_strings(defaults ? "TANH" : "Relu");
    EXPECT_EQ(builder.support().gaps(), defaults ? 0 : 1);
  }
}

TEST(CudaSupport, judges_branches_and_functions) {
  Builder builder;
  builder.input("x", {1}).input("c", {}, onnx::TensorProto::BOOL).node("If", {"c"}, {"y"});
  for (const char* name : {"then_branch", "else_branch"}) {
    onnx::AttributeProto& branch = *builder.graph().mutable_node(0)->add_attribute();
    branch.set_name(name);
    branch.set_type(onnx::AttributeProto::GRAPH);
    onnx::NodeProto& node = *branch.mutable_g()->add_node();
    node.set_op_type(std::string(name) == "then_branch" ? "Relu" : "Atan");
    node.add_input("x");
    node.add_output(name);
  }
  onnx::FunctionProto& function = *builder.model.add_functions();
  function.set_domain("local");
  function.set_name("Twice");
  function.add_opset_import()->set_version(13);
  onnx::NodeProto& body = *function.add_node();
  body.set_op_type("Det");
  body.add_output("inside");
  builder.node("Twice", {"y"}, {"z"});
  builder.graph().mutable_node(1)->set_domain("local");

  std::vector<std::string> all, gaps;
  for (const CudaNode& node : builder.support().nodes) {
    all.push_back(node.node);
    if (!node.reason.empty())
      gaps.push_back(node.node);
  }
  EXPECT_EQ(all, (std::vector<std::string>{"y", "then_branch", "else_branch", "inside"}));
  EXPECT_EQ(gaps, (std::vector<std::string>{"else_branch", "inside"}));
}

TEST(CudaSupport, refuses_what_is_no_network) {
  EXPECT_THROW(cuda_support("no network"), InputError);
  EXPECT_THROW(cuda_support(""), InputError);
  EXPECT_THROW(cuda_support_of_file("/nowhere.onnx"), ModelError);
  EXPECT_THROW(judged("LRN", {{"size", "five"}}), ModelError);
}

/// Rows of the list: whatever is wrong with it would be taken for a limit of the provider.
TEST(CudaOperators, are_in_order) {
  const auto& list = onnx_export::CudaOperators::get();
  EXPECT_GE(list.last_opset(), 17);
  for (const char* name : {"Conv", "Relu", "MaxPool", "Constant", "Loop", "ScatterND", "Softmax"})
    for (std::int64_t opset = 13; opset <= 17; ++opset)
      EXPECT_NE(list.find("", name, opset), nullptr) << name << opset;
  for (const char* name : {"Atan", "Det", "NonMaxSuppression"})
    EXPECT_TRUE(list.rows("", name).empty()) << name;
  EXPECT_NE(list.find("com.microsoft", "FusedConv", 1), nullptr);
  const onnx_export::CudaOperator* where = list.find("", "Where", 17);
  ASSERT_NE(where, nullptr);
  EXPECT_EQ(where->type_of(where->inputs, 0), "B");
  EXPECT_EQ(where->types.at("B"), std::vector<std::string>{"bool"});
  const onnx_export::CudaOperator* concat = list.find("", "Concat", 17);
  EXPECT_EQ(concat->type_of(concat->inputs, 7), "T");
  EXPECT_EQ(concat->type_of(concat->outputs, 1), "");
}

}  // namespace
}  // namespace fovea
