#include "autodiff/backward.hpp"
#include "engine/run_graph.hpp"
#include "ir/text.hpp"
#include "ops/table.hpp"
#include "passes/pipeline.hpp"
#include "support/tensors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>

namespace fovea::test {
namespace {

std::array<autodiff::RuleSet, 4> relevance_rules() {
  return {autodiff::lrp_epsilon_rules(), autodiff::lrp_alpha_beta_rules(), autodiff::lrp_composite_rules(),
          autodiff::excitation_rules()};
}

/// A graph's text with every floating type exchanged.
std::string in_single_precision(std::string text) {
  for (std::size_t at = text.find("f64"); at != std::string::npos; at = text.find("f64", at))
    text.replace(at, 3, "f32");
  return text;
}

/// Scores and relevance of the picture, both in float64, of a network written in f64.
struct Relevance {
  Tensor scores, picture;
};

/// The whole way of a program: rules, final passes, on oneDNN in float32 with the fusions.
Relevance propagate(const backend::Backend& backend, const std::string& text, const autodiff::RuleSet& rules,
                    const Tensor& x, const Tensor& seed) {
  const bool is_double = &backend == &backend::reference();
  passes::Notes notes;
  const ir::Graph forward =
      passes::run(passes::canonical_passes_keeping_softmax(),
                  ir::parse(is_double ? text : in_single_precision(text), ops::find), notes);
  auto made = autodiff::differentiate(forward, forward.outputs()[0], forward.inputs()[0], rules);
  ir::Graph graph = passes::run(passes::final_passes(), std::move(made.graph), notes);
  if (!is_double)
    graph = passes::run(passes::fusion_passes(), std::move(graph), notes);
  const DType type = is_double ? DType::F64 : DType::F32;
  const std::vector<Tensor> results = run_graph(backend, graph, {x.cast(type), seed.cast(type)});
  return {results[0].cast(DType::F64), results[1].cast(DType::F64)};
}

Tensor normal(const Shape& shape, unsigned seed) {
  Tensor tensor(DType::F64, shape);
  std::mt19937 random(seed);
  std::normal_distribution<double> distribution;
  for (double& value : tensor.data<double>())
    value = distribution(random);
  return tensor;
}

Tensor absolute(Tensor tensor) {
  for (double& value : tensor.data<double>())
    value = std::abs(value);
  return tensor;
}

double sum_of(const Tensor& tensor) {
  return std::accumulate(tensor.data<double>().begin(), tensor.data<double>().end(), 0.0);
}

double largest(const Tensor& tensor) {
  double found = 0;
  for (double value : tensor.data<double>())
    found = std::max(found, std::abs(value));
  return found;
}

/// Relative to the largest element of what is expected.
double difference(const Tensor& found, const Tensor& expected) {
  EXPECT_EQ(found.shape(), expected.shape());
  double worst = 0;
  for (std::size_t i = 0; i < expected.data<double>().size(); ++i) {
    const double off = std::abs(found.data<double>()[i] - expected.data<double>()[i]);
    worst = off <= worst ? worst : off;  // a NaN is the worst
    if (off != off)
      return off;
  }
  return worst / std::max(largest(expected), 1e-30);
}

class Lrp : public testing::TestWithParam<const backend::Backend*> {
protected:
  static Relevance run(const std::string& text, const autodiff::RuleSet& rules, const Tensor& x,
                       const Tensor& seed) {
    return propagate(*GetParam(), text, rules, x, seed);
  }
  /// Seeded with the score of class `k` itself.
  static Relevance run_from_score(const std::string& text, const autodiff::RuleSet& rules, const Tensor& x,
                                  std::size_t k = 0) {
    const ir::Graph graph = ir::parse(text, ops::find);
    Tensor seed(DType::F64, graph.shape(graph.outputs()[0]));
    seed.data<double>()[k] = run(text, rules, x, seed).scores.data<double>()[k];
    return run(text, rules, x, seed);
  }
  static bool is_double() { return GetParam() == &backend::reference(); }
  static double tolerance() { return is_double() ? 1e-6 : 2e-4; }
};

/// x = (2, 1, -1) and w = (1, -1, -2) contribute 2, -1 and 2, the bias 1: z = 4, z+ = 5, z- = -1. R is 8.
TEST_P(Lrp, shares_a_unit_as_worked_by_hand) {
  const std::string head = R"(
    input x f64[1,3]
    const w f64[1,3] {1 -1 -2}
    const b f64[1] {1}
    )";
  const std::string convolution_head = R"(
    input x f64[1,3]
    const kernel f64[1,3,1,1] {1 -1 -2}
    const b f64[1] {1}
    const shift f64[1,1,1,1] {1}
    pixel = Reshape(x) shape=[1,3,1,1]
    )";
  const std::string tail = "\n y = Reshape(c) shape=[1,1]\n output scores = y";
  const std::array dense = {
      head + "y = Gemm(x, w, b) trans_b=1\n output scores = y",
      head + "m = Gemm(x, w) trans_b=1\n y = Add(m, b)\n output scores = y",
      head + "t = Transpose(w) perm=[1,0]\n m = MatMul(x, t)\n y = Add(b, m)\n output scores = y",
      head + "h = Reshape(x) shape=[3,1]\n m = MatMul(w, h)\n y = Add(m, b)\n output scores = y"};
  const std::array convolutions = {convolution_head + "c = Conv(pixel, kernel, b)" + tail,
                                   convolution_head + "m = Conv(pixel, kernel)\n c = Add(m, shift)" + tail};
  struct Case {
    autodiff::RuleSet rules;
    Tensor dense, convolution;
  };
  const std::array cases = {
      Case{autodiff::lrp_epsilon_rules(), f64({1, 3}, {4, -2, 4}), f64({1, 3}, {4, -2, 4})},
      Case{autodiff::lrp_alpha_beta_rules(), f64({1, 3}, {6.4, -8, 6.4}), f64({1, 3}, {6.4, -8, 6.4})},
      Case{autodiff::lrp_composite_rules(), f64({1, 3}, {4, -2, 4}), f64({1, 3}, {3.2, 0, 3.2})},
      Case{autodiff::excitation_rules(), f64({1, 3}, {4, 0, 4}), f64({1, 3}, {4, 0, 4})}};
  const Tensor x = f64({1, 3}, {2, 1, -1}), seed = f64({1, 1}, {8});
  for (const Case& c : cases) {
    for (const std::string& text : dense)
      EXPECT_TRUE(near(run(text, c.rules, x, seed).picture, c.dense, 1e-5)) << c.rules.name << text;
    for (const std::string& text : convolutions)
      EXPECT_TRUE(near(run(text, c.rules, x, seed).picture, c.convolution, 1e-5)) << c.rules.name << text;
  }
}

