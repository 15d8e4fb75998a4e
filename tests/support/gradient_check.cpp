#include "support/gradient_check.hpp"

#include "ir/gradient_context.hpp"
#include "ops/table.hpp"
#include "support/interpreter.hpp"

#include <cmath>
#include <random>

namespace fovea::test {
namespace {

constexpr double kStep = 1e-5;
constexpr double kTolerance = 1e-6;
constexpr int kDirections = 2;

double dot(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.data<double>().size(); ++i)
    sum += a.data<double>()[i] * b.data<double>()[i];
  return sum;
}

Tensor normal(const Shape& shape, std::mt19937_64& random) {
  Tensor direction(DType::F64, shape);
  std::normal_distribution<double> distribution;
  for (double& value : direction.data<double>())
    value = distribution(random);
  return direction;
}

Tensor moved(const Tensor& x, const Tensor& direction, double step) {
  Tensor result = x.clone();
  for (std::size_t i = 0; i < result.data<double>().size(); ++i)
    result.data<double>()[i] += step * direction.data<double>()[i];
  return result;
}

/// <f(x), v>, over the outputs that have a direction.
double score(const Problem& problem, const std::vector<Tensor>& x, const std::vector<Tensor>& v) {
  const std::vector<Tensor> y = ops::evaluate(*problem.op, problem.attributes, x);
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    if (!v[i].empty())
      sum += dot(y[i], v[i]);
  return sum;
}

/// J' v by the operator's rule, for the wanted operands; an empty tensor where no gradient flows.
std::vector<Tensor> apply_rule(const Problem& problem, const std::vector<bool>& wanted,
                               const std::vector<Tensor>& v) {
  ir::Graph graph;
  std::vector<Tensor> feeds;
  std::vector<ir::ValueId> x, dy;
  auto feed = [&](const std::string& name, const Tensor& tensor) {
    feeds.push_back(tensor);
    return graph.add_input(name, {tensor.dtype(), tensor.shape()});
  };
  for (std::size_t i = 0; i < problem.operands.size(); ++i) {
    const auto& [name, value, constant] = problem.operands[i];
    if (value.empty())
      x.push_back(ir::kNoValue);
    else
      x.push_back(wanted[i] ? feed(name, value) : graph.add_constant(name, value));
  }
  const ir::Node node = graph.add_node(*problem.op, problem.attributes, x, "node");
  for (std::size_t i = 0; i < v.size(); ++i)
    dy.push_back(v[i].empty() ? ir::kNoValue : feed("dy" + std::to_string(i), v[i]));
  ir::GradientContext context(graph, node, dy, wanted);
  const std::vector<ir::ValueId> dx = problem.op->gradient.rule(context);
  FOVEA_CHECK(dx.size() == x.size(), "the rule returns {} gradients for {} inputs", dx.size(), x.size());
  for (std::size_t i = 0; i < dx.size(); ++i) {
    if (!wanted[i] || dx[i] == ir::kNoValue)
      continue;
    FOVEA_CHECK(graph.type(dx[i]) == graph.type(x[i]), "the gradient of '{}' has the type {} {}",
                problem.operands[i].name, name_of(graph.type(dx[i]).dtype), to_string(graph.shape(dx[i])));
    graph.add_output(dx[i]);
  }
  ir::verify(graph, "the gradient rule");
  const std::vector<Tensor> found = interpret(graph, feeds);
  std::vector<Tensor> gradients(dx.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < dx.size(); ++i)
    if (wanted[i] && dx[i] != ir::kNoValue)
      gradients[i] = found[next++];
  return gradients;
}

testing::AssertionResult check(const Problem& problem, const std::vector<bool>& wanted,
                               const std::vector<Tensor>& v, std::mt19937_64& random) {
  const std::vector<Tensor> gradients = apply_rule(problem, wanted, v);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i])
      continue;
    const Tensor u = normal(problem.operands[i].value.shape(), random);
    std::vector<Tensor> x = problem.values();
    x[i] = moved(problem.operands[i].value, u, kStep);
    const double above = score(problem, x, v);
    x[i] = moved(problem.operands[i].value, u, -kStep);
    const double numeric = (above - score(problem, x, v)) / (2 * kStep);
    const double found = gradients[i].empty() ? 0 : dot(gradients[i], u);
    if (!(std::abs(found - numeric) <= kTolerance * std::max(1.0, std::abs(numeric))))
      return testing::AssertionFailure()
             << problem.text << ": the gradient for '" << problem.operands[i].name
             << "' along a direction is " << found << ", by differences " << numeric;
  }
  return testing::AssertionSuccess();
}

/// All of `members` together, then each alone.
std::vector<std::vector<bool>> together_and_alone(const std::vector<bool>& members) {
  std::vector<std::vector<bool>> sets = {members};
  for (std::size_t i = 0; i < members.size(); ++i)
    if (members[i]) {
      sets.emplace_back(members.size(), false);
      sets.back()[i] = true;
    }
  if (sets.size() == 2)
    sets.pop_back();
  return sets;
}

}  // namespace

testing::AssertionResult check_gradient(const Problem& problem) {
  if (!problem.op->gradient.rule)
    return testing::AssertionFailure() << problem.text << ": the operator has no gradient rule";
  std::mt19937_64 random(7);
  std::vector<bool> differentiable, floating_outputs;
  for (const auto& [name, value, constant] : problem.operands)
    differentiable.push_back(!constant && !value.empty() && is_floating(value.dtype()));
  const std::vector<Tensor> y = ops::evaluate(*problem.op, problem.attributes, problem.values());
  for (const Tensor& output : y)
    floating_outputs.push_back(is_floating(output.dtype()));
  for (const std::vector<bool>& wanted : together_and_alone(differentiable))
    for (const std::vector<bool>& outputs : together_and_alone(floating_outputs))
      for (int direction = 0; direction < kDirections; ++direction) {
        std::vector<Tensor> v(y.size());
        for (std::size_t i = 0; i < y.size(); ++i)
          if (outputs[i])
            v[i] = normal(y[i].shape(), random);
        if (auto result = check(problem, wanted, v, random); !result)
          return result;
      }
  return testing::AssertionSuccess();
}

}  // namespace fovea::test
