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
#include <tuple>

/// The identities of bias terms (FullGrad) and of DeepLIFT's multipliers, on all stored networks in float64.
namespace fovea::test {
namespace {

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

/// Ran forward and backward from the score of class 0 of every picture.
Session run_network(const std::string& network, ProgramOptions options, const Tensor* baseline = nullptr) {
  const Tensor pictures = read_npy(file(network, "input.npy"));
  options.batch = pictures.shape()[0];
  options.input_layout = ProgramOptions::InputLayout::AsInFile;
  Session session(Program::compile(Model::load(file(network, "onnx")), options));
  const auto fill = [](const Tensor& from, Tensor& to) {
    const Tensor values = from.cast(to.dtype());
    std::memcpy(to.raw(), values.raw(), values.bytes());
  };
  fill(pictures, session.input());
  if (baseline)
    fill(*baseline, session.input(session.program().inputs().size() - 1));
  session.forward();
  Tensor seed(DType::F64, session.seed().shape());
  const std::int64_t batch = options.batch, classes = seed.elements() / batch;
  for (std::int64_t n = 0; n < batch; ++n)
    seed.data<double>()[static_cast<std::size_t>(n * classes)] = 1;
  fill(seed, session.seed());
  session.backward();
  return session;
}

double sum_of(const Tensor& tensor) {
  const Tensor wide = tensor.cast(DType::F64);
  return std::accumulate(wide.data<double>().begin(), wide.data<double>().end(), 0.0);
}

double sum_of_products(const Tensor& a, const Tensor& b) {
  const Tensor x = a.cast(DType::F64), y = b.cast(DType::F64);
  return std::inner_product(x.data<double>().begin(), x.data<double>().end(), y.data<double>().begin(), 0.0);
}

double sum_of_scores(const Tensor& scores, std::int64_t batch) {
  const Tensor wide = scores.cast(DType::F64);
  double sum = 0;
  for (std::int64_t n = 0; n < batch; ++n)
    sum += wide.data<double>()[static_cast<std::size_t>(n * (wide.elements() / batch))];
  return sum;
}

class StoredNetworks : public testing::TestWithParam<std::string> {};

/// Srinivas & Fleuret 2019, proposition 1: S = x dS/dx + the sum of the biases' terms. Where a node's
/// operands leave no place for its term the sum falls short; none of these networks has such a node.
TEST_P(StoredNetworks, scores_are_the_sum_of_the_terms_of_picture_and_biases) {
  for (const auto& [precision, backend, tolerance] :
       {std::tuple{Precision::F64, BackendKind::Reference, 1e-9},
        std::tuple{Precision::F32, BackendKind::OneDnn, 1e-3}}) {
    const Session session = run_network(
        GetParam(), {.precision = precision, .backend = backend, .threads = 1, .bias_terms = true});
    const Program& program = session.program();
    const double of_picture = sum_of_products(const_cast<Session&>(session).input(), session.gradient());
    double total = of_picture, size = std::abs(of_picture);
    for (std::size_t i = 0; i < program.bias_terms().size(); ++i) {
      EXPECT_EQ(session.bias_term(i).shape(), program.bias_terms()[i].shape);
      const double term = sum_of(session.bias_term(i));
      total += term;
      size += std::abs(term);
    }
    EXPECT_NEAR(total, sum_of_scores(session.output(), program.options().batch), tolerance * size)
        << name_of(precision);
  }
}

/// Shrikumar et al. 2017: the multipliers times the differences sum to the difference of the scores.
TEST_P(StoredNetworks, deep_lift_is_complete) {
  // Normalisations, Softmax, and maxima and powers of several computed operands within the network have the
  // mean of both gradients only.
  constexpr std::array approximate = {"attention", "attention_16", "modern", "lrn",   "lrn_9",
                                      "kinked",    "mxnet",        "newer",  "chosen"};
  const Tensor pictures = read_npy(file(GetParam(), "input.npy"));
  Tensor baseline(DType::F64, pictures.shape());
  for (std::size_t i = 0; i < baseline.data<double>().size(); ++i)
    baseline.data<double>()[i] = 0.1 + 0.05 * static_cast<double>(i % 7);
  const Session session = run_network(
      GetParam(),
      {.precision = Precision::F64, .backend = BackendKind::Reference, .threads = 1, .deep_lift = true},
      &baseline);
  const Program& program = session.program();
  Tensor difference = pictures.cast(DType::F64).clone();
  for (std::size_t i = 0; i < difference.data<double>().size(); ++i)
    difference.data<double>()[i] -= baseline.data<double>()[i];
  const double found = sum_of_products(difference, session.gradient()),
               expected =
                   sum_of_scores(session.output(), program.options().batch) -
                   sum_of_scores(session.output(program.baseline_scores().value()), program.options().batch);
  const bool is_exact = std::find(approximate.begin(), approximate.end(), GetParam()) == approximate.end();
  EXPECT_TRUE(std::isfinite(found));
  if (is_exact) {
    EXPECT_NEAR(found, expected, 1e-5 * (std::abs(expected) + 1e-3));
  }
}

INSTANTIATE_TEST_SUITE_P(all, StoredNetworks, testing::ValuesIn(networks()),
                         [](const auto& row) { return row.param; });

}  // namespace
}  // namespace fovea::test
