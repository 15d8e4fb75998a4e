#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "fovea/tensor.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>

namespace fovea::test {
namespace {

constexpr std::array kRules = {Rule::Gradient, Rule::Deconvnet, Rule::Guided};

/// One row of tests/data/networks/index.json.
struct Network {
  std::string name;
  Shape shape;
  std::int64_t target = 0;
  bool free_batch = false;
  std::int64_t relus = 0;

  std::string file(const std::string& suffix) const {
    return std::string(FOVEA_TEST_DATA) + "/networks/" + name + "." + suffix;
  }
  friend void PrintTo(const Network& network, std::ostream* out) { *out << network.name; }
};

std::vector<Network> networks() {
  std::ifstream file(std::string(FOVEA_TEST_DATA) + "/networks/index.json");
  std::vector<Network> all;
  for (const auto& row : nlohmann::json::parse(file))
    all.push_back({row.at("name"), Shape(row.at("shape").get<std::vector<std::int64_t>>()), row.at("target"),
                   row.at("dynamic_batch"), row.at("relus")});
  return all;
}

/// A way to compute, and how near to the reference it must come.
struct Engine {
  const char* name;
  Precision precision;
  BackendKind backend;
  double tolerance;
};
// A float64 run is not nearer than 1e-7: the files hold their constants in float32.
constexpr std::array kEngines = {
    Engine{"reference in float64", Precision::F64, BackendKind::Reference, 1e-6},
    Engine{"reference in float32", Precision::F32, BackendKind::Reference, 1e-5},
    Engine{"oneDNN in float32", Precision::F32, BackendKind::OneDnn, 1e-5},
};

struct Result {
  Tensor scores, gradient;
  ProgramReport report;
};

Result run(const Network& network, const Engine& engine, Rule rule, const Tensor& pictures) {
  const std::int64_t batch = pictures.shape()[0];
  const auto program = Program::compile(Model::load(network.file("onnx")),
                                        {.batch = batch,
                                         .rule = rule,
                                         .precision = engine.precision,
                                         .backend = engine.backend,
                                         .input_layout = ProgramOptions::InputLayout::AsInFile});
  Session session(program);
  const Tensor input = pictures.cast(session.input().dtype());
  EXPECT_EQ(session.input().shape(), input.shape());
  std::memcpy(session.input().raw(), input.raw(), input.bytes());
  session.forward();
  session.seed_classes(std::vector<std::int64_t>(static_cast<std::size_t>(batch), network.target));
  session.backward();
  return {session.output().cast(DType::F64).clone(), session.gradient().cast(DType::F64).clone(),
          program->report()};
}

double relative_error(const Tensor& found, const Tensor& expected) {
  EXPECT_EQ(found.elements(), expected.elements());
  const auto a = found.data<double>(), b = expected.data<double>();
  double error = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    error += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return size == 0 ? std::sqrt(error) : std::sqrt(error / size);
}

/// Pictures `first` to `first + count - 1` of a batch.
Tensor part(const Tensor& batch, std::int64_t first, std::int64_t count) {
  Shape shape = batch.shape();
  const std::int64_t each = batch.elements() / shape[0];
  shape[0] = count;
  Tensor result(batch.dtype(), shape);
  std::memcpy(result.raw(),
              static_cast<const std::byte*>(batch.raw()) +
                  first * each * std::int64_t(size_of(batch.dtype())),
              result.bytes());
  return result;
}

/// The pictures of `batch` again and again until there are `count`.
Tensor repeated(const Tensor& batch, std::int64_t count) {
  Shape shape = batch.shape();
  const std::size_t each = batch.bytes() / static_cast<std::size_t>(shape[0]);
  const std::int64_t had = shape[0];
  shape[0] = count;
  Tensor result(batch.dtype(), shape);
  for (std::int64_t n = 0; n < count; ++n)
    std::memcpy(static_cast<std::byte*>(result.raw()) + static_cast<std::size_t>(n) * each,
                static_cast<const std::byte*>(batch.raw()) + static_cast<std::size_t>(n % had) * each, each);
  return result;
}

/// bfloat16 keeps eight bits. With exact masks (mixed) the backward pass is as near as that; where signs of
/// ReLUs flip it cannot be, so a forward pass in bfloat16 is held to its scores.
TEST(NetworksInBf16, stay_near_pytorch) {
  for (const Network& network : networks()) {
    const Tensor input = read_npy(network.file("input.npy")), scores = read_npy(network.file("scores.npy"));
    const Tensor gradient = read_npy(network.file("gradient.npy"));
    const Engine half{"bf16", Precision::BF16, BackendKind::OneDnn, 0.05};
    const Engine mixed{"mixed", Precision::Mixed, BackendKind::OneDnn, 0.02};
    try {
      // The elements that a TopK chooses depend on their last bits.
      if (network.name != "chosen") {
        const Result result = run(network, half, Rule::Gradient, input);
        EXPECT_LE(relative_error(result.scores, scores), half.tolerance) << network.name;
      }
      const Result result = run(network, mixed, Rule::Gradient, input);
      EXPECT_LE(relative_error(result.scores, scores), 1e-5) << network.name;
      EXPECT_LE(relative_error(result.gradient, gradient), mixed.tolerance) << network.name;
    } catch (const Error& error) {
      ASSERT_NE(std::string(error.what()).find("does not multiply bfloat16"), std::string::npos)
          << error.what();
      GTEST_SKIP() << error.what();
    }
  }
}

class Networks : public testing::TestWithParam<Network> {};

TEST_P(Networks, agree_with_pytorch_under_every_rule) {
  const Network& network = GetParam();
  const Tensor input = read_npy(network.file("input.npy")), scores = read_npy(network.file("scores.npy"));
  for (const Engine& engine : kEngines)
    for (Rule rule : kRules) {
      const Result result = run(network, engine, rule, input);
      const Tensor gradient = read_npy(network.file(std::string(name_of(rule)) + ".npy"));
      EXPECT_LE(relative_error(result.scores, scores), engine.tolerance) << engine.name;
      EXPECT_LE(relative_error(result.gradient, gradient), engine.tolerance)
          << engine.name << ", rule " << name_of(rule);
      EXPECT_EQ(result.report.rule_hits, rule == Rule::Gradient ? 0 : network.relus) << name_of(rule);
    }
}

/// Batches that the file declares and others: the file's own is replaced where it is fixed.
TEST_P(Networks, treat_every_picture_of_a_batch_alike) {
  const Network& network = GetParam();
  const Tensor input = read_npy(network.file("input.npy"));
  const Engine& engine = kEngines.back();
  std::vector<Result> alone;
  for (std::int64_t n = 0; n < input.shape()[0]; ++n)
    alone.push_back(run(network, engine, Rule::Gradient, part(input, n, 1)));
  for (std::int64_t batch : {2, 5}) {
    const Result together = run(network, engine, Rule::Gradient, repeated(input, batch));
    for (std::int64_t n = 0; n < batch; ++n) {
      const Result& expected = alone[static_cast<std::size_t>(n) % alone.size()];
      EXPECT_LE(relative_error(part(together.scores, n, 1), expected.scores), 1e-5)
          << "picture " << n << " of " << batch;
      EXPECT_LE(relative_error(part(together.gradient, n, 1), expected.gradient), 1e-5)
          << "picture " << n << " of " << batch;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(all, Networks, testing::ValuesIn(networks()),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace fovea::test
