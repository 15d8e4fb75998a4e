#include "autodiff/backward.hpp"
#include "backend/onednn/onednn.hpp"
#include "backend/reference/reference.hpp"
#include "engine/relevance_fixture.hpp"
#include "engine/run_graph.hpp"
#include "ir/text.hpp"
#include "ops/table.hpp"
#include "support/tensors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace fovea::test {
namespace {

class LrpIdentity : public RelevanceTest {};

struct Block {
  const char* name;
  const char* text;  ///< from `r1` [1,6,6,8] to `r2` [1,6,H,W]
  bool is_relu_network = true;
};

constexpr std::array kBlocks = {
    Block{"plain", R"(
    c2 = Conv(r1, w2) pads=[1,1,1,1]
    r2 = Relu(c2))"},
    Block{"residual", R"(
    c2 = Conv(r1, w2) pads=[1,1,1,1]
    side = Conv(r1, point)
    sum = Add(c2, side)
    r2 = Relu(sum))"},
    Block{"identity residual", R"(
    c2 = Conv(r1, w2) pads=[1,1,1,1]
    rc = Relu(c2)
    c3 = Conv(rc, w3) pads=[1,1,1,1]
    sum = Add(r1, c3)
    r2 = Relu(sum))"},
    Block{"concat", R"(
    c2 = Conv(r1, narrow) pads=[1,1,1,1]
    c3 = Conv(r1, narrow2) pads=[1,1,1,1]
    both = Concat(c2, c3) axis=1
    r2 = Relu(both))"},
    Block{"pools", R"(
    c2 = Conv(r1, w2) pads=[1,1,1,1]
    p2 = AveragePool(c2) kernel=[3,3] strides=[2,2] pads=[1,1,1,1]
    c3 = Conv(p2, w3) pads=[1,1,1,1]
    p3, switches = MaxPool(c3) kernel=[2,2]
    r2 = Relu(p3))"},
    Block{"grouped and transposed", R"(
    c2 = Conv(r1, grouped) pads=[1,1,1,1] groups=3
    rc = Relu(c2)
    t = ConvTranspose(rc, w3) strides=[2,2]
    r2 = Relu(t))"},
    Block{"scaled", R"(
    c2 = Conv(r1, w2) pads=[1,1,1,1]
    s = Mul(c2, scale)
    m = Sub(s, c2)
    r2 = Relu(m))"},
    Block{"squeeze and excitation", R"(
    c2 = Conv(r1, w2) pads=[1,1,1,1]
    rc = Relu(c2)
    q = GlobalAveragePool(rc)
    weak = Mul(q, faint)
    e = Conv(weak, point)
    gate = Sigmoid(e)
    r2 = Mul(rc, gate))",
          false},
    Block{"stretched product", R"(
    c2 = Conv(r1, w2) pads=[1,1,1,1]
    rc = Relu(c2)
    q = GlobalAveragePool(rc)
    r2 = Mul(q, rc))",
          false},
    Block{"silu", R"(
    c2 = Conv(r1, w2) pads=[1,1,1,1]
    gate = Sigmoid(c2)
    r2 = Mul(gate, c2))",
          false},
    Block{"square", R"(
    c2 = Conv(r1, w2) pads=[1,1,1,1]
    r2 = Mul(c2, c2))",
          false},
    Block{"smooth", R"(
    c2 = Conv(r1, w2) pads=[1,1,1,1]
    a = LeakyRelu(c2) alpha=0.1
    c3 = Conv(a, w3) pads=[1,1,1,1]
    r2 = HardSwish(c3))",
          false},
};

std::string network(const Block& block) {
  return std::string(R"(
    input image f64[1,2,6,8]
    const w1 f64[6,2,3,3] {random 1}
    const w2 f64[6,6,3,3] {random 2}
    const w3 f64[6,6,3,3] {random 3}
    const point f64[6,6,1,1] {random 4}
    const narrow f64[2,6,3,3] {random 5}
    const narrow2 f64[4,6,3,3] {random 6}
    const grouped f64[6,2,3,3] {random 7}
    const scale f64[6,1,1] {1.5 -1 2 0.5 -0.5 3}
    const faint f64[] {0.05}
    const top f64[4,6] {random 8}
    c1 = Conv(image, w1) pads=[1,1,1,1]
    r1 = Relu(c1))") +
         block.text + R"(
    mean = ReduceMean(r2) axes=[2,3] keep_dims=0
    scores = Gemm(mean, top) trans_b=1
    output scores = scores)";
}