/// a = (3, -1, -2, 0) and b = (1, 3, -6, 0), R = (8, 8, 8, 0).
TEST_P(Lrp, shares_a_sum_as_worked_by_hand) {
  const std::string text = R"(
    input x f64[1,8]
    a = Slice(x) starts=[0,0] steps=[1,1] sizes=[1,4]
    b = Slice(x) starts=[0,4] steps=[1,1] sizes=[1,4]
    y = Add(a, b)
    output scores = y)";
  const std::string less = R"(
    input x f64[1,8]
    a = Slice(x) starts=[0,0] steps=[1,1] sizes=[1,4]
    b = Slice(x) starts=[0,4] steps=[1,1] sizes=[1,4]
    c = Neg(b)
    y = Sub(a, c)
    output scores = y)";
  const Tensor x = f64({1, 8}, {3, -1, -2, 0, 1, 3, -6, 0}), seed = f64({1, 4}, {8, 8, 8, 0});
  const Tensor by_epsilon = f64({1, 8}, {6, -4, 2, 0, 2, 12, 6, 0});
  const Tensor by_z_plus = f64({1, 8}, {6, 0, 2, 0, 2, 8, 6, 0});
  for (const std::string& graph : {text, less})
    for (const auto& rules : relevance_rules())
      EXPECT_TRUE(near(run(graph, rules, x, seed).picture,
                       rules.name == "lrp-epsilon" ? by_epsilon : by_z_plus, 1e-5))
          << rules.name << graph;
}

