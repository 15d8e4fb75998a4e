#include "autodiff/backward.hpp"
#include "engine/way.hpp"
#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "ir/text.hpp"
#include "onnx/export/export_graph.hpp"
#include "ops/table.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"
#include "support/tensors.hpp"

#include <algorithm>

namespace fovea::test {
namespace {

double guided(double x, double dy) {
  return x > 0 && dy > 0 ? dy : 0;
}
double deconvnet(double, double dy) {
  return dy > 0 ? dy : 0;
}
double back_propagation(double x, double dy) {
  return x > 0 ? dy : 0;
}

Model network(const std::string& name) {
  return Model::load(std::string(FOVEA_TEST_DATA) + "/networks/" + name + ".onnx");
}

std::vector<double> gradient_of(const Model& model, const ProgramOptions& options) {
  Session session(Program::compile(model, options));
  Tensor values(DType::F64, session.input().shape());
  for (std::size_t i = 0; i < values.data<double>().size(); ++i)
    values.data<double>()[i] = static_cast<double>((i * 37 + i / 7) % 101) / 40 - 1.2;
  const Tensor input = values.cast(session.input().dtype());
  std::copy_n(static_cast<const std::byte*>(input.raw()), input.bytes(),
              static_cast<std::byte*>(session.input().raw()));
  session.forward();
  session.seed_classes(std::vector<std::int64_t>{1});
  session.backward();
  const Tensor wide = session.gradient().cast(DType::F64);
  return {wide.data<double>().begin(), wide.data<double>().end()};
}

class OwnRule : public testing::TestWithParam<Way> {
protected:
  static ProgramOptions options() {
    return {.precision = GetParam().precision, .backend = GetParam().backend, .threads = 1};
  }