TEST_P(LrpIdentity, is_conserved_in_networks_without_biases) {
  const Tensor image = normal_numbers({1, 2, 6, 8}, 21);
  for (const Block& block : kBlocks)
    for (const auto& rules : relevance_rules())
      for (std::size_t k : {0, 1, 2, 3}) {
        const Relevance r = run_from_score(network(block), rules, image, k);
        const double score = r.scores.data<double>()[k];
        EXPECT_NEAR(sum_of(r.picture), score,
                    tolerance() * std::max(std::abs(score), largest_magnitude(r.picture)))
            << rules.name << ", " << block.name << ", class " << k;
      }
}

TEST_P(LrpIdentity, epsilon_is_gradient_times_input_in_relu_networks) {
  const Tensor image = normal_numbers({1, 2, 6, 8}, 22);
  for (const Block& block : kBlocks)
    if (block.is_relu_network) {
      const Tensor seed = f64({1, 4}, {0, 1, 0, 0});
      const Tensor expected =
          product(image, run(network(block), autodiff::gradient_rules(), image, seed).picture);
      const Tensor found = run_from_score(network(block), autodiff::lrp_epsilon_rules(), image, 1).picture;
      EXPECT_LE(largest_difference(found, expected), is_double() ? 1e-6 : 1e-3) << block.name;
    }
}

TEST_P(LrpIdentity, excitation_is_a_distribution_over_a_picture_without_negative_values) {
  const Tensor image = absolute(normal_numbers({1, 2, 6, 8}, 23));
  for (const Block& block : kBlocks) {
    const Tensor found =
        run(network(block), autodiff::excitation_rules(), image, f64({1, 4}, {0, 0, 1, 0})).picture;
    EXPECT_NEAR(sum_of(found), 1, tolerance()) << block.name;
    if (block.is_relu_network) {
      EXPECT_GE(*std::min_element(found.data<double>().begin(), found.data<double>().end()), 0) << block.name;
    }
  }
}

/// Attention weights are gates: the values take all, queries and keys nothing.
TEST_P(LrpIdentity, gives_attention_to_the_values) {
  const std::string head = R"(
    input x f64[1,5,4]
    const wq f64[4,4] {random 1}
    const wk f64[4,4] {random 2}
    const wv f64[4,4] {random 3}
    const top f64[4,3] {random 4}
    v = MatMul(x, wv)
    )";
  const std::string weights = R"(
    q = MatMul(x, wq)
    k = MatMul(x, wk)
    kt = Transpose(k) perm=[0,2,1]
    logits = MatMul(q, kt)
    const root f64[] {0.5}
    calm = Mul(logits, root)
    a = Softmax(calm) axis=2
    )";
  const std::string tail = R"(
    mixed = MatMul(a, v)
    mean = ReduceMean(mixed) axes=[1] keep_dims=0
    scores = MatMul(mean, top)
    output scores = scores)";
  const Tensor x = normal_numbers({1, 5, 4}, 9);
  const auto attention = [&](const ir::Graph& graph) {
    ir::Graph inner = graph;
    inner.clear_outputs();
    inner.add_output(inner.find("a"), "a");
    const Tensor a = run_graph(backend::reference(), inner, {x})[0];
    std::string values;
    for (double value : a.data<double>())
      values += fmt::format("{:.17g} ", value);
    return "const a f64[1,5,5] {" + values + "}\n";
  };
  const std::string fixed = head + attention(ir::parse(head + weights + tail, ops::find)) + tail;
  for (const auto& rules : relevance_rules()) {
    const Relevance r = run_from_score(head + weights + tail, rules, x, 1);
    EXPECT_NEAR(sum_of(r.picture), r.scores.data<double>()[1], tolerance() * 100) << rules.name;
    EXPECT_LE(largest_difference(r.picture, run_from_score(fixed, rules, x, 1).picture), tolerance())
        << rules.name;
  }
}

/// A product of matrices neither of which is a gate.
TEST_P(LrpIdentity, halves_a_product_of_two_matrices) {
  const std::string text = R"(
    input x f64[1,12]
    a = Slice(x) starts=[0,0] steps=[1,1] sizes=[1,6]
    b = Slice(x) starts=[0,6] steps=[1,1] sizes=[1,6]
    left = Reshape(a) shape=[2,3]
    right = Reshape(b) shape=[3,2]
    product = MatMul(left, right)
    scores = Reshape(product) shape=[1,4]
    output scores = scores)";
  const Tensor x = normal_numbers({1, 12}, 31);
  for (const auto& rules : relevance_rules()) {
    const Tensor r = run(text, rules, x, f64({1, 4}, {1, 2, -3, 4})).picture;
    const auto values = r.data<double>();
    EXPECT_NEAR(std::accumulate(values.begin(), values.begin() + 6, 0.0), 2, tolerance() * 10) << rules.name;
    EXPECT_NEAR(std::accumulate(values.begin() + 6, values.end(), 0.0), 2, tolerance() * 10) << rules.name;
  }
}

