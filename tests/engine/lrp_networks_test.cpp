#include "fovea/program.hpp"
#include "fovea/tensor.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <numeric>

namespace fovea::test {
namespace {

constexpr std::array kRules = {Rule::LrpEpsilon,
                               Rule::LrpAlphaBeta,
                               Rule::LrpComposite,
                               Rule::LrpGamma,
                               Rule::LrpEpsilonGammaBox,
                               Rule::LrpEpsilonPlusFlat,
                               Rule::LrpEpsilonPlusWSquare,
                               Rule::LrpEpsilonAlpha2Beta1,
                               Rule::LrpEpsilonAlpha2Beta1Flat,
                               Rule::Excitation};

/// Networks of layers, ReLUs, poolings and normalisations.
constexpr std::array kReluNetworks = {"plain",     "residual",    "residual_bn", "dense",
                                      "inception", "functional",  "half",        "ties",
                                      "softmax",   "log_softmax", "shuffle"};

std::string file(const std::string& network, const std::string& suffix) {
  return std::string(FOVEA_TEST_DATA) + "/networks/" + network + "." + suffix;
}

std::vector<std::string> networks() {
  std::ifstream stream(file("index", "json"));
  std::vector<std::string> names;
  for (const auto& row : nlohmann::json::parse(stream))
    names.push_back(row.at("name"));
  return names;
}

enum class Seed { Score, One };

struct Result {
  Tensor input;
  std::vector<double> scores;  ///< of class 0, picture by picture
  Tensor relevance;
  ProgramReport report;
};

Result run(const std::string& network, Rule rule, BackendKind backend, Seed from) {
  const Tensor pictures = read_npy(file(network, "input.npy"));
  const bool is_double = backend == BackendKind::Reference;
  const auto program = Program::compile(Model::load(file(network, "onnx")),
                                        {.batch = pictures.shape()[0],
                                         .rule = rule,
                                         .input_range = {{-4}, {5}},
                                         .precision = is_double ? Precision::F64 : Precision::F32,
                                         .backend = backend,
                                         .input_layout = ProgramOptions::InputLayout::AsInFile});
  Session session(program);
  const Tensor input = pictures.cast(session.input().dtype());
  std::memcpy(session.input().raw(), input.raw(), input.bytes());
  session.forward();
  Result result{pictures.cast(DType::F64), {}, {}, program->report()};
  const Tensor scores = session.output().cast(DType::F64);
  Tensor seed(DType::F64, scores.shape());
  for (std::size_t at = 0; at < scores.data<double>().size();
       at += static_cast<std::size_t>(program->classes())) {
    result.scores.push_back(scores.data<double>()[at]);
    seed.data<double>()[at] = from == Seed::One ? 1 : result.scores.back();
  }
  const Tensor typed = seed.cast(session.seed().dtype());
  std::memcpy(session.seed().raw(), typed.raw(), typed.bytes());
  session.backward();
  result.relevance = session.gradient().cast(DType::F64).clone();
  return result;
}

double relative_error(const Tensor& found, const Tensor& expected) {
  double error = 0, size = 0;
  for (std::size_t i = 0; i < expected.data<double>().size(); ++i) {
    const double off = found.data<double>()[i] - expected.data<double>()[i];
    error += off * off;
    size += expected.data<double>()[i] * expected.data<double>()[i];
  }
  return std::sqrt(error / std::max(size, 1e-30));
}

/// The sum over each picture of the batch.
std::vector<double> sums(const Tensor& batch) {
  const auto pictures = static_cast<std::size_t>(batch.shape()[0]);
  const auto values = batch.data<double>();
  const auto each = static_cast<std::ptrdiff_t>(values.size() / pictures);
  std::vector<double> result;
  for (auto at = values.begin(); at != values.end(); at += each)
    result.push_back(std::accumulate(at, at + each, 0.0));
  return result;
}

class LrpNetworks : public testing::TestWithParam<std::string> {};

TEST_P(LrpNetworks, are_finite_and_alike_on_both_backends) {
  for (Rule rule : kRules) {
    const Result exact = run(GetParam(), rule, BackendKind::Reference, Seed::Score);
    for (double value : exact.relevance.data<double>())
      ASSERT_TRUE(std::isfinite(value)) << name_of(rule);
    const Result fast = run(GetParam(), rule, BackendKind::OneDnn, Seed::Score);
    // Under gamma a unit's relevance changes its sign where the unit does, so that rounding shows more.
    const double tolerance = name_of(rule).find("gamma") == std::string_view::npos ? 1e-3 : 2e-3;
    EXPECT_LE(relative_error(fast.relevance, exact.relevance), tolerance) << name_of(rule);
    EXPECT_GT(exact.report.rule_hits, 0) << name_of(rule);
  }
}

INSTANTIATE_TEST_SUITE_P(all, LrpNetworks, testing::ValuesIn(networks()),
                         [](const auto& row) { return row.param; });

class LrpReluNetworks : public testing::TestWithParam<const char*> {};

/// With biases, too: what they take of the relevance is their part in the gradient's linear model.
TEST_P(LrpReluNetworks, epsilon_is_gradient_times_input) {
  const Result found = run(GetParam(), Rule::LrpEpsilon, BackendKind::Reference, Seed::Score);
  const Result gradient = run(GetParam(), Rule::Gradient, BackendKind::Reference, Seed::One);
  Tensor expected = gradient.relevance.clone();
  for (std::size_t i = 0; i < expected.data<double>().size(); ++i)
    expected.data<double>()[i] *= found.input.data<double>()[i];
  EXPECT_LE(relative_error(found.relevance, expected), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(all, LrpReluNetworks, testing::ValuesIn(kReluNetworks),
                         [](const auto& row) { return std::string(row.param); });

class LrpGoldens : public testing::TestWithParam<const char*> {};

/// tools/make_relevance_goldens.py, which stores float32.
TEST_P(LrpGoldens, are_those_of_pytorch) {
  for (Rule rule : kRules) {
    const Result found =
        run(GetParam(), rule, BackendKind::Reference, rule == Rule::Excitation ? Seed::One : Seed::Score);
    const Tensor expected = read_npy(file(GetParam(), std::string(name_of(rule)) + ".npy")).cast(DType::F64);
    EXPECT_LE(relative_error(found.relevance, expected), 1e-6) << name_of(rule);
  }
}

INSTANTIATE_TEST_SUITE_P(networks, LrpGoldens, testing::Values("plain", "residual", "inception"),
                         [](const auto& row) { return std::string(row.param); });

/// tools/make_relevance_goldens.py: relevance of a layer, and from one of its channels on to the picture.
TEST(LrpConcepts, are_those_of_pytorch) {
  const Tensor pictures = read_npy(file("plain", "input.npy"));
  const Model model = Model::load(file("plain", "onnx"));
  const ProgramOptions options = {
      .batch = pictures.shape()[0], .rule = Rule::LrpEpsilonPlusFlat, .precision = Precision::F64};
  ProgramOptions to_layer = options, to_picture = options;
  to_layer.wrt = to_picture.layer = "/features/features.4/Relu_output_0";
  Session above(Program::compile(model, to_layer)), below(Program::compile(model, to_picture));
  const Tensor input = pictures.cast(DType::F64);
  for (Session* session : {&above, &below}) {
    std::memcpy(session->input().raw(), input.raw(), input.bytes());
    session->forward();
  }
  const auto classes = static_cast<std::size_t>(above.program().classes());
  for (std::size_t n = 0; n < 2; ++n)
    above.seed().data<double>()[n * classes] = above.output().data<double>()[n * classes];
  above.backward();
  EXPECT_LE(relative_error(above.gradient(), read_npy(file("plain", "concepts-layer.npy")).cast(DType::F64)),
            1e-6);
  const Tensor& relevance = above.gradient();
  const std::size_t channels = 12, plane = relevance.data<double>().size() / (2 * channels);
  for (std::size_t n = 0; n < 2; ++n) {
    std::vector<double> of_channel;
    for (std::size_t c = 0; c < channels; ++c) {
      const auto values = relevance.data<double>().subspan((n * channels + c) * plane, plane);
      of_channel.push_back(std::accumulate(values.begin(), values.end(), 0.0));
    }
    const auto best =
        static_cast<std::size_t>(std::max_element(of_channel.begin(), of_channel.end()) - of_channel.begin());
    for (std::size_t p = (n * channels + best) * plane; p < (n * channels + best + 1) * plane; ++p)
      below.seed().data<double>()[p] = relevance.data<double>()[p];
  }
  below.backward();
  EXPECT_LE(relative_error(below.gradient(), read_npy(file("plain", "concepts-map.npy")).cast(DType::F64)),
            1e-6);
}

/// Biases take nothing there, and in these networks every unit has a positive contribution.
TEST(LrpExcitation, sums_to_its_seed_in_exported_networks) {
  for (const char* network : {"plain", "residual", "residual_bn", "dense", "functional", "half", "ties",
                              "softmax", "mxnet", "lrn", "squeeze_excite", "smooth", "modern"})
    for (double sum : sums(run(network, Rule::Excitation, BackendKind::Reference, Seed::One).relevance))
      EXPECT_NEAR(sum, 1, 1e-4) << network;
}

TEST(LrpNotes, tell_what_became_of_the_relevance) {
  const auto note = [](const char* network, Rule rule) {
    return to_string(run(network, rule, BackendKind::OneDnn, Seed::Score).report.notes.back());
  };
  EXPECT_EQ(note("plain", Rule::LrpComposite),
            "rule lrp: epsilon at 2 Gemm; unchanged at 3 Relu; z-plus at 2 Conv; routed as gradients are: 2 "
            "MaxPool, 1 Reshape");
  EXPECT_EQ(
      note("squeeze_excite", Rule::Excitation),
      "rule excitation: all to the signal, none to the gate at 3 Mul; unchanged at 2 HardSwish; z-plus at "
      "1 ReduceMean; z-plus without biases at 2 Conv, 2 Gemm");
  EXPECT_EQ(note("plain", Rule::LrpEpsilonGammaBox),
            "rule lrp-epsilon-gamma-box: epsilon at 2 Gemm; gamma at 1 Conv; unchanged at 3 Relu; z-box at 1 "
            "Conv; routed as gradients are: 2 MaxPool, 1 Reshape");
  EXPECT_EQ(run("plain", Rule::LrpEpsilon, BackendKind::OneDnn, Seed::Score).report.rule_hits, 7);
}

TEST(LrpNames, are_those_of_the_command_line) {
  EXPECT_EQ(name_of(Rule::LrpEpsilon), "lrp-epsilon");
  EXPECT_EQ(name_of(Rule::LrpAlphaBeta), "lrp-alpha-beta");
  EXPECT_EQ(name_of(Rule::LrpComposite), "lrp");
  EXPECT_EQ(name_of(Rule::LrpGamma), "lrp-gamma");
  EXPECT_EQ(name_of(Rule::LrpEpsilonGammaBox), "lrp-epsilon-gamma-box");
  EXPECT_EQ(name_of(Rule::LrpEpsilonPlusFlat), "lrp-epsilon-plus-flat");
  EXPECT_EQ(name_of(Rule::LrpEpsilonPlusWSquare), "lrp-epsilon-plus-w-square");
  EXPECT_EQ(name_of(Rule::LrpEpsilonAlpha2Beta1), "lrp-epsilon-alpha2-beta1");
  EXPECT_EQ(name_of(Rule::LrpEpsilonAlpha2Beta1Flat), "lrp-epsilon-alpha2-beta1-flat");
  EXPECT_EQ(name_of(Rule::Excitation), "excitation");
}

}  // namespace
}  // namespace fovea::test
