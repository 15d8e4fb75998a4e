#include "passes/given_probabilities.hpp"

#include "ir/text.hpp"
#include "passes/pass_checks.hpp"
#include "support/interpreter.hpp"
#include "support/tensors.hpp"

#include <fmt/format.h>

namespace fovea::test {
namespace {

std::optional<passes::GivenProbabilities> found_in(const std::string& lines, passes::Notes& notes) {
  return passes::find_given_probabilities(
      parse(fmt::format(
          "input x f64[2,4]\ninput v f64[2,4]\nconst w f64[4,3] {{random 1}}\nconst one f64[] {{1}}\n"
          "const hundred f64[] {{100}}\nconst half f64[] {{0.5}}\nconst quarter f64[] {{0.25}}\nconst four "
          "f64[] {{4}}\nconst two f64[] "
          "{{2}}\nconst zero f64[] {{0}}\n"
          "const uneven f64[4] {{1 0.5 0.25 0}}\nconst merge f64[4,2] {{1 0 1 0 0 1 0 1}}\n{}\n"
          "output y = y\noutput x = x",
          lines)),
      notes);
}

TEST(GivenProbabilities, AreFoundBehindStepsThatScoresCannotTake) {
  const std::string softmax = "a = Softmax(x) axis=1\n", sigmoid = "a = Sigmoid(x)\n",
                    other = "b = Softmax(v) axis=1\n";
  for (const std::string& lines : {
           softmax + other + "c = Add(a, b)\ny = Mul(c, half)",  // an ensemble
           softmax + "b = Sigmoid(v)\ny = Mul(a, b)",            // of an object, and of which
           softmax + "y = Mul(a, uneven)",                       // weights of classes
           softmax + "y = Pow(a, two)",
           softmax + "y = Sqrt(a)",  // sharpened, softened
           softmax + "y = Sub(one, a)",
           sigmoid + "y = Max(a, half)",                                      // another order, equal classes
           softmax + "m = Greater(a, half)\ny = Where(m, a, zero)",           // a threshold
           softmax + "y = Concat(a, a) axis=1",                               // classes twice
           softmax + "b = Sigmoid(v)\ny = Concat(a, b) axis=1",               // of two kinds
           softmax + "y = MatMul(a, merge)",                                  // superclasses
           sigmoid + "y = ReduceMean(a) axes=[1] keep_dims=1",                // of several places
           softmax + "y = Pad(a) pads=[0,1,0,0]",                             // a class that is never seen
           softmax + "l = Log(a)\nn = Mul(l, two)\ny = Exp(n)",               // by logarithms
           sigmoid + "s = ReduceSum(a) axes=[1] keep_dims=1\ny = Div(a, s)",  // shares of their sum
           sigmoid + "s = ReduceSum(a) axes=[1] keep_dims=1\nr = Reciprocal(s)\ny = Mul(a, r)",
       }) {
    passes::Notes notes;
    const auto found = found_in(lines, notes);
    ASSERT_TRUE(found) << lines;
    ir::verify(found->graph, "find_given_probabilities");
    EXPECT_EQ(found->activation, Activation::Given) << lines;
    EXPECT_EQ(notes.size(), 1U);
    EXPECT_EQ(found->graph.output_names(), (std::vector<std::string>{"y", "x"}));
  }
}

TEST(GivenProbabilities, WithoutTheIntervalAreNone) {
  for (const char* lines : {"a = Softmax(x) axis=1\ny = Add(a, half)", "a = Softmax(x) axis=1\ny = Neg(a)",
                            "a = Sigmoid(x)\ny = Reciprocal(a)", "a = Clip(x) min=0 max=1\ny = Mul(a, four)",
                            "a = LogSoftmax(x) axis=1\ny = Neg(a)",
                            "a = Softmax(x) axis=1\nb = MatMul(a, merge)\ny = Mul(b, two)",
                            "a = Sigmoid(x)\ny = ReduceSum(a) axes=[1] keep_dims=1",
                            "a = Sigmoid(x)\nb = Neg(a)\ns = ReduceSum(a) axes=[1] keep_dims=1\n"
                            "y = Div(b, s)"}) {
    passes::Notes notes;
    const auto found = found_in(lines, notes);
    ASSERT_TRUE(found) << lines;
    EXPECT_EQ(found->activation, Activation::None) << lines;
    EXPECT_EQ(notes.at(0).kind, NoteKind::NumbersExplained) << to_string(notes[0]);
  }
}

/// Gates, attention and hidden layers: what follows them is a score like any other.
TEST(GivenProbabilities, AreNotComputedFromOtherValues) {
  for (const char* lines :
       {"y = Identity(x)", "a = Sigmoid(x)\ny = Mul(a, x)", "a = Softmax(x) axis=1\ny = Mul(a, v)",
        "a = Sigmoid(x)\ny = MatMul(a, w)", "a = HardSigmoid(x)\ny = MatMul(a, w)", "y = Tanh(x)",
        "a = Tanh(x)\ny = ReduceMean(a) axes=[1] keep_dims=1", "y = Softplus(x)", "y = Exp(x)", "y = Relu(x)",
        "a = Clip(x) min=0 max=6\ny = Identity(a)", "a = Clip(x) min=0 max=6\ny = Mul(a, half)",
        "y = Max(x, zero)", "y = Min(x, one)", "y = HardSwish(x)", "a = Sigmoid(x)\ny = Add(a, v)"}) {
    passes::Notes notes;
    EXPECT_FALSE(found_in(lines, notes)) << lines;
    EXPECT_TRUE(notes.empty());
  }
}

TEST(GivenProbabilities, LeaveAFinalBoundToTheHead) {
  const Tensor x = Tensor::from<double>({2, 4}, std::vector<double>{-9, -1, 0, 1, 2, 9, 0.5, -0.25});
  const auto scores_of = [&](const std::string& lines) {
    passes::Notes notes;
    const auto found = found_in(lines, notes);
    EXPECT_TRUE(found) << lines;
    return interpret(found->graph, {x, x})[0];
  };
  EXPECT_TRUE(near(scores_of("y = Clip(x) min=0 max=1"), x, 0));
  const Tensor line =
      Tensor::from<double>({2, 4}, std::vector<double>{-1.75, 0.25, 0.5, 0.75, 1, 2.75, 0.625, 0.4375});
  EXPECT_TRUE(near(scores_of("h = HardSigmoid(x) alpha=0.25 beta=0.5\ny = Identity(h)"), line, 1e-15));
  // HardSigmoid as exporters write it out
  for (const std::string lines :
       {"l = Mul(x, quarter)\na = Add(l, half)\ny = Clip(a) min=0 max=1",
        "a = Add(x, two)\nb = Clip(a) min=0 max=4\ny = Mul(b, quarter)",
        "a = Add(x, two)\nb = Clip(a) min=0 max=4\ny = Div(b, four)",
        "a = Add(x, two)\nr = Relu(a)\nb = Min(r, four)\ny = Div(b, four)",
        "l = Mul(x, quarter)\na = Add(l, half)\nm = Max(a, zero)\ny = Min(m, one)",
        "n = Neg(x)\na = Add(n, two)\nb = Clip(a) min=0 max=4\nd = Div(b, four)\ny = Sub(one, d)",
        // percentages
        "h = HardSigmoid(x) alpha=0.25 beta=0.5\ny = Mul(h, hundred)",
        "l = Mul(x, quarter)\na = Add(l, half)\nb = Clip(a) min=0 max=1\ny = Mul(b, hundred)",
        "a = Add(x, two)\nb = Clip(a) min=0 max=4\nq = Mul(b, quarter)\ny = Mul(q, hundred)"})
    EXPECT_TRUE(near(scores_of(lines), line, 1e-15)) << lines;
  EXPECT_EQ(ScoreHead{Activation::Given}.probabilities(std::vector<double>{-1.75, 0.25, 2.75}),
            (std::vector<double>{0, 0.25, 1}));
}

}  // namespace
}  // namespace fovea::test