/// Where there are contributions of one sign only, alpha and beta have nothing to weigh.
TEST_P(Lrp, alpha_beta_neither_doubles_nor_loses_relevance) {
  const std::string text = R"(
    input x f64[1,2]
    const w f64[3,2] {1 3  -2 -2  0 0}
    y = Gemm(x, w) trans_b=1
    output scores = y)";
  const Tensor x = f64({1, 2}, {1, 1});
  const auto rules = autodiff::lrp_alpha_beta_rules();
  EXPECT_TRUE(near(run(text, rules, x, f64({1, 3}, {4, 0, 0})).picture, f64({1, 2}, {1, 3}), 1e-5));
  EXPECT_TRUE(near(run(text, rules, x, f64({1, 3}, {0, 4, 0})).picture, f64({1, 2}, {2, 2}), 1e-5));
  EXPECT_TRUE(near(run(text, rules, x, f64({1, 3}, {0, 0, 4})).picture, f64({1, 2}, {0, 0}), 1e-5));
}

// ---- The rules again, from the papers, on layers as matrices of single weights.

using Vector = std::vector<double>;

/// y_j = sum over i of w[j][i] x_i + b_j.
struct Layer {
  std::vector<Vector> w;
  Vector b;
  enum class Kind { Convolution, Dense, Pool } kind;

  Vector forward(const Vector& x) const {
    Vector y = b;
    for (std::size_t j = 0; j < y.size(); ++j)
      for (std::size_t i = 0; i < x.size(); ++i)
        y[j] += w[j][i] * x[i];
    return y;
  }
};

Vector share(const std::string_view rule, const Layer& layer, const Vector& x, const Vector& relevance) {
  Vector result(x.size(), 0.0);
  for (std::size_t j = 0; j < relevance.size(); ++j) {
    const bool has_bias = rule != "excitation";
    double z = layer.b[j], plus = has_bias ? std::max(layer.b[j], 0.0) : 0, minus = std::min(layer.b[j], 0.0);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double part = layer.w[j][i] * x[i];
      z += part;
      (part > 0 ? plus : minus) += part;
    }
    const bool by_epsilon = rule == "lrp-epsilon" || (rule == "lrp" && layer.kind == Layer::Kind::Dense);
    const bool by_alpha_beta = rule == "lrp-alpha-beta" && layer.kind != Layer::Kind::Pool;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double part = layer.w[j][i] * x[i];
      if (by_epsilon && z != 0)
        result[i] += part / z * relevance[j];
      const bool mixed = by_alpha_beta && plus > 0 && minus < 0;
      if (!by_epsilon && part > 0)
        result[i] += (mixed ? 2 : 1) * part / plus * relevance[j];
      if (mixed && part < 0)
        result[i] -= part / minus * relevance[j];
      if (by_alpha_beta && plus == 0 && part < 0)
        result[i] += part / minus * relevance[j];
    }
  }
  return result;
}

struct Plane {
  std::size_t channels, height, width;
  std::size_t size() const { return channels * height * width; }
  std::size_t at(std::size_t c, std::size_t h, std::size_t w) const { return (c * height + h) * width + w; }
};

