#include "passes/score_head.hpp"

#include "ir/text.hpp"
#include "passes/pass_checks.hpp"
#include "support/interpreter.hpp"
#include "support/tensors.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace fovea::test {
namespace {

/// Parts of activations that are written out; each list below has lines that compute `p` from x, f64[2,4].
constexpr const char* kExp = "e = Exp(x)\n";
constexpr const char* kSum = "sum = ReduceSum(e) axes=[1] keep_dims=1\n";
constexpr const char* kShifted = "m = ReduceMax(x) axes=[1] keep_dims=1\nd = Sub(x, m)\ne = Exp(d)\n";

std::vector<std::pair<std::string, std::string>> softmaxes() {
  const std::string exp = kExp, sum = kSum, shifted = kShifted;
  return {
      {"Softmax", "p = Softmax(x) axis=1"},
      {"quotient", exp + sum + "p = Div(e, sum)"},
      {"shifted", shifted + sum + "p = Div(e, sum)"},
      {"without kept axes",
       shifted + "s = ReduceSum(e) axes=[1] keep_dims=0\nsum = Reshape(s) shape=[2,1]\np = Div(e, sum)"},
      {"expanded", exp + sum + "wide = Expand(sum) shape=[2,4]\np = Div(e, wide)"},
      {"reciprocal", exp + sum + "r = Reciprocal(sum)\np = Mul(e, r)"},
      {"one by", exp + sum + "const one f64[] {1}\nr = Div(one, sum)\np = Mul(r, e)"},
      {"guarded", exp + sum + "const eps f64[] {1e-12}\ng = Add(sum, eps)\np = Div(e, g)"},
      {"exp of LogSoftmax", "l = LogSoftmax(x) axis=1\np = Exp(l)"},
      {"exp of a difference", exp + sum + "l = Log(sum)\nd = Sub(x, l)\np = Exp(d)"},
      {"between transposes",
       "t = Transpose(x) perm=[1,0]\ns = Softmax(t) axis=0\np = Transpose(s) perm=[1,0]"},
      {"flattened", "a = Reshape(x) shape=[2,4,1,1]\nf = Reshape(a) shape=[2,4]\ns = Softmax(f) axis=1\n"
                    "b = Reshape(s) shape=[2,4,1,1]\np = Reshape(b) shape=[2,4]"},
      {"log sum exp with a shift", shifted + "s = ReduceSum(e) axes=[1] keep_dims=1\nl = Log(s)\n"
                                             "lse = Add(l, m)\nq = Sub(x, lse)\np = Exp(q)"},
      {"double softmax of a part", "s = Softmax(x) axis=1\nsum = ReduceSum(s) axes=[1] keep_dims=1\n"
                                   "p = Div(s, sum)"},
  };
}

std::vector<std::pair<std::string, std::string>> sigmoids() {
  const std::string exp = kExp, negative = "n = Neg(x)\ne = Exp(n)\nconst one f64[] {1}\nd = Add(one, e)\n";
  return {
      {"Sigmoid", "p = Sigmoid(x)"},
      {"quotient", negative + "p = Div(one, d)"},
      {"reciprocal", negative + "p = Reciprocal(d)"},
      {"power", negative + "const minus f64[] {-1}\np = Pow(d, minus)"},
      {"times minus one", "const minus f64[] {-1}\nn = Mul(x, minus)\ne = Exp(n)\nconst one f64[] {1}\n"
                          "d = Add(e, one)\np = Div(one, d)"},
      {"exp by one plus exp", exp + "const one f64[] {1}\nd = Add(e, one)\np = Div(e, d)"},
      {"tanh", "const half f64[] {0.5}\nconst one f64[] {1}\nh = Mul(x, half)\nt = Tanh(h)\n"
               "a = Add(one, t)\np = Mul(a, half)"},
      {"tanh of a quotient", "const two f64[] {2}\nconst half f64[] {0.5}\nh = Div(x, two)\nt = Tanh(h)\n"
                             "a = Div(t, two)\np = Add(a, half)"},
      {"exp of softplus", "n = Neg(x)\ns = Softplus(n)\nm = Neg(s)\np = Exp(m)"},
      {"one less its counterpart", "n = Neg(x)\ns = Sigmoid(n)\nconst one f64[] {1}\np = Sub(one, s)"},
  };
}

/// Nodes that may lie between an activation and an output: lines that compute `y` from p, how a probability
/// is had from y again, and which classes are left, in their order.
struct Wrapper {
  std::string name, lines;
  std::function<double(double)> undo = [](double y) { return y; };
  std::vector<std::int64_t> classes = {0, 1, 2, 3};
  double tolerance = 1e-9;
};

std::vector<Wrapper> wrappers() {
  const auto same = [](double y) { return y; };
  return {
      {"nothing", "y = Identity(p)"},
      {"casts", "w_c = Cast(p) to=f32\ny = Cast(w_c) to=f64", same, {0, 1, 2, 3}, 1e-6},
      {"Clip", "y = Clip(p) min=1e-07 max=0.9999999", same, {0, 1, 2, 3}, 1e-6},
      {"Max and Min",
       "const w_low f64[] {1e-7}\nconst w_high f64[1] {1}\nw_a = Max(w_low, p)\ny = Min(w_a, w_high)",
       same,
       {0, 1, 2, 3},
       1e-6},
      {"percent", "const w_hundred f64[4] {100 100 100 100}\ny = Mul(p, w_hundred)",
       [](double y) { return y / 100; }},
      {"per mille by a quotient", "const w_part f64[] {0.001}\ny = Div(p, w_part)",
       [](double y) { return y / 1000; }},
      {"added zero", "const w_zero f64[4] {0 0 0 0}\ny = Add(p, w_zero)"},
      {"a guard against zero", "const w_eps f64[] {1e-8}\ny = Add(p, w_eps)", same, {0, 1, 2, 3}, 1e-7},
      {"logarithm", "y = Log(p)", [](double y) { return std::exp(y); }},
      {"guarded logarithm",
       "const w_eps f64[] {1e-7}\nw_a = Add(p, w_eps)\ny = Log(w_a)",
       [](double y) { return std::exp(y); },
       {0, 1, 2, 3},
       1e-6},
      {"logarithm, clipped and scaled",
       "w_l = Log(p)\nw_c = Clip(w_l) min=-100\nconst w_two f64[] {2}\ny = Mul(w_c, w_two)",
       [](double y) { return std::exp(y / 2); }},
      {"rounded percent",
       "const w_hundred f64[] {100}\nw_a = Mul(p, w_hundred)\ny = Round(w_a)",
       [](double y) { return y / 100; },
       {0, 1, 2, 3},
       0.0051},
      {"quantised",
       "const w_scale f64[] {0.00392156862745098}\nconst w_zero f64[] {-128}\nw_a = Div(p, w_scale)\n"
       "w_r = RoundStraightThrough(w_a)\nw_q = Add(w_r, w_zero)\nw_c = Clip(w_q) min=-128 max=127\n"
       "w_d = Sub(w_c, w_zero)\ny = Mul(w_d, w_scale)",
       same,
       {0, 1, 2, 3},
       0.002},
      {"Slice", "y = Slice(p) starts=[0,1] steps=[1,1] sizes=[2,3]", same, {1, 2, 3}},
      {"reversed Slice", "y = Slice(p) starts=[0,3] steps=[1,-1] sizes=[2,4]", same, {3, 2, 1, 0}},
      {"Gather", "const w_at i64[2] {3 1}\ny = Gather(p, w_at) axis=1", same, {3, 1}},
      {"Split", "w_a, y = Split(p) axis=1 sizes=[1,3]", same, {1, 2, 3}},
      {"Concat of parts",
       "w_a, w_b = Split(p) axis=1 sizes=[1,3]\ny = Concat(w_b, w_a) axis=1",
       same,
       {1, 2, 3, 0}},
      {"transposed and back",
       "w_a = Transpose(p) perm=[1,0]\nw_b = Identity(w_a)\ny = Transpose(w_b) perm=[1,0]"},
      {"extents of one", "y = Reshape(p) shape=[2,4,1,1]"},
      {"a mean over extents of one",
       "w_a = Reshape(p) shape=[2,4,1]\ny = ReduceMean(w_a) axes=[2] keep_dims=0"},
      {"pooled",
       "w_a = Reshape(p) shape=[2,4,1,1]\nw_b = GlobalAveragePool(w_a)\ny = Reshape(w_b) shape=[2,4]"},
      {"percent of a part",
       "w_s = Slice(p) starts=[0,1] steps=[1,1] sizes=[2,2]\nconst w_hundred f64[] {100}\n"
       "w_a = Mul(w_hundred, w_s)\ny = Clip(w_a) min=0 max=100",
       [](double y) { return y / 100; },
       {1, 2}},
  };
}

/// The scores stand where the same selections of x do, and their probabilities are the output's.
void expect_head(Activation kind, const std::string& name, const std::string& activation,
                 const Wrapper& wrapper) {
  // Other readers do not matter: an ArgMax of p, a second output.
  const std::string text =
      fmt::format("input x f64[2,4]\n{}\n{}\nbest = ArgMax(p) axis=1\nmost = ReduceMax(p) "
                  "axes=[1] keep_dims=1\noutput y = y\noutput best = best\noutput most = most",
                  activation, wrapper.lines);
  SCOPED_TRACE(fmt::format("{} {}, {}", name_of(kind), name, wrapper.name));
  const ir::Graph graph = parse(text);
  passes::Notes notes;
  const passes::ScoredGraph scored = passes::take_scores(graph, 2, notes);
  ASSERT_TRUE(scored.head.has_value()) << text;
  ir::verify(scored.graph, "take_scores");
  EXPECT_EQ(scored.head->activation, kind);
  EXPECT_EQ(notes.size(), 1U);
  const std::vector<Tensor> inputs = random_inputs(graph);
  const Tensor y = interpret(graph, inputs)[0].cast(DType::F64);
  const std::vector<Tensor> found = interpret(scored.graph, inputs);
  EXPECT_EQ(found[0].shape(), y.shape());
  const std::size_t classes = wrapper.classes.size();
  EXPECT_EQ(scored.has_further_scores, kind == Activation::Softmax && classes < 4);
  for (std::size_t n = 0; n < 2; ++n) {
    const auto scores = found[0].data<double>().subspan(n * classes, classes);
    std::span<const double> further;
    if (scored.has_further_scores)
      further = found[1].data<double>().subspan(n, 1);
    const std::vector<double> p = scored.head->probabilities(scores, further);
    for (std::size_t k = 0; k < classes; ++k) {
      EXPECT_NEAR(scores[k], inputs[0].data<double>()[n * 4 + static_cast<std::size_t>(wrapper.classes[k])],
                  1e-12);
      EXPECT_NEAR(p[k], wrapper.undo(y.data<double>()[n * classes + k]), wrapper.tolerance);
    }
  }
}

TEST(TakeScores, knows_every_softmax_behind_every_wrapper) {
  for (const auto& [name, lines] : softmaxes())
    for (const Wrapper& wrapper : wrappers())
      expect_head(Activation::Softmax, name, lines, wrapper);
}

TEST(TakeScores, knows_every_sigmoid_behind_every_wrapper) {
  for (const auto& [name, lines] : sigmoids())
    for (const Wrapper& wrapper : wrappers())
      expect_head(Activation::Sigmoid, name, lines, wrapper);
}

/// Activations whose result is a logarithm already.
TEST(TakeScores, knows_logarithms_of_probabilities) {
  const Wrapper nothing{"logarithm", "y = Identity(p)", [](double y) { return std::exp(y); }};
  const std::string exp = kExp, sum = kSum;
  for (const std::string& lines :
       {std::string("p = LogSoftmax(x) axis=1"), exp + sum + "l = Log(sum)\np = Sub(x, l)",
        kShifted + sum + "l = Log(sum)\np = Sub(d, l)",
        kShifted + sum + "l = Log(sum)\nlse = Add(l, m)\np = Sub(x, lse)"})
    expect_head(Activation::Softmax, "logarithm", lines, nothing);
  for (const char* lines :
       {"n = Neg(x)\ns = Softplus(n)\np = Neg(s)",
        "const one f64[] {1}\nn = Neg(x)\ne = Exp(n)\na = Add(e, one)\nl = Log(a)\np = Neg(l)"})
    expect_head(Activation::Sigmoid, "logarithm", lines, nothing);
}

/// Of 2^x and the like the scores are x times the logarithm of the base.
TEST(TakeScores, knows_a_softmax_of_any_base) {
  for (const double base : {2.0, 10.0, 0.5}) {
    passes::Notes notes;
    const ir::Graph graph = parse(fmt::format("input x f64[2,4]\nconst base f64[] {{{}}}\ne = Pow(base, x)\n"
                                              "s = ReduceSum(e) axes=[1] keep_dims=1\ny = Div(e, s)\n"
                                              "output y = y",
                                              base));
    const passes::ScoredGraph scored = passes::take_scores(graph, 2, notes);
    ASSERT_TRUE(scored.head.has_value()) << base;
    EXPECT_EQ(scored.head->activation, Activation::Softmax);
    const std::vector<Tensor> x = random_inputs(graph);
    const Tensor y = interpret(graph, x)[0], scores = interpret(scored.graph, x)[0];
    for (std::size_t n = 0; n < 2; ++n) {
      const std::vector<double> p = scored.head->probabilities(scores.data<double>().subspan(4 * n, 4));
      for (std::size_t k = 0; k < 4; ++k) {
        EXPECT_NEAR(scores.data<double>()[4 * n + k], x[0].data<double>()[4 * n + k] * std::log(base), 1e-12);
        EXPECT_NEAR(p[k], y.data<double>()[4 * n + k], 1e-12);
      }
    }
  }
}

std::optional<ScoreHead> head_of(const std::string& text, std::int64_t batch = 2) {
  passes::Notes notes;
  const ir::Graph graph = parse(text);
  const passes::ScoredGraph scored = passes::take_scores(graph, batch, notes);
  if (!scored.head) {
    EXPECT_EQ(ir::print(scored.graph), ir::print(graph));
    EXPECT_TRUE(notes.empty());
  }
  return scored.head;
}

/// The result of an activation inside a network is not a probability of a class.
TEST(TakeScores, leaves_what_is_no_ending) {
  for (const char* lines : {
           "a = Softmax(x) axis=1\ny = Mul(a, x)",                            // attention, gating
           "a = Sigmoid(x)\ny = Mul(x, a)",                                   // SiLU, squeeze and excite
           "a = Softmax(x) axis=1\ny = MatMul(a, w)",                         // mixing
           "a = Sigmoid(x)\ny = Mul(a, uneven)",                              // weights of classes
           "a = Softmax(x) axis=1\ny = Add(a, half)",                         // no probability
           "a = Softmax(x) axis=1\ny = Neg(a)",                               // another order
           "a = LogSoftmax(x) axis=1\ny = Neg(a)",                            // a loss
           "a = Softmax(x) axis=1\ny = Clip(a) min=0.2 max=0.8",              // classes become equal
           "a = Softmax(x) axis=1\ny = Concat(a, a) axis=1",                  // classes twice
           "a = Softmax(x) axis=1\nb = Sigmoid(x)\ny = Concat(a, b) axis=1",  // of two kinds
           "y = Tanh(x)", "y = Softplus(x)", "y = Exp(x)", "y = Relu(x)",     // no probabilities
           "s = ReduceSum(x) axes=[1] keep_dims=1\ny = Div(x, s)",            // not exponentials
           "e = Exp(x)\ns = ReduceSum(e) axes=[0] keep_dims=1\nt = ReduceSum(e) axes=[1] keep_dims=1\n"
           "u = Add(s, t)\ny = Div(e, u)",  // another denominator
           "a = Softmax(x) axis=1\nb = Softmax(v) axis=1\nc = Add(a, b)\ny = Mul(c, half)",  // an ensemble
       })
    EXPECT_FALSE(
        head_of(fmt::format("input x f64[2,4]\ninput v f64[2,4]\nconst w f64[4,4] {{random 1}}\nconst "
                            "half f64[] {{0.5}}\nconst uneven f64[4] {{1 2 3 4}}\n{}\noutput y = y",
                            lines)))
        << lines;
}

/// 1 - p beside p of one score.
TEST(TakeScores, makes_two_scores_of_a_sigmoid_and_its_counterpart) {
  passes::Notes notes;
  const passes::ScoredGraph scored = passes::take_scores(parse(R"(
    input x f64[2,1]
    const one f64[] {1}
    p = Sigmoid(x)
    q = Sub(one, p)
    y = Concat(q, p) axis=1
    output y = y)"),
                                                         2, notes);
  ASSERT_TRUE(scored.head);
  EXPECT_EQ(scored.head->activation, Activation::Sigmoid);
  const Tensor x = Tensor::from<double>({2, 1}, std::vector<double>{1.5, -4});
  EXPECT_TRUE(near(interpret(scored.graph, {x})[0],
                   Tensor::from<double>({2, 2}, std::vector<double>{-1.5, 1.5, 4, -4}), 1e-15));
}

/// Two heads of one network in one output: each sums to one by itself.
TEST(TakeScores, keeps_the_groups_of_several_softmaxes) {
  const auto head = head_of(R"(
    input x f64[2,3]
    input v f64[2,2]
    a = Softmax(x) axis=1
    b = Softmax(v) axis=1
    y = Concat(a, b) axis=1
    output y = y)");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->groups, (std::vector<std::int32_t>{0, 0, 0, 1, 1}));
  const auto rows =
      head_of("input x f64[2,2,3]\ns = Softmax(x) axis=2\ny = Reshape(s) shape=[2,6]\noutput y = y");
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->groups, (std::vector<std::int32_t>{0, 0, 0, 1, 1, 1}));
}