  /// The caller's rule against the one that it is equal to.
  static void expect_equal(const Model& model, double (*dx)(double, double), Rule rule) {
    ProgramOptions own = options(), known = options();
    own.rectifier_rule = RectifierRule{"own", dx};
    known.rule = rule;
    const std::vector<double> found = gradient_of(model, own), expected = gradient_of(model, known);
    ASSERT_EQ(found.size(), expected.size());
    const double size = std::abs(*std::max_element(
        expected.begin(), expected.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
    EXPECT_GT(size, 0) << model.path();
    for (std::size_t i = 0; i < found.size(); ++i)
      ASSERT_LE(std::abs(found[i] - expected[i]), GetParam().tolerance * size) << model.path() << ", " << i;
    const auto report = [&](const ProgramOptions& o) { return Program::compile(model, o)->report(); };
    if (rule != Rule::Gradient) {
      EXPECT_EQ(report(own).rule_hits, report(known).rule_hits) << model.path();
    }
  }
};

INSTANTIATE_TEST_SUITE_P(ways, OwnRule,
                         testing::Values(Way{"reference_f64", Precision::F64, BackendKind::Reference, 0},
                                         Way{"reference_f32", Precision::F32, BackendKind::Reference, 0},
                                         Way{"onednn", Precision::F32, BackendKind::OneDnn,
                                             1e-5}),  // which joins other nodes
                         [](const auto& row) { return row.param.name; });

/// ReLUs as modules, as functions, re-used, bounded (Clip from 0 to 6), and as Max with zeros.
TEST_P(OwnRule, equal_to_a_known_one_gives_what_that_gives) {
  for (const char* name : {"plain", "functional", "residual", "depthwise", "keras"}) {
    expect_equal(network(name), guided, Rule::Guided);
    expect_equal(network(name), deconvnet, Rule::Deconvnet);
    expect_equal(network(name), back_propagation, Rule::Gradient);
  }
}

/// y = max(x, 0), min(max(x, 0), 6) and max(x, 0) of one convolution, and a second reader of the first.
ModelBuilder every_rectifier() {
  ModelBuilder builder;
  std::vector<float> w(2 * 1 * 9), m(3 * 2);
  for (std::size_t i = 0; i < w.size(); ++i)
    w[i] = static_cast<float>((i * 5) % 7) - 3.0F;
  for (std::size_t i = 0; i < m.size(); ++i)
    m[i] = static_cast<float>((i * 3) % 5) - 2.0F;
  builder.input("image", {1, 1, 7, 6}).output("scores");
  builder.weight("w", {2, 1, 3, 3}, w).weight("m", {3, 2}, m);
  builder.weight("zero", {}, {0}).weight("six", {}, {6});
  builder.node("Conv", {"image", "w"}, {"c"});
  builder.node("Relu", {"c"}, {"r"});
  builder.node("Clip", {"c", "zero", "six"}, {"k"});
  builder.node("Neg", {"c"}, {"n"});
  builder.node("Max", {"n", "zero"}, {"x"});
  builder.node("Mul", {"r", "k"}, {"rk"}).node("Sub", {"rk", "x"}, {"d"}).node("Add", {"d", "r"}, {"s"});
  builder.node("GlobalAveragePool", {"s"}, {"p"}).node("Flatten", {"p"}, {"f"});
  builder.node("Gemm", {"f", "m"}, {"scores"}, {{"transB", 1}});
  return builder;
}

Model loaded(const ModelBuilder& builder) {
  const TemporaryFolder folder;
  return Model::load(builder.save(folder.file("model.onnx")));
}

TEST_P(OwnRule, acts_on_every_kind_of_rectifier) {
  const Model model = loaded(every_rectifier());
  expect_equal(model, guided, Rule::Guided);
  expect_equal(model, deconvnet, Rule::Deconvnet);
  expect_equal(model, back_propagation, Rule::Gradient);
  ProgramOptions own = options();
  own.rectifier_rule = RectifierRule{"own", guided};
  const ProgramReport report = Program::compile(model, own)->report();
  EXPECT_EQ(report.rule_hits, 3);
  const Note acted{NoteKind::RuleActed, {3, 1, 1, 1}, {"own", "Clip", "Max", "Relu"}};
  EXPECT_NE(std::find(report.notes.begin(), report.notes.end(), acted), report.notes.end());
}

TEST_P(OwnRule, that_is_none_of_the_known_ones_sees_input_and_gradient) {
  ModelBuilder builder;
  builder.input("image", {1, 1, 1, 4}).output("scores");
  builder.weight("w", {2, 4}, {0, 0, 0, 0, 3, -2, 5, 7});
  builder.node("Relu", {"image"}, {"r"}).node("Flatten", {"r"}, {"f"});
  builder.node("Gemm", {"f", "w"}, {"scores"}, {{"transB", 1}});
  ProgramOptions own = options();
  own.rectifier_rule = RectifierRule{"sum", [](double x, double dy) { return 100 * x + dy; }};
  Session session(Program::compile(loaded(builder), own));
  const Tensor x = f64({1, 1, 1, 4}, {1, -2, 0, 4}).cast(session.input().dtype());
  std::copy_n(static_cast<const std::byte*>(x.raw()), x.bytes(),
              static_cast<std::byte*>(session.input().raw()));
  session.forward();
  session.seed_classes(std::vector<std::int64_t>{1});
  session.backward();
  EXPECT_TRUE(near(session.gradient().cast(DType::F64), f64({1, 1, 1, 4}, {103, -202, 5, 407}), 0));
}

TEST_P(OwnRule, that_throws_ends_the_run_and_names_the_node) {
  ProgramOptions own = options();
  bool fails = true;
  own.rectifier_rule = RectifierRule{"fragile", [&](double x, double dy) {
                                       if (fails)
                                         throw std::runtime_error("no good");
                                       return back_propagation(x, dy);
                                     }};
  Session session(Program::compile(loaded(every_rectifier()), own));
  session.forward();
  try {
    session.backward();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const ModelError& error) {
    EXPECT_EQ(error.location().operator_name, "rule fragile");
    EXPECT_FALSE(error.location().node.empty());
    EXPECT_EQ(error.detail(), "no good");
  }
  fails = false;
  session.forward();
  EXPECT_NO_THROW(session.backward());
}

/// A rule is called in every step of its own, so it can ask for an end in the midst of a run.
TEST_P(OwnRule, can_be_cancelled_during_the_backward_pass) {
  std::stop_source source;
  ProgramOptions own = options();
  std::int64_t calls = 0;
  own.rectifier_rule = RectifierRule{"stopping", [&](double x, double dy) {
                                       ++calls;
                                       source.request_stop();
                                       return back_propagation(x, dy);
                                     }};
  Session session(Program::compile(loaded(every_rectifier()), own));
  session.cancel_with(source.get_token());
  session.forward();
  session.seed_classes(std::vector<std::int64_t>{1});
  EXPECT_THROW(session.backward(), Cancelled);
  EXPECT_EQ(calls, 2 * 5 * 4);  // one rectifier of three
}

TEST(OwnRules, need_a_name_a_function_and_no_other_rule) {
  const auto error = [](const ProgramOptions& options) -> std::string {
    try {
      Program::compile(network("plain"), options);
    } catch (const ModelError& found) {
      return found.detail();
    }
    return "nothing was thrown";
  };
  EXPECT_EQ(error({.rectifier_rule = RectifierRule{"", guided}}),
            "a rule for rectifiers needs a name and a function");
  EXPECT_EQ(error({.rectifier_rule = RectifierRule{"own", {}}}),
            "a rule for rectifiers needs a name and a function");
  EXPECT_EQ(error({.rule = Rule::Guided, .rectifier_rule = RectifierRule{"own", guided}}),
            "the rule 'own' for rectifiers and the rule guided exclude each other");
}

TEST(OwnRules, have_no_onnx_form) {
  const ir::Graph forward = ir::parse("input image f32[1,4]\nr = Relu(image)\noutput scores = r", ops::find);
  const auto made = autodiff::differentiate(
      forward, forward.outputs()[0], forward.inputs()[0],
      autodiff::rectifier_rules(std::make_shared<RectifierRule>(RectifierRule{"own", guided})));
  try {
    onnx_export::export_graph(made.graph, {.opset = 17, .metadata = {}});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "these have no ONNX form: rule own (r/grad)");
  }
}

}  // namespace
}  // namespace fovea::test