/// A 3x3 convolution with a border of one zero, as a matrix.
Layer convolution(const Plane& from, const Tensor& w, const Tensor& b) {
  const auto outputs = static_cast<std::size_t>(w.shape()[0]);
  const Plane to{outputs, from.height, from.width};
  Layer layer{std::vector<Vector>(to.size(), Vector(from.size(), 0.0)), Vector(to.size()),
              Layer::Kind::Convolution};
  for (std::size_t oc = 0; oc < outputs; ++oc)
    for (std::size_t oh = 0; oh < to.height; ++oh)
      for (std::size_t ow = 0; ow < to.width; ++ow) {
        layer.b[to.at(oc, oh, ow)] = b.data<double>()[oc];
        for (std::size_t ic = 0; ic < from.channels; ++ic)
          for (std::size_t kh = 0; kh < 3; ++kh)
            for (std::size_t kw = 0; kw < 3; ++kw)
              if (oh + kh >= 1 && oh + kh <= from.height && ow + kw >= 1 && ow + kw <= from.width)
                layer.w[to.at(oc, oh, ow)][from.at(ic, oh + kh - 1, ow + kw - 1)] =
                    w.data<double>()[((oc * from.channels + ic) * 3 + kh) * 3 + kw];
      }
  return layer;
}

/// The mean of every plane.
Layer global_average(const Plane& from) {
  Layer layer{std::vector<Vector>(from.channels, Vector(from.size(), 0.0)), Vector(from.channels, 0.0),
              Layer::Kind::Pool};
  const std::size_t plane = from.height * from.width;
  for (std::size_t i = 0; i < from.size(); ++i)
    layer.w[i / plane][i] = 1.0 / static_cast<double>(plane);
  return layer;
}

Layer dense(const Tensor& w, const Tensor& b) {
  const auto rows = static_cast<std::size_t>(w.shape()[0]), columns = static_cast<std::size_t>(w.shape()[1]);
  Layer layer{std::vector<Vector>(rows), Vector(b.data<double>().begin(), b.data<double>().end()),
              Layer::Kind::Dense};
  for (std::size_t j = 0; j < rows; ++j)
    layer.w[j].assign(w.data<double>().begin() + static_cast<std::ptrdiff_t>(j * columns),
                      w.data<double>().begin() + static_cast<std::ptrdiff_t>((j + 1) * columns));
  return layer;
}

/// 2x2 windows: the largest element of each and where it lies.
struct MaxPool {
  Vector y;
  std::vector<std::size_t> winners;
  MaxPool(const Plane& from, const Vector& x) {
    for (std::size_t c = 0; c < from.channels; ++c)
      for (std::size_t h = 0; h + 1 < from.height; h += 2)
        for (std::size_t w = 0; w + 1 < from.width; w += 2) {
          std::size_t best = from.at(c, h, w);
          for (std::size_t other : {from.at(c, h, w + 1), from.at(c, h + 1, w), from.at(c, h + 1, w + 1)})
            if (x[other] > x[best])
              best = other;
          y.push_back(x[best]);
          winners.push_back(best);
        }
  }
};

Vector rectified(Vector x) {
  for (double& value : x)
    value = std::max(value, 0.0);
  return x;
}

const std::string kSmallNetwork = R"(
    input image f64[1,2,6,8]
    const w1 f64[5,2,3,3] {random 11}
    const b1 f64[5] {0.5 -1 0.25 -0.5 1}
    const w2 f64[4,5,3,3] {random 12}
    const b2 f64[4] {-1 2 0.5 -3}
    const w3 f64[3,4] {random 13}
    const b3 f64[3] {0.75 -0.5 2}
    c1 = Conv(image, w1, b1) pads=[1,1,1,1]
    r1 = Relu(c1)
    pooled, switches = MaxPool(r1) kernel=[2,2] strides=[2,2]
    c2 = Conv(pooled, w2, b2) pads=[1,1,1,1]
    r2 = Relu(c2)
    mean = GlobalAveragePool(r2)
    flat = Reshape(mean) shape=[1,4]
    scores = Gemm(flat, w3, b3) trans_b=1
    output scores = scores)";

