#include "ops/multiply_adds.hpp"

#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/fused_conv.hpp"
#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace fovea::ops {
namespace {

/// What one node of an operator costs.
struct Cost {
  const ir::Operator* op;
  std::int64_t (*of)(const ir::Graph& graph, const ir::Node& node);
};

const Shape& x_of(const ir::Graph& graph, const ir::Node& node) {
  return graph.shape(node.inputs[0]);
}
const Shape& w_of(const ir::Graph& graph, const ir::Node& node) {
  return graph.shape(node.inputs[1]);
}
const Shape& y_of(const ir::Graph& graph, const ir::Node& node) {
  return graph.shape(node.outputs[0]);
}

std::int64_t of_conv(const ir::Graph& g, const ir::Node& n) {
  return y_of(g, n).elements() * w_of(g, n).elements() / w_of(g, n)[0];
}

const std::array<Cost, 5>& costs() {
  static const std::array<Cost, 5> table = {{
      {&conv(), of_conv},
      {&fused_conv(), of_conv},
      {&conv_transpose(),
       [](const ir::Graph& g, const ir::Node& n) {
         return x_of(g, n).elements() * w_of(g, n).elements() / w_of(g, n)[0];
       }},
      {&gemm(),
       [](const ir::Graph& g, const ir::Node& n) {
         return y_of(g, n).elements() * x_of(g, n).elements() / std::max<std::int64_t>(y_of(g, n)[0], 1);
       }},
      {&mat_mul(),
       [](const ir::Graph& g, const ir::Node& n) {
         return y_of(g, n).elements() * x_of(g, n)[x_of(g, n).rank() - 1];
       }},
  }};
  return table;
}

}  // namespace

std::int64_t multiply_adds(const ir::Graph& graph, const ir::Node& node) {
  const auto at =
      std::find_if(costs().begin(), costs().end(), [&](const Cost& c) { return c.op == node.op; });
  return at == costs().end() ? 0 : at->of(graph, node);
}

std::int64_t multiply_adds(const ir::Graph& graph) {
  std::int64_t total = 0;
  for (const ir::Node& node : graph.nodes())
    if (__builtin_add_overflow(total, multiply_adds(graph, node), &total))
      return std::numeric_limits<std::int64_t>::max();
  return total;
}

}  // namespace fovea::ops