TEST(TakeScores, renormalised_parts_are_softmaxes_of_their_own) {
  const std::string text = R"(
    input x f64[2,4]
    s = Softmax(x) axis=1
    part = Slice(s) starts=[0,1] steps=[1,1] sizes=[2,3]
    sum = ReduceSum(part) axes=[1] keep_dims=1
    y = Div(part, sum)
    output y = y)";
  passes::Notes notes;
  const passes::ScoredGraph scored = passes::take_scores(parse(text), 2, notes);
  ASSERT_TRUE(scored.head);
  EXPECT_FALSE(scored.has_further_scores);
}

TEST(TakeScores, tells_what_it_found) {
  passes::Notes notes;
  passes::take_scores(parse(R"(
    input x f64[2,4]
    prob = Softmax(x) axis=1
    y = Slice(prob) starts=[0,1] steps=[1,1] sizes=[2,3]
    output y = y)"),
                      2, notes);
  EXPECT_EQ(notes, (passes::Notes{{NoteKind::ScoresBeforeActivation, {1}, {"Softmax 'prob'"}}}));
  notes.clear();
  passes::take_scores(parse(R"(
    input x f64[2,3]
    input v f64[2,2]
    kind = Softmax(x) axis=1
    colour = Softmax(v) axis=1
    y = Concat(kind, colour) axis=1
    output y = y)"),
                      2, notes);
  EXPECT_EQ(notes,
            (passes::Notes{{NoteKind::ScoresBeforeActivation, {0}, {"Softmax 'kind'", "Softmax 'colour'"}}}));
}