/// A normalisation that no convolution takes in. Sharing by sign passes it; under epsilon its shift is a
/// bias.
TEST_P(LrpIdentity, passes_a_batch_normalization_before_a_relu) {
  const std::string before = R"(
    input image f64[1,3,4,5]
    const scale f64[3] {2 -1 0.5}
    const mean f64[3] {0.5 -1 2}
    const variance f64[3] {1 4 0.25}
    const w f64[2,3,3,3] {random 5}
    const top f64[2,2] {1 -2 3 1}
    )";
  const std::string after = R"(
    r = Relu(n)
    c = Conv(r, w)
    rc = Relu(c)
    pooled = ReduceMean(rc) axes=[2,3] keep_dims=0
    scores = Gemm(pooled, top) trans_b=1
    output scores = scores)";
  const std::string network = before + R"(
    const bias f64[3] {0.25 1 -0.5}
    n = BatchNormalization(image, scale, bias, mean, variance) epsilon=0)" +
                              after;
  const Tensor image = normal_numbers({1, 3, 4, 5}, 41);
  for (const auto& rules : relevance_rules()) {
    const Relevance r = run_from_score(network, rules, image, 1);
    const double score = r.scores.data<double>()[1];
    ASSERT_GT(std::abs(score), 0.1);
    if (rules.name == "lrp-epsilon") {
      const Tensor expected =
          product(image, run(network, autodiff::gradient_rules(), image, f64({1, 2}, {0, 1})).picture);
      EXPECT_LE(largest_difference(r.picture, expected), tolerance());
    } else {
      EXPECT_NEAR(sum_of(r.picture), score, tolerance() * std::abs(score)) << rules.name;
    }
  }
}

constexpr const char* kBehindNormalisation = R"(
    const w f64[4,3,3,3] {random 5}
    const top f64[2,4] {1 -2 3 1 0.5 2 -1 1}
    c = Conv(n, w) pads=[1,1,1,1]
    r = Relu(c)
    pooled = ReduceMean(r) axes=[2,3] keep_dims=0
    scores = Gemm(pooled, top) trans_b=1
    output scores = scores)";

/// A network that normalises its picture itself, with a factor below 0 and moved axes, and the same network
/// for a picture that is normalised before it: the bounds follow the values.
TEST_P(LrpIdentity, follows_the_bounds_of_the_z_box_to_the_first_layer) {
  const std::string itself = std::string(R"(
    input raw f64[2,4,5,3]
    const mean f64[3] {100 120 90}
    const factor f64[3] {0.02 -0.01 0.03}
    centred = Sub(raw, mean)
    scaled = Mul(centred, factor)
    n = Transpose(scaled) perm=[0,3,1,2])") +
                             kBehindNormalisation;
  const std::string before = std::string("input n f64[2,3,4,5]") + kBehindNormalisation;
  Tensor raw(DType::F64, {2, 4, 5, 3}), normalised(DType::F64, {2, 3, 4, 5});
  const std::array mean = {100.0, 120.0, 90.0}, factor = {0.02, -0.01, 0.03};
  for (std::size_t i = 0; i < 120; ++i) {
    const std::size_t channel = i % 3, pixel = i / 3 % 20, picture = i / 60;
    raw.data<double>()[i] = static_cast<double>(i * 37 % 256);
    normalised.data<double>()[picture * 60 + channel * 20 + pixel] =
        (raw.data<double>()[i] - mean[channel]) * factor[channel];
  }
  InputRange range;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto [low, high] = std::minmax({-mean[c] * factor[c], (255 - mean[c]) * factor[c]});
    range.lowest.push_back(low);
    range.highest.push_back(high);
  }
  const Tensor seed = f64({2, 2}, {1, 0, 0.5, -2});
  const Tensor found = run(itself, autodiff::lrp_epsilon_gamma_box_rules({{0}, {255}}), raw, seed).picture;
  const Tensor expected = run(before, autodiff::lrp_epsilon_gamma_box_rules(range), normalised, seed).picture;
  for (std::size_t i = 0; i < 120; ++i)
    EXPECT_NEAR(found.data<double>()[i], expected.data<double>()[i / 60 * 60 + i % 3 * 20 + i / 3 % 20],
                tolerance() * largest_magnitude(expected));
}