Vector slow_relevance(std::string_view rule, const Tensor& image, const Vector& seed) {
  const ir::Graph graph = ir::parse(kSmallNetwork, ops::find);
  const auto constant = [&](const char* name) { return *graph.value(graph.find(name)).constant; };
  const Plane first{2, 6, 8}, wide{5, 6, 8}, narrow{5, 3, 4}, last{4, 3, 4};
  const Layer c1 = convolution(first, constant("w1"), constant("b1")),
              c2 = convolution(narrow, constant("w2"), constant("b2")), mean = global_average(last),
              top = dense(constant("w3"), constant("b3"));
  const Vector x(image.data<double>().begin(), image.data<double>().end());
  const Vector r1 = rectified(c1.forward(x));
  const MaxPool pool(wide, r1);
  const Vector r2 = rectified(c2.forward(pool.y)), m = mean.forward(r2);
  const Vector above_pool = share(rule, c2, pool.y, share(rule, mean, r2, share(rule, top, m, seed)));
  Vector below_pool(r1.size(), 0.0);
  for (std::size_t i = 0; i < pool.winners.size(); ++i)
    below_pool[pool.winners[i]] += above_pool[i];
  return share(rule, c1, x, below_pool);
}

TEST_P(Lrp, agrees_with_a_slow_implementation_from_the_papers) {
  const Tensor seed = f64({1, 3}, {1.5, -0.5, 2});
  for (const Tensor& image : {normal({1, 2, 6, 8}, 3), absolute(normal({1, 2, 6, 8}, 4))})
    for (const auto& rules : relevance_rules()) {
      const Vector expected = slow_relevance(rules.name, image, {1.5, -0.5, 2});
      const Tensor found = run(kSmallNetwork, rules, image, seed).picture;
      EXPECT_LE(difference(found, Tensor::from<double>({1, 2, 6, 8}, expected)), tolerance()) << rules.name;
    }
}

// ---- Identities.

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

TEST_P(Lrp, is_conserved_in_networks_without_biases) {
  const Tensor image = normal({1, 2, 6, 8}, 21);
  for (const Block& block : kBlocks)
    for (const auto& rules : relevance_rules())
      for (std::size_t k : {0, 1, 2, 3}) {
        const Relevance r = run_from_score(network(block), rules, image, k);
        const double score = r.scores.data<double>()[k];
        EXPECT_NEAR(sum_of(r.picture), score, tolerance() * std::max(std::abs(score), largest(r.picture)))
            << rules.name << ", " << block.name << ", class " << k;
      }
}

TEST_P(Lrp, epsilon_is_gradient_times_input_in_relu_networks) {
  const Tensor image = normal({1, 2, 6, 8}, 22);
  for (const Block& block : kBlocks)
    if (block.is_relu_network) {
      const Tensor seed = f64({1, 4}, {0, 1, 0, 0});
      Tensor expected = run(network(block), autodiff::gradient_rules(), image, seed).picture;
      for (std::size_t i = 0; i < expected.data<double>().size(); ++i)
        expected.data<double>()[i] *= image.data<double>()[i];
      const Tensor found = run_from_score(network(block), autodiff::lrp_epsilon_rules(), image, 1).picture;
      EXPECT_LE(difference(found, expected), is_double() ? 1e-6 : 1e-3) << block.name;
    }
}

TEST_P(Lrp, excitation_is_a_distribution_over_a_picture_without_negative_values) {
  const Tensor image = absolute(normal({1, 2, 6, 8}, 23));
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
TEST_P(Lrp, gives_attention_to_the_values) {
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
  const Tensor x = normal({1, 5, 4}, 9);
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
    EXPECT_LE(difference(r.picture, run_from_score(fixed, rules, x, 1).picture), tolerance()) << rules.name;
  }
}

/// A product of matrices neither of which is a gate.
TEST_P(Lrp, halves_a_product_of_two_matrices) {
  const std::string text = R"(
    input x f64[1,12]
    a = Slice(x) starts=[0,0] steps=[1,1] sizes=[1,6]
    b = Slice(x) starts=[0,6] steps=[1,1] sizes=[1,6]
    left = Reshape(a) shape=[2,3]
    right = Reshape(b) shape=[3,2]
    product = MatMul(left, right)
    scores = Reshape(product) shape=[1,4]
    output scores = scores)";
  const Tensor x = normal({1, 12}, 31);
  for (const auto& rules : relevance_rules()) {
    const Tensor r = run(text, rules, x, f64({1, 4}, {1, 2, -3, 4})).picture;
    const auto values = r.data<double>();
    EXPECT_NEAR(std::accumulate(values.begin(), values.begin() + 6, 0.0), 2, tolerance() * 10) << rules.name;
    EXPECT_NEAR(std::accumulate(values.begin() + 6, values.end(), 0.0), 2, tolerance() * 10) << rules.name;
  }
}

