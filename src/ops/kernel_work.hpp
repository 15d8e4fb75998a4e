#pragma once

#include "ir/graph.hpp"

#include <algorithm>

/// The computational cost of nodes, by the operators' own terms (ir::Traits::terms). All numbers saturate at
/// the largest one.
namespace fovea::ops {

/// Multiply-adds of one node, which is a convolution, its transpose or a matrix product; 0 for any other.
std::int64_t multiply_adds(const ir::Graph& graph, const ir::Node& node);
/// Multiply-adds of all nodes together.
std::int64_t multiply_adds(const ir::Graph& graph);

/// The approximate number of elements that the plain kernel of an operator reads, writes and multiplies to
/// compute the results.
std::int64_t kernel_work(const ir::Operator& op, const ir::InferCall& call,
                         std::span<const ir::TensorType> results);

std::int64_t saturating_product(std::int64_t a, std::int64_t b);

/// The terms of a convolution for each element of its result, or of its transpose for each of its operand.
std::int64_t convolution_terms(const ir::InferCall& call);

/// Elements under a pooling window, at most those of the plane.
template <class PoolAttributes>
std::int64_t pool_terms(const ir::InferCall& call) {
  const std::vector<std::int64_t>& kernel = call.attributes.as<PoolAttributes>().kernel;
  const Shape& x = call.shape(0);
  return saturating_product(std::min(kernel[0], x[2]), std::min(kernel[1], x[3]));
}

}  // namespace fovea::ops