TEST(ZBox, says_which_bounds_it_needs_and_where_they_are_lost) {
  const auto failure = [](const std::string& text, const InputRange& range) {
    try {
      const ir::Graph graph = ir::parse(text, ops::find);
      autodiff::differentiate(graph, graph.outputs()[0], graph.inputs()[0],
                              autodiff::lrp_epsilon_gamma_box_rules(range));
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string head = "input n f64[2,3,4,5]", direct = head + kBehindNormalisation;
  EXPECT_EQ(failure(direct, {{0}, {1}}), "");
  EXPECT_EQ(failure(direct, {{0, 0, 0}, {1, 1, 1}}), "");
  for (const InputRange& wrong : {InputRange{}, InputRange{{0, 0}, {1, 1}}, InputRange{{0}, {1, 1, 1}}})
    EXPECT_EQ(
        failure(direct, wrong),
        fmt::format("the z-box rule needs the lowest and the highest value of the input 2x3x4x5, one for "
                    "all channels or one for each: {} and {} are given",
                    wrong.lowest.size(), wrong.highest.size()));
  EXPECT_EQ(
      failure("input raw f64[2,3,4,5]\n n = Cos(raw)" + std::string(kBehindNormalisation), {{0}, {1}}),
      "the z-box rule needs the lowest and the highest value of what 'c' reads, and 'n' (Cos) before it "
      "does not tell them: choose lrp-epsilon-plus-flat");
}

/// The operator and the same written out, as exporters do before opset 17.
TEST_P(LrpIdentity, treats_a_layer_normalization_alike_however_it_is_written) {
  const std::string head = R"(
    input x f64[2,3,7]
    const scale f64[7] {1 2 -1 0.5 3 1 -2}
    const bias f64[7] {0.5 0 1 -1 0 0.25 0.75}
    const w f64[7,5] {random 6}
    )";
  const std::string tail = R"(
    m = MatMul(n, w)
    r = Relu(m)
    scores = Reshape(r) shape=[2,15]
    output scores = scores)";
  const std::string written = R"(
    const two f64[] {2}
    const tiny f64[] {0.00001}
    mean = ReduceMean(x) axes=[2] keep_dims=1
    centred = Sub(x, mean)
    square = Pow(centred, two)
    variance = ReduceMean(square) axes=[2] keep_dims=1
    lifted = Add(variance, tiny)
    deviation = Sqrt(lifted)
    unit = Div(centred, deviation)
    scaled = Mul(unit, scale)
    n = Add(scaled, bias))";
  const Tensor x = normal_numbers({2, 3, 7}, 51), seed = absolute(normal_numbers({2, 15}, 52));
  for (const auto& rules : relevance_rules()) {
    if (rules.name == "lrp-epsilon-gamma-box")
      continue;  // the bounds of a normalised value are unknown
    const Tensor as_operator =
        run(head + "n = LayerNormalization(x, scale, bias) axis=-1 epsilon=0.00001" + tail, rules, x, seed)
            .picture;
    EXPECT_LE(largest_difference(run(head + written + tail, rules, x, seed).picture, as_operator),
              is_double() ? 1e-6 : 5e-3)
        << rules.name;
  }
}

/// log sum exp is written with the maximum taken away first, which must not share: it is 0 at the largest.
TEST_P(LrpIdentity, passes_a_shift_by_the_maximum) {
  const std::string text = R"(
    input x f64[1,3]
    largest = ReduceMax(x) axes=[1] keep_dims=1
    m = Clip(largest) min=-1000
    s = Sub(x, m)
    e = Exp(s)
    y = ReduceSum(e) axes=[1] keep_dims=1
    output scores = y)";
  const Tensor x = f64({1, 3}, {2, 1, -1});
  const double a = 1, b = std::exp(-1), c = std::exp(-3), z = a + b + c;
  for (const auto& rules : relevance_rules())
    EXPECT_TRUE(near(run(text, rules, x, f64({1, 1}, {1})).picture, f64({1, 3}, {a / z, b / z, c / z}), 1e-5))
        << rules.name;
}

INSTANTIATE_TEST_SUITE_P(backends, LrpIdentity, testing::Values(&backend::reference(), &backend::onednn()),
                         [](const auto& row) { return std::string(row.param->name); });

}  // namespace
}  // namespace fovea::test
