#include "model_builder.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace fovea::onnx_import {
namespace {

using Attributes = std::vector<Attribute>;
using Values = std::vector<float>;

constexpr std::int64_t kBatch = 2, kQueries = 3, kKeys = 4, kSize = 2;

/// Numbers without a pattern, from -1 to 1.
Values some(std::int64_t count, int seed) {
  Values values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] =
        static_cast<float>(std::sin(static_cast<double>(seed) + 1.7 * static_cast<double>(i * i + 1)));
  return values;
}

/// Attention over q [2,heads,3,2], k and v [2,groups,4,2] written down as its definition says; `bias` is
/// added to the score of a batch's query (of a head) and key.
struct PlainAttention {
  std::int64_t heads = 2, groups = 2;
  double scale = 1 / std::sqrt(static_cast<double>(kSize)), softcap = 0;
  std::function<double(std::int64_t, std::int64_t, std::int64_t, std::int64_t)> bias =
      [](auto, auto, auto, auto) { return 0.0; };

  Values operator()(const Values& q, const Values& k, const Values& v) const {
    Values y;
    for (std::int64_t b = 0; b < kBatch; ++b)
      for (std::int64_t h = 0; h < heads; ++h)
        for (std::int64_t i = 0; i < kQueries; ++i) {
          const auto row = static_cast<std::size_t>(((b * heads + h) * kQueries + i) * kSize);
          const std::int64_t group = b * groups + h / (heads / groups);
          const auto at = [&](std::int64_t key) {
            return static_cast<std::size_t>((group * kKeys + key) * kSize);
          };
          double sum = 0, first = 0, second = 0;
          for (std::int64_t key = 0; key < kKeys; ++key) {
            double score = scale * (q[row] * k[at(key)] + q[row + 1] * k[at(key) + 1]);
            score = softcap > 0 ? softcap * std::tanh(score / softcap) : score;
            const double weight = std::exp(score + bias(b, h, i, key));
            sum += weight;
            first += weight * v[at(key)];
            second += weight * v[at(key) + 1];
          }
          y.push_back(static_cast<float>(sum > 0 ? first / sum : 0));
          y.push_back(static_cast<float>(sum > 0 ? second / sum : 0));
        }
    return y;
  }
};

struct Setting {
  std::int64_t heads = 2, groups = 2;
  int opset = 23;
  Attributes attributes = {};
  std::vector<onnx::TensorProto> more = {};  ///< further inputs, from the fourth on; without a name: absent
};

/// Compares the imported node with the plain formula; returns the operators that it became.
std::string expect_equal(const Setting& s, const PlainAttention& plain) {
  const Dims q = {kBatch, s.heads, kQueries, kSize}, k = {kBatch, s.groups, kKeys, kSize};
  const Values queries = some(kBatch * s.heads * kQueries * kSize, 1),
               keys = some(kBatch * s.groups * kKeys * kSize, 2),
               values = some(kBatch * s.groups * kKeys * kSize, 3);
  ImportBuilder m(s.opset);
  m.input("q", q).input("k", k).input("v", k).output("y");
  std::vector<std::string> inputs = {"q", "k", "v"};
  for (const onnx::TensorProto& tensor : s.more) {
    inputs.push_back(tensor.name());
    if (!tensor.name().empty())
      *m.graph().add_initializer() = tensor;
  }
  m.node("Attention", inputs, {"y"}, s.attributes, "n");
  const ir::Graph graph = m.import({.batch = kBatch});
  const Values found = to_vector<float>(
      run(graph, {floats(Shape(q), queries), floats(Shape(k), keys), floats(Shape(k), values)})[0]);
  const Values expected = plain(queries, keys, values);
  EXPECT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i)
    EXPECT_NEAR(found[i], expected[i], 1e-5) << "element " << i;
  return operators(graph);
}

onnx::TensorProto bools(const std::string& name, const Dims& dims, const std::vector<int>& values) {
  onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::BOOL);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  tensor.mutable_int32_data()->Add(values.begin(), values.end());
  return tensor;
}

constexpr double kNever = -std::numeric_limits<double>::infinity();

TEST(Attention, IsASoftmaxOfProducts) {
  EXPECT_EQ(expect_equal({}, {}), "Transpose Mul MatMul Softmax MatMul Identity");
  expect_equal({.attributes = {{"scale", 3.0}}}, {.scale = 3});
  expect_equal({.attributes = {{"softcap", 0.5}}}, {.softcap = 0.5});
}

TEST(Attention, SharesKeysAmongGroupsOfHeads) {
  expect_equal({.heads = 4, .groups = 2}, {.heads = 4, .groups = 2});
  expect_equal({.heads = 3, .groups = 1}, {.heads = 3, .groups = 1});
}