/// A network without a batch axis, and one with the batch behind.
TEST(TakeScores, takes_any_place_of_the_batch) {
  EXPECT_TRUE(head_of("input x f64[4]\ny = Softmax(x) axis=0\noutput y = y", 1));
  const auto behind = head_of("input x f64[4,2]\ns = Softmax(x) axis=0\nt = Transpose(s) perm=[1,0]\n"
                              "y = Slice(t) starts=[0,0] steps=[1,1] sizes=[2,3]\noutput y = y");
  ASSERT_TRUE(behind);
}

TEST(ClassRows, are_one_row_for_each_picture) {
  EXPECT_TRUE(passes::has_class_rows({2, 5}, 2));
  EXPECT_TRUE(passes::has_class_rows({2, 5, 1, 1}, 2));
  EXPECT_TRUE(passes::has_class_rows({2, 1, 1, 5}, 2));
  EXPECT_TRUE(passes::has_class_rows({2, 1}, 2));
  EXPECT_TRUE(passes::has_class_rows({2}, 2));
  EXPECT_TRUE(passes::has_class_rows({5}, 1));
  EXPECT_TRUE(passes::has_class_rows({}, 1));
  EXPECT_TRUE(passes::has_class_rows({1}, 1));
  EXPECT_FALSE(passes::has_class_rows({5}, 2));
  EXPECT_FALSE(passes::has_class_rows({1, 4, 8, 8}, 1));
  EXPECT_FALSE(passes::has_class_rows({1, 100, 85}, 1));
  EXPECT_FALSE(passes::has_class_rows({2, 5}, 1)) << "two rows of one picture";
  EXPECT_FALSE(passes::has_class_rows({1, 0}, 1));
}

