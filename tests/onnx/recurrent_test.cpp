#include "model_builder.hpp"

#include <onnx/onnx_pb.h>

#include <numeric>

namespace fovea::onnx_import {
namespace {

using Values = std::vector<float>;

constexpr std::int64_t kSteps = 3, kRows = 2, kNumbers = 2, kState = 2;

/// The inputs of tools/make_recurrent_goldens.py.
Values numbers(std::int64_t count, std::int64_t n) {
  Values made;
  for (std::int64_t k = 0; k < count; ++k)
    made.push_back(static_cast<float>((k + n) * 7 % 11 - 5) / 10);
  return made;
}

std::int64_t product(const Dims& dims) {
  return std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
}

/// A layer with the first `count` of its inputs, without sequence_lens.
ImportBuilder layer(const std::string& type, const std::vector<Attribute>& attributes,
                    std::int64_t directions, int count) {
  const std::int64_t gates = type == "LSTM" ? 4 : type == "GRU" ? 3 : 1;
  const std::vector<Dims> shapes = {{kSteps, kRows, kNumbers},
                                    {directions, gates * kState, kNumbers},
                                    {directions, gates * kState, kState},
                                    {directions, 2 * gates * kState},
                                    {},
                                    {directions, kRows, kState},
                                    {directions, kRows, kState},
                                    {directions, 3 * kState}};
  ImportBuilder m(14);
  m.input("x", shapes[0]).output("y").output("y_h");
  std::vector<std::string> inputs = {"x"}, outputs = {"y", "y_h"};
  for (int i = 1; i < count; ++i) {
    const Dims& dims = shapes[static_cast<std::size_t>(i)];
    inputs.push_back(i == 4 ? "" : "in" + std::to_string(i));
    if (i != 4)
      m.weight(inputs.back(), dims, numbers(product(dims), i));
  }
  if (type == "LSTM") {
    m.output("y_c");
    outputs.push_back("y_c");
  }
  m.node(type, inputs, outputs, attributes, "layer");
  return m;
}

struct Expected {
  Shape y;
  double weighted;  ///< the sum over y of 1, 2, 3, ... times each
  std::vector<Values> states;
};

void expect_result(const ImportBuilder& m, const Expected& expected) {
  const Tensor x = floats({kSteps, kRows, kNumbers}, numbers(kSteps * kRows * kNumbers, 0));
  const std::vector<Tensor> found = run(m.import({.batch = kSteps}), {x});
  EXPECT_EQ(found[0].shape(), expected.y);
  double sum = 0, weight = 0;
  for (const float value : found[0].data<float>())
    sum += ++weight * value;
  EXPECT_NEAR(sum, expected.weighted, 2e-5);
  ASSERT_EQ(found.size(), expected.states.size() + 1);
  for (std::size_t i = 0; i < expected.states.size(); ++i) {
    const Values state = to_vector<float>(found[i + 1]);
    ASSERT_EQ(state.size(), expected.states[i].size());
    for (std::size_t k = 0; k < state.size(); ++k)
      EXPECT_NEAR(state[k], expected.states[i][k], 2e-6) << i << " " << k;
  }
}

TEST(Recurrent, LstmHasDirectionsStatesAndPeepholes) {
  expect_result(
      layer("LSTM", {{"hidden_size", kState}, {"direction", "bidirectional"}}, 2, 8),
      {{3, 2, 2, 2},
       12.200802,
       {{0.256115F, -0.110346F, 0.143892F, -0.030551F, -0.018099F, 0.041173F, 0.014021F, 0.060484F},
        {0.570029F, -0.165879F, 0.402108F, -0.041393F, -0.038803F, 0.161310F, 0.033837F, 0.244905F}}});
  expect_result(
      layer("LSTM", {{"direction", "reverse"}}, 1, 3),
      {{3, 1, 2, 2},
       0.040867,
       {{0.045286F, -0.020197F, 0.038212F, -0.013863F}, {0.081575F, -0.041996F, 0.068422F, -0.030274F}}});
}

TEST(Recurrent, GruResetsTheStateOrItsProduct) {
  expect_result(
      layer("GRU", {{"direction", "bidirectional"}}, 2, 6),
      {{3, 2, 2, 2},
       31.623060,
       {{-0.334440F, 0.227771F, -0.095562F, -0.004222F, 0.114048F, 0.325005F, 0.004835F, 0.385512F}}});
  expect_result(layer("GRU", {{"linear_before_reset", 1}}, 1, 6),
                {{3, 1, 2, 2}, -6.106524, {{-0.218239F, 0.081346F, -0.004784F, -0.139206F}}});
  expect_result(layer("GRU", {}, 1, 3),
                {{3, 1, 2, 2}, 0.295984, {{-0.097616F, 0.139625F, 0.021993F, -0.043495F}}});
}

void set_activations(ImportBuilder& m, const std::vector<std::string>& names) {
  onnx::AttributeProto& attribute = *m.graph().mutable_node(m.graph().node_size() - 1)->add_attribute();
  attribute.set_name("activations");
  attribute.set_type(onnx::AttributeProto::STRINGS);
  for (const std::string& name : names)
    attribute.add_strings(name);
}

TEST(Recurrent, RnnHasActivationsForEachDirection) {
  ImportBuilder m = layer("RNN", {{"direction", "bidirectional"}}, 2, 6);
  set_activations(m, {"Relu", "Tanh"});
  expect_result(
      m, {{3, 2, 2, 2},
          27.848797,
          {{0.262800F, 0.202800F, 0.431500F, 0.297800F, 0.588619F, -0.728568F, 0.551374F, -0.713951F}}});
}

TEST(Recurrent, MayHaveTheBatchFirst) {
  const ImportBuilder plain = layer("GRU", {}, 1, 3);
  ImportBuilder swapped(14);
  swapped.input("x", {kSteps, kRows, kNumbers}).output("y").output("y_h");
  swapped.weight("w", {1, 3 * kState, kNumbers}, numbers(3 * kState * kNumbers, 1));
  swapped.weight("r", {1, 3 * kState, kState}, numbers(3 * kState * kState, 2));
  swapped.node("Transpose", {"x"}, {"rows_first"}, {{"perm", Dims{1, 0, 2}}});
  swapped.node("GRU", {"rows_first", "w", "r"}, {"t", "t_h"}, {{"layout", 1}});
  swapped.node("Transpose", {"t"}, {"y"}, {{"perm", Dims{1, 2, 0, 3}}});
  swapped.node("Transpose", {"t_h"}, {"y_h"}, {{"perm", Dims{1, 0, 2}}});
  const Tensor x = floats({kSteps, kRows, kNumbers}, numbers(kSteps * kRows * kNumbers, 0));
  const auto expected = run(plain.import({.batch = kSteps}), {x}),
             found = run(swapped.import({.batch = kSteps}), {x});
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(found[i].shape(), expected[i].shape());
    EXPECT_EQ(to_vector<float>(found[i]), to_vector<float>(expected[i]));
  }
}

TEST(Recurrent, RefusesWhatItDoesNotKnow) {
  const auto refuse = [](const ImportBuilder& m, const char* why) {
    expect_model_error([&] { m.import({.batch = kSteps}); }, {"'layer' (", why});
  };
  refuse(layer("LSTM", {{"input_forget", 1}}, 1, 3), "attribute 'input_forget' is not supported");
  refuse(layer("LSTM", {{"direction", "bidirectional"}}, 1, 3), "attribute 'direction' is 'bidirectional'");
  ImportBuilder strange = layer("RNN", {}, 1, 3);
  set_activations(strange, {"Softsign"});
  refuse(strange, "the activation 'Softsign' is not supported");
  ImportBuilder few = layer("LSTM", {}, 1, 3);
  set_activations(few, {"Tanh"});
  refuse(few, "expected 3 activations for each direction, found 1");
  ImportBuilder lengths = layer("GRU", {}, 1, 4);
  lengths.list("lengths", {3, 2});
  lengths.graph().mutable_node(0)->add_input("lengths");
  refuse(lengths, "a sequence of 2 steps in an x of 3");
  ImportBuilder unfit = layer("GRU", {}, 1, 3);
  unfit.graph().mutable_node(0)->set_input(2, "in1");
  unfit.graph().mutable_node(0)->set_input(1, "x");
  refuse(unfit, "do not fit");
}

}  // namespace
}  // namespace fovea::onnx_import
