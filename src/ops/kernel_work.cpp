#include "ops/kernel_work.hpp"

#include <limits>

namespace fovea::ops {
namespace {

std::int64_t saturating_sum(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? std::numeric_limits<std::int64_t>::max() : result;
}

/// The terms of all elements.
std::int64_t all_terms(const ir::Operator& op, const ir::InferCall& call, const Shape& result) {
  const Shape& computed = op.traits.terms_of_operand ? call.shape(0) : result;
  return saturating_product(computed.elements(), op.traits.terms ? op.traits.terms(call) : 1);
}

}  // namespace

std::int64_t saturating_product(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::numeric_limits<std::int64_t>::max() : result;
}

std::int64_t convolution_terms(const ir::InferCall& call) {
  const Shape& w = call.shape(1);
  return saturating_product(w[1], saturating_product(w[2], w[3]));
}

std::int64_t multiply_adds(const ir::Graph& graph, const ir::Node& node) {
  if (!node.op->traits.terms_are_products)
    return 0;
  std::vector<const ir::TensorType*> types;
  for (const ir::ValueId input : node.inputs)
    types.push_back(input == ir::kNoValue ? nullptr : &graph.type(input));
  return all_terms(*node.op, {node.attributes, types}, graph.shape(node.outputs[0]));
}

std::int64_t multiply_adds(const ir::Graph& graph) {
  std::int64_t total = 0;
  for (const ir::Node& node : graph.nodes())
    total = saturating_sum(total, multiply_adds(graph, node));
  return total;
}

std::int64_t kernel_work(const ir::Operator& op, const ir::InferCall& call,
                         std::span<const ir::TensorType> results) {
  std::int64_t work = 0;
  for (const ir::TensorType* type : call.inputs)
    work = saturating_sum(work, type ? type->shape.elements() : 0);
  for (const ir::TensorType& type : results)
    work = saturating_sum(work, type.shape.elements());
  if (results.empty() || !call.has(0))
    return work;
  return saturating_sum(work, all_terms(op, call, results[0].shape));
}

}  // namespace fovea::ops