/// A normalisation that no convolution takes in. Sharing by sign passes it; under epsilon its shift is a
/// bias.
TEST_P(Lrp, passes_a_batch_normalization_before_a_relu) {
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
  const Tensor image = normal({1, 3, 4, 5}, 41);
  for (const auto& rules : relevance_rules()) {
    const Relevance r = run_from_score(network, rules, image, 1);
    const double score = r.scores.data<double>()[1];
    ASSERT_GT(std::abs(score), 0.1);
    if (rules.name == "lrp-epsilon") {
      Tensor expected = run(network, autodiff::gradient_rules(), image, f64({1, 2}, {0, 1})).picture;
      for (std::size_t i = 0; i < expected.data<double>().size(); ++i)
        expected.data<double>()[i] *= image.data<double>()[i];
      EXPECT_LE(difference(r.picture, expected), tolerance());
    } else {
      EXPECT_NEAR(sum_of(r.picture), score, tolerance() * std::abs(score)) << rules.name;
    }
  }
}

/// The operator and the same written out, as exporters do before opset 17.
TEST_P(Lrp, treats_a_layer_normalization_alike_however_it_is_written) {
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
  const Tensor x = normal({2, 3, 7}, 51), seed = absolute(normal({2, 15}, 52));
  for (const auto& rules : relevance_rules()) {
    const Tensor as_operator =
        run(head + "n = LayerNormalization(x, scale, bias) axis=-1 epsilon=0.00001" + tail, rules, x, seed)
            .picture;
    EXPECT_LE(difference(run(head + written + tail, rules, x, seed).picture, as_operator),
              is_double() ? 1e-6 : 5e-3)
        << rules.name;
  }
}

/// log sum exp is written with the maximum taken away first, which must not share: it is 0 at the largest.
TEST_P(Lrp, passes_a_shift_by_the_maximum) {
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

INSTANTIATE_TEST_SUITE_P(backends, Lrp, testing::Values(&backend::reference(), &backend::onednn()),
                         [](const auto& row) { return std::string(row.param->name()); });

/// A dead unit has nothing to share and must not turn into NaN, whatever its relevance.
TEST(StabilisedDiv, is_finite_at_zero) {
  const std::string text = R"(
    input a f32[2,3]
    input b f32[2,3]
    z = StabilisedDiv(a, b) epsilon=0.5
    output z = z)";
  const Tensor a = f32({2, 3}, {0, 3, 3, 3, -3, 1}), b = f32({2, 3}, {0, 0, 1, -1, -0.5F, -0.0F});
  for (const backend::Backend* backend : {&backend::reference(), &backend::onednn()})
    EXPECT_TRUE(near(run_graph(*backend, ir::parse(text, ops::find), {a, b})[0],
                     f32({2, 3}, {0, 6, 2, -2, 3, 2}), 1e-6))
        << backend->name();
}

TEST(LrpRules, say_what_becomes_of_every_operator) {
  for (const auto& rules : relevance_rules())
    for (const ir::Operator* op : ops::table()) {
      const bool overridden = std::any_of(rules.overrides.begin(), rules.overrides.end(),
                                          [&](const auto& override) { return override.op == op; });
      const bool moves =
          std::find(rules.passed_by.begin(), rules.passed_by.end(), op) != rules.passed_by.end();
      EXPECT_EQ(overridden || moves, op->gradient.rule != nullptr) << rules.name << ": " << op->name;
    }
}

}  // namespace
}  // namespace fovea::test