TEST(ClassRows, make_two_classes_of_one_probability) {
  const ir::Graph graph = passes::make_class_rows(parse("input x f64[2,1]\ny = Identity(x)\noutput y = y"), 2,
                                                  passes::ClassRows::ProbabilityAndRest);
  ir::verify(graph, "make_class_rows");
  EXPECT_TRUE(near(interpret(graph, {Tensor::from<double>({2, 1}, std::vector<double>{0.25, 1.5})})[0],
                   Tensor::from<double>({2, 2}, std::vector<double>{0.75, 0.25, -0.5, 1.5}), 0));
}

TEST(ClassRows, make_two_classes_of_one_score) {
  for (const char* shape : {"[2,1]", "[2]", "[2,1,1,1]"}) {
    const ir::Graph graph = passes::make_class_rows(
        parse(fmt::format("input x f64{}\ny = Identity(x)\noutput y = y\noutput x = x", shape)), 2,
        passes::ClassRows::ScoreAndNegative);
    ir::verify(graph, "make_class_rows");
    Tensor x(DType::F64, graph.shape(graph.inputs()[0]));
    x.data<double>()[0] = 3;
    x.data<double>()[1] = -2;
    EXPECT_TRUE(
        near(interpret(graph, {x})[0], Tensor::from<double>({2, 2}, std::vector<double>{-3, 3, 2, -2}), 0));
    EXPECT_EQ(graph.output_names(), (std::vector<std::string>{"y", "x"}));
  }
  const ir::Graph plain = passes::make_class_rows(parse("input x f64[5]\ny = Identity(x)\noutput y = y"), 1,
                                                  passes::ClassRows::AsTheyAre);
  EXPECT_EQ(plain.shape(plain.outputs()[0]), Shape({1, 5}));
}

}  // namespace
}  // namespace fovea::test
