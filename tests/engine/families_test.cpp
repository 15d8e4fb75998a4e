#include "fovea/library.hpp"
#include "fovea/program.hpp"
#include "fovea/tensor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>

namespace fovea::test {
namespace {

std::vector<std::string> files_of(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(FOVEA_TEST_DATA "/" + folder))
    if (entry.path().extension() == ".onnx")
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::shared_ptr<const Program> compile(const std::string& path, const ProgramOptions& options) {
  return Program::compile(Model::load(path), options);
}

/// The nodes of a program of oneDNN's for which it has no kernel, as the log names them.
std::vector<std::string> fallbacks(const std::string& path, Rule rule = Rule::Gradient) {
  std::vector<std::string> lines;
  set_log(
      [&](LogLevel, std::string_view text) {
        if (text.find("runs its reference kernel") != std::string_view::npos)
          lines.emplace_back(text.substr(0, text.find(':')));
      },
      LogLevel::Detail);
  const auto program = compile(path, {.rule = rule, .backend = BackendKind::OneDnn, .threads = 1});
  set_log({});
  EXPECT_EQ(program->report().fallback_nodes, static_cast<std::int64_t>(lines.size()));
  return lines;
}

Tensor gradient_of(const std::string& path, BackendKind backend, Precision precision) {
  Session session(compile(path, {.precision = precision, .backend = backend, .threads = 1}));
  Tensor picture(DType::F64, session.input().shape());
  std::mt19937 random(1);
  for (double& value : picture.data<double>())
    value = static_cast<double>(random()) / static_cast<double>(std::mt19937::max());
  const Tensor input = picture.cast(session.input().dtype());
  std::memcpy(session.input().raw(), input.raw(), input.bytes());
  session.forward();
  session.seed_classes(std::vector<std::int64_t>{1});
  session.backward();
  return session.gradient().cast(DType::F64).clone();
}

std::string name_of_file(const testing::TestParamInfo<std::string>& info) {
  return std::filesystem::path(info.param).stem();
}

/// Small members of the families of torchvision, as PyTorch exports them (tools/make_family_networks.py).
class ExportedFamily : public testing::TestWithParam<std::string> {};

TEST_P(ExportedFamily, runs_no_node_on_a_plain_kernel) {
  for (const Rule rule : {Rule::Gradient, Rule::Deconvnet, Rule::Guided})
    for (const std::string& node : fallbacks(GetParam(), rule))
      ADD_FAILURE() << node;
}

TEST_P(ExportedFamily, has_the_gradient_of_the_plain_kernels) {
  const Tensor found = gradient_of(GetParam(), BackendKind::OneDnn, Precision::F32);
  const Tensor expected = gradient_of(GetParam(), BackendKind::Reference, Precision::F64);
  double error = 0, size = 0;
  for (std::size_t i = 0; i < expected.data<double>().size(); ++i) {
    error += std::pow(found.data<double>()[i] - expected.data<double>()[i], 2);
    size += std::pow(expected.data<double>()[i], 2);
  }
  EXPECT_GT(size, 0);
  EXPECT_LE(std::sqrt(error / size), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Files, ExportedFamily, testing::ValuesIn(files_of("families")), name_of_file);

/// The networks whose gradients PyTorch computed have rare operators besides.
TEST(ReferenceNetworks, fall_back_for_these_operators_alone) {
  const std::map<std::string, std::vector<std::string>> expected = {
      // places that are known when the network runs
      {"chosen", {"TopK", "Mul", "Add", "Less", "Where", "Gather", "GatherGradient"}}};
  for (const std::string& path : files_of("networks")) {
    const std::string name = std::filesystem::path(path).stem();
    const auto rare = expected.find(name);
    for (const std::string& node : fallbacks(path)) {
      const bool is_known = rare != expected.end() &&
                            std::any_of(rare->second.begin(), rare->second.end(), [&](const std::string& op) {
                              return node.ends_with("(" + op + ")");
                            });
      EXPECT_TRUE(is_known) << name << ": " << node;
    }
  }
}

}  // namespace
}  // namespace fovea::test
