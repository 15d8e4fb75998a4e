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

class Lrp : public RelevanceTest {};

/// x = (2, 1, -1) and w = (1, -1, -2) contribute 2, -1 and 2, the bias 1: z = 4, z+ = 5, z- = -1. R is 8. By
/// gamma, 2.5, -1 and 2.5 share it, of 5.25. Between (-2, -1, -3) and (3, 2, 4) the z-box shares 4, 1 and 10.
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
  const Tensor by_gamma = f64({1, 3}, {20 / 5.25, -8 / 5.25, 20 / 5.25}),
               by_box = f64({1, 3}, {32 / 15.0, 8 / 15.0, 80 / 15.0}),
               evenly = f64({1, 3}, {8 / 3.0, 8 / 3.0, 8 / 3.0}),
               by_squares = f64({1, 3}, {8 / 6.0, 8 / 6.0, 32 / 6.0});
  const std::array cases = {
      Case{autodiff::lrp_epsilon_rules(), f64({1, 3}, {4, -2, 4}), f64({1, 3}, {4, -2, 4})},
      Case{autodiff::lrp_alpha_beta_rules(), f64({1, 3}, {6.4, -8, 6.4}), f64({1, 3}, {6.4, -8, 6.4})},
      Case{autodiff::lrp_composite_rules(), f64({1, 3}, {4, -2, 4}), f64({1, 3}, {3.2, 0, 3.2})},
      Case{autodiff::lrp_gamma_rules(), by_gamma, by_gamma},
      Case{autodiff::lrp_epsilon_gamma_box_rules({{-2, -1, -3}, {3, 2, 4}}), by_box, by_box},
      Case{autodiff::lrp_epsilon_plus_flat_rules(), evenly, evenly},
      Case{autodiff::lrp_epsilon_plus_w_square_rules(), by_squares, by_squares},
      Case{autodiff::lrp_epsilon_alpha2_beta1_rules(), f64({1, 3}, {4, -2, 4}), f64({1, 3}, {6.4, -8, 6.4})},
      Case{autodiff::lrp_epsilon_alpha2_beta1_flat_rules(), evenly, evenly},
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
  bool is_first = false;

  Vector forward(const Vector& x) const {
    Vector y = b;
    for (std::size_t j = 0; j < y.size(); ++j)
      for (std::size_t i = 0; i < x.size(); ++i)
        y[j] += w[j][i] * x[i];
    return y;
  }
};

/// Which of the rules of single layers a rule set applies to this one.
std::string_view rule_of_layer(std::string_view rules, const Layer& layer) {
  const bool is_dense = layer.kind == Layer::Kind::Dense;
  if (layer.kind == Layer::Kind::Pool)
    return rules == "lrp-epsilon" ? "epsilon" : "z-plus";
  if (rules == "lrp-epsilon" || (is_dense && (rules == "lrp" || rules.starts_with("lrp-epsilon-"))))
    return "epsilon";
  if (rules == "lrp-epsilon-gamma-box")
    return layer.is_first ? "z-box" : "gamma";
  if (layer.is_first && rules.ends_with("-flat"))
    return "flat";
  if (layer.is_first && rules.ends_with("-w-square"))
    return "w-square";
  if (rules == "lrp-alpha-beta" || rules.starts_with("lrp-epsilon-alpha2-beta1"))
    return "alpha-beta";
  return rules == "lrp-gamma" ? "gamma" : "z-plus";
}

/// How much of its output's relevance the i-th input gets: by a rule, the unit's weights, the values of all
/// inputs, and the sums of positive and negative contributions.
double portion(std::string_view rule, const Vector& w, const Vector& x, std::size_t i, double plus,
               double minus) {
  constexpr double kLow = -7, kHigh = 8, kGamma = 0.25;
  const double part = w[i] * x[i], z = plus + minus;
  const auto ratio = [](double a, double b) { return b == 0 ? 0 : a / b; };
  if (rule == "epsilon")
    return ratio(part, z);
  if (rule == "z-plus")
    return part > 0 ? part / plus : 0;
  if (rule == "gamma")
    return z > 0 ? (part + kGamma * std::max(part, 0.0)) / (z + kGamma * plus)
                 : ratio(part + kGamma * std::min(part, 0.0), z + kGamma * minus);
  if (rule == "alpha-beta") {
    if (plus > 0 && minus < 0)
      return part > 0 ? 2 * part / plus : -part / minus;
    return ratio(part, z);
  }
  double of_i = 0, of_all = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double share = rule == "flat"       ? (w[k] != 0 ? 1 : 0)
                         : rule == "w-square" ? w[k] * w[k]
                                              : w[k] * (x[k] - (w[k] > 0 ? kLow : kHigh));
    of_all += share;
    of_i = k == i ? share : of_i;
  }
  return ratio(of_i, of_all);
}

Vector share(std::string_view rules, const Layer& layer, const Vector& x, const Vector& relevance) {
  const std::string_view rule = rule_of_layer(rules, layer);
  Vector result(x.size(), 0.0);
  for (std::size_t j = 0; j < relevance.size(); ++j) {
    const double bias = rules == "excitation" ? 0 : layer.b[j];
    double plus = std::max(bias, 0.0), minus = std::min(bias, 0.0);
    for (std::size_t i = 0; i < x.size(); ++i)
      (layer.w[j][i] * x[i] > 0 ? plus : minus) += layer.w[j][i] * x[i];
    for (std::size_t i = 0; i < x.size(); ++i)
      if (layer.w[j][i] != 0)
        result[i] += portion(rule, layer.w[j], x, i, plus, minus) * relevance[j];
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
  Layer c1 = convolution(first, constant("w1"), constant("b1"));
  c1.is_first = true;
  const Layer c2 = convolution(narrow, constant("w2"), constant("b2")), mean = global_average(last),
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
  for (const Tensor& image : {normal_numbers({1, 2, 6, 8}, 3), absolute(normal_numbers({1, 2, 6, 8}, 4))})
    for (const auto& rules : relevance_rules()) {
      const Vector expected = slow_relevance(rules.name, image, {1.5, -0.5, 2});
      const Tensor found = run(kSmallNetwork, rules, image, seed).picture;
      EXPECT_LE(largest_difference(found, Tensor::from<double>({1, 2, 6, 8}, expected)), tolerance())
          << rules.name;
    }
}

INSTANTIATE_TEST_SUITE_P(backends, Lrp, testing::Values(&backend::reference(), &backend::onednn()),
                         [](const auto& row) { return std::string(row.param->name); });

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
        << backend->name;
}

TEST(LrpRules, say_what_becomes_of_every_operator) {
  for (const auto& rules : relevance_rules())
    for (const ir::Operator* op : ops::table()) {
      const bool overridden = std::any_of(rules.overrides.begin(), rules.overrides.end(),
                                          [&](const auto& override) { return override.op == op; });
      const bool says = op->traits.relevance != ir::Relevance::None;
      EXPECT_EQ(overridden || says, op->gradient.rule != nullptr) << rules.name << ": " << op->name;
    }
}

}  // namespace
}  // namespace fovea::test