TEST(Attention, HasMasks) {
  const auto causal = [](auto, auto, std::int64_t i, std::int64_t key) { return key <= i ? 0 : kNever; };
  expect_equal({.attributes = {{"is_causal", 1}}}, {.bias = causal});
  const Values bias = some(kQueries * kKeys, 4);
  const auto add = [&](auto, auto, std::int64_t i, std::int64_t key) {
    return double{bias[static_cast<std::size_t>(i * kKeys + key)]};
  };
  expect_equal({.more = {float_tensor("mask", {kQueries, kKeys}, bias)}}, {.bias = add});
  const auto both = [&](auto b, auto h, std::int64_t i, std::int64_t key) {
    return add(b, h, i, key) + causal(b, h, i, key);
  };
  expect_equal({.attributes = {{"is_causal", 1}}, .more = {float_tensor("mask", {kQueries, kKeys}, bias)}},
               {.bias = both});
  // A query that may look at nothing gets 0.
  const std::vector<int> seen = {1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0};
  const auto only = [&](auto, auto, std::int64_t i, std::int64_t key) {
    return seen[static_cast<std::size_t>(i * kKeys + key)] ? 0 : kNever;
  };
  expect_equal({.more = {bools("mask", {1, 1, kQueries, kKeys}, seen)}}, {.bias = only});
}

TEST(Attention, IgnoresPaddedKeysSinceOpset24) {
  const Dims valid = {2, 4};
  const auto padded = [&](std::int64_t b, auto, auto, std::int64_t key) {
    return key < valid[static_cast<std::size_t>(b)] ? 0 : kNever;
  };
  expect_equal({.opset = 24, .more = {{}, {}, {}, int_tensor("valid", {2}, valid)}}, {.bias = padded});
  const Values bias = some(kQueries * 2, 4);  // a mask that is too short cuts off the rest
  const auto brief = [&](auto, auto, std::int64_t i, std::int64_t key) {
    return key < 2 ? double{bias[static_cast<std::size_t>(i * 2 + key)]} : kNever;
  };
  expect_equal({.opset = 24, .more = {float_tensor("mask", {kQueries, 2}, bias)}}, {.bias = brief});
}

TEST(Attention, TakesHeadsSideBySide) {
  ImportBuilder m(23);
  m.input("x", {1, 2, 4}).output("y");
  m.node("Attention", {"x", "x", "x"}, {"y"}, {{"q_num_heads", 2}, {"kv_num_heads", 2}}, "n");
  EXPECT_EQ(output_shape(m.import()), Shape({1, 2, 4}));
  // Queries and keys of 0 look everywhere alike: the result is the mean.
  m.weight("zero", {1, 2, 4}, Values(8, 0));
  *m.graph().mutable_node(0)->mutable_input(0) = "zero";
  EXPECT_EQ(to_vector<float>(run(m.import(), {floats({1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8})})[0]),
            (Values{3, 4, 5, 6, 3, 4, 5, 6}));
  ImportBuilder odd(23);
  odd.input("x", {1, 2, 4}).output("y");
  odd.node("Attention", {"x", "x", "x"}, {"y"}, {{"q_num_heads", 3}, {"kv_num_heads", 3}}, "n");
  expect_model_error([&] { odd.import(); }, {"'n' (Attention)", "1x2x4 cannot be divided into 3 heads"});
  odd.node("Neg", {"x"}, {"unused"});
  *odd.graph().mutable_node(0) = m.graph().node(0);
  odd.graph().mutable_node(0)->set_input(0, "x");
  odd.graph().mutable_node(0)->mutable_attribute(1)->set_i(0);
  expect_model_error([&] { odd.import(); }, {"(Attention)", "into 0 heads"});
}

TEST(RotaryEmbedding, TurnsPairsByTheirAngle) {
  const auto turned = [](const Attributes& attributes) {
    ImportBuilder m(23);
    m.input("x", {1, 1, 2, 4}).output("y");
    m.weight("cos", {2, 1}, {1, 0}).weight("sin", {2, 1}, {0, 1});
    *m.graph().add_initializer() = int_tensor("at", {1, 2}, {0, 1});
    Attributes all = {{"rotary_embedding_dim", 2}};
    all.insert(all.end(), attributes.begin(), attributes.end());
    m.node("RotaryEmbedding", {"x", "cos", "sin", "at"}, {"y"}, all, "n");
    return to_vector<float>(run(m.import(), {floats({1, 1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8})})[0]);
  };
  EXPECT_EQ(turned({}), (Values{1, 2, 3, 4, -6, 5, 7, 8}));
  const auto whole = [](int interleaved) {
    ImportBuilder m(23);
    m.input("x", {1, 1, 4}).output("y").weight("cos", {1, 1, 2}, {0, 1}).weight("sin", {1, 1, 2}, {1, 0});
    m.node("RotaryEmbedding", {"x", "cos", "sin"}, {"y"}, {{"num_heads", 1}, {"interleaved", interleaved}},
           "n");
    return to_vector<float>(run(m.import(), {floats({1, 1, 4}, {1, 2, 3, 4})})[0]);
  };
  EXPECT_EQ(whole(0), (Values{-3, 2, 1, 4}));
  EXPECT_EQ(whole(1), (Values{-2, 1, 3, 4}));
}

TEST(CenterCropPad, CutsAndPadsTheMiddle) {
  ImportBuilder m(18);
  m.input("x", {1, 5}).output("y").list("shape", {3, 2});
  m.node("CenterCropPad", {"x", "shape"}, {"y"}, {}, "n");
  EXPECT_EQ(to_vector<float>(run(m.import(), {floats({1, 5}, {1, 2, 3, 4, 5})})[0]),
            (Values{0, 0, 2, 3, 0, 0}));
}

}  // namespace
}  // namespace fovea::onnx_import
