#include "engine/relevance_fixture.hpp"

#include "autodiff/backward.hpp"
#include "backend/onednn/onednn.hpp"
#include "backend/reference/reference.hpp"
#include "engine/run_graph.hpp"
#include "ir/text.hpp"
#include "ops/table.hpp"
#include "passes/pipeline.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace fovea::test {
namespace {

std::string in_single_precision(std::string text) {
  for (std::size_t at = text.find("f64"); at != std::string::npos; at = text.find("f64", at))
    text.replace(at, 3, "f32");
  return text;
}

}  // namespace

std::vector<autodiff::RuleSet> relevance_rules() {
  return {autodiff::lrp_epsilon_rules(),
          autodiff::lrp_alpha_beta_rules(),
          autodiff::lrp_composite_rules(),
          autodiff::lrp_gamma_rules(),
          autodiff::lrp_epsilon_gamma_box_rules({{-7}, {8}}),
          autodiff::lrp_epsilon_plus_flat_rules(),
          autodiff::lrp_epsilon_plus_w_square_rules(),
          autodiff::lrp_epsilon_alpha2_beta1_rules(),
          autodiff::lrp_epsilon_alpha2_beta1_flat_rules(),
          autodiff::excitation_rules()};
}

Tensor normal_numbers(const Shape& shape, unsigned seed) {
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

Tensor product(const Tensor& a, const Tensor& b) {
  Tensor result = a.clone();
  for (std::size_t i = 0; i < result.data<double>().size(); ++i)
    result.data<double>()[i] *= b.data<double>()[i];
  return result;
}

double sum_of(const Tensor& tensor) {
  return std::accumulate(tensor.data<double>().begin(), tensor.data<double>().end(), 0.0);
}

double largest_magnitude(const Tensor& tensor) {
  double found = 0;
  for (double value : tensor.data<double>())
    found = std::max(found, std::abs(value));
  return found;
}

double largest_difference(const Tensor& found, const Tensor& expected) {
  EXPECT_EQ(found.shape(), expected.shape());
  double worst = 0;
  for (std::size_t i = 0; i < expected.data<double>().size(); ++i) {
    const double off = std::abs(found.data<double>()[i] - expected.data<double>()[i]);
    if (off != off)
      return off;
    worst = std::max(worst, off);
  }
  return worst / std::max(largest_magnitude(expected), 1e-30);
}

bool RelevanceTest::is_double() {
  return GetParam() == &backend::reference();
}

Relevance RelevanceTest::run(const std::string& text, const autodiff::RuleSet& rules, const Tensor& x,
                             const Tensor& seed) {
  passes::Notes notes;
  const ir::Graph forward =
      passes::run(passes::canonical_passes(),
                  ir::parse(is_double() ? text : in_single_precision(text), ops::find), notes);
  auto made = autodiff::differentiate(forward, forward.outputs()[0], forward.inputs()[0], rules);
  ir::Graph graph = passes::run(passes::final_passes(), std::move(made.graph), notes);
  if (!is_double())
    graph = passes::run(backend::onednn().passes(), std::move(graph), notes);
  const DType type = is_double() ? DType::F64 : DType::F32;
  const std::vector<Tensor> results = run_graph(*GetParam(), graph, {x.cast(type), seed.cast(type)});
  return {results[0].cast(DType::F64), results[1].cast(DType::F64)};
}

Relevance RelevanceTest::run_from_score(const std::string& text, const autodiff::RuleSet& rules,
                                        const Tensor& x, std::size_t k) {
  const ir::Graph graph = ir::parse(text, ops::find);
  Tensor seed(DType::F64, graph.shape(graph.outputs()[0]));
  seed.data<double>()[k] = run(text, rules, x, seed).scores.data<double>()[k];
  return run(text, rules, x, seed);
}

}  // namespace fovea::test
