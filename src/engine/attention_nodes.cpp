#include "engine/attention_nodes.hpp"

#include "ops/gather.hpp"
#include "ops/mat_mul.hpp"
#include "ops/reshape.hpp"
#include "ops/slice.hpp"
#include "ops/softmax.hpp"
#include "ops/split.hpp"
#include "ops/transpose.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace fovea {
namespace {

std::size_t index(ir::ValueId id) {
  return static_cast<std::size_t>(id);
}

/// A matrix of queries and keys in a value.
struct Matrix {
  ir::ValueId value = ir::kNoValue;
  std::int64_t query_axis = 0, key_axis = 0;
};

/// The axis of `from` that a reshape to `to` keeps as axis `axis`; -1 if none.
std::int64_t kept_axis(const Shape& from, const Shape& to, std::int64_t axis) {
  const auto behind = [](const Shape& shape, std::int64_t at) {
    return std::accumulate(shape.dims().begin() + at + 1, shape.dims().end(), std::int64_t{1},
                           std::multiplies<>());
  };
  for (std::int64_t at = 0; at < from.rank(); ++at)
    if (from[at] == to[axis] && behind(from, at) == behind(to, axis))
      return at;
  return -1;
}

class Finder {
public:
  Finder(const ir::Graph& graph, const std::vector<ops::AxisRoles>& roles) : graph_(graph), roles_(roles) {}

  /// The attention whose second product is this node.
  std::optional<AttentionNodes> at(const ir::Node& node) const {
    if (node.op != &ops::mat_mul() || !depends(node.inputs[0]) || !depends(node.inputs[1]))
      return {};
    for (const std::size_t side : {0U, 1U}) {
      const std::int64_t rank = graph_.shape(node.inputs[side]).rank();
      if (rank < 2)
        continue;
      const Matrix weights =
          side == 0 ? Matrix{node.inputs[0], rank - 2, rank - 1} : Matrix{node.inputs[1], rank - 1, rank - 2};
      if (std::optional<AttentionNodes> found = behind(weights, node.inputs[1 - side], kSteps)) {
        found->product = node.outputs.front();
        return found;
      }
    }
    return {};
  }

private:
  static constexpr int kSteps = 16;  ///< more nodes than stand between a product and its Softmax

  bool depends(ir::ValueId id) const {
    return id != ir::kNoValue && !roles_[index(id)].empty() && is_floating(graph_.type(id).dtype);
  }

  /// What the matrix is computed from element by element.
  std::vector<Matrix> before(const Matrix& y) const {
    const ir::Node* node = graph_.producer(y.value);
    if (!node)
      return {};
    if (node->op == &ops::transpose()) {
      const auto& perm = node->attributes.as<ops::TransposeAttributes>().perm;
      return {{node->inputs[0], perm[static_cast<std::size_t>(y.query_axis)],
               perm[static_cast<std::size_t>(y.key_axis)]}};
    }
    if (node->op == &ops::reshape()) {
      const Shape &from = graph_.shape(node->inputs[0]), &to = graph_.shape(y.value);
      const std::int64_t query = kept_axis(from, to, y.query_axis), key = kept_axis(from, to, y.key_axis);
      return query < 0 || key < 0 || query == key ? std::vector<Matrix>{}
                                                  : std::vector<Matrix>{{node->inputs[0], query, key}};
    }
    std::vector<Matrix> all;
    if (node->op->traits.pointwise || node->op->traits.moves_elements)
      for (const ir::ValueId id : node->inputs)
        if (depends(id) && graph_.shape(id) == graph_.shape(y.value))
          all.push_back({id, y.query_axis, y.key_axis});
    return all;
  }

  /// The attention whose probabilities the matrix is made of, with V as the other factor.
  std::optional<AttentionNodes> behind(const Matrix& weights, ir::ValueId v, int steps) const {
    const ir::Node* node = graph_.producer(weights.value);
    if (!node || steps == 0)
      return {};
    if (node->op == &ops::softmax()) {
      if (node->attributes.as<ops::SoftmaxAttributes>().axis != weights.key_axis)
        return {};
      auto found = product_before({node->inputs[0], weights.query_axis, weights.key_axis}, v, kSteps);
      if (found) {
        found->probabilities = weights.value;
        found->query_axis = weights.query_axis;
        found->key_axis = weights.key_axis;
      }
      return found;
    }
    for (const Matrix& matrix : before(weights))
      if (auto found = behind(matrix, v, steps - 1))
        return found;
    return {};
  }

  /// The product of Q and K that the matrix is made of.
  std::optional<AttentionNodes> product_before(const Matrix& scores, ir::ValueId v, int steps) const {
    const ir::Node* node = graph_.producer(scores.value);
    if (!node || steps == 0)
      return {};
    if (node->op == &ops::mat_mul()) {
      const std::int64_t rank = graph_.shape(scores.value).rank();
      const bool keys_last = scores.key_axis == rank - 1 && scores.query_axis == rank - 2;
      const bool keys_first = scores.key_axis == rank - 2 && scores.query_axis == rank - 1;
      const ir::ValueId q = node->inputs[keys_last ? 0 : 1], k = node->inputs[keys_last ? 1 : 0];
      if ((!keys_last && !keys_first) || !depends(k))
        return {};
      AttentionNodes found;
      found.has_learnt_query = !depends(q);
      found.source = common_source(k, v);
      return found;
    }
    for (const Matrix& matrix : before(scores))
      if (auto found = product_before(matrix, v, steps - 1))
        return found;
    return {};
  }

  /// The only input that depends on the picture; kNoValue if there are several.
  ir::ValueId only_input(const ir::Node& node) const {
    ir::ValueId only = ir::kNoValue;
    for (const ir::ValueId id : node.inputs) {
      if (!depends(id) || id == only)
        continue;
      if (only != ir::kNoValue)
        return ir::kNoValue;
      only = id;
    }
    return only;
  }

  /// The values that K or V is computed from, one after the other, from the input of its linear layer on.
  std::vector<ir::ValueId> before_linear(ir::ValueId value) const {
    std::vector<ir::ValueId> chain;
    bool is_before = false;
    while (value != ir::kNoValue) {
      if (is_before)
        chain.push_back(value);
      const ir::Node* node = graph_.producer(value);
      if (!node)
        break;
      is_before = is_before || node->op->traits.relevance == ir::Relevance::LinearLayer;
      value = only_input(*node);
    }
    return chain;
  }

  /// The last value that both chains share, in the order of axes in which it was computed.
  ir::ValueId common_source(ir::ValueId k, ir::ValueId v) const {
    const std::vector<ir::ValueId> keys = before_linear(k), values = before_linear(v);
    const auto shared = std::find_if(keys.begin(), keys.end(), [&](ir::ValueId id) {
      return std::find(values.begin(), values.end(), id) != values.end();
    });
    if (shared == keys.end())
      return ir::kNoValue;
    ir::ValueId source = *shared;
    for (const ir::Node* node = graph_.producer(source);
         node && (node->op == &ops::transpose() || node->op == &ops::reshape());
         node = graph_.producer(source))
      source = node->inputs[0];
    return source;
  }

  const ir::Graph& graph_;
  const std::vector<ops::AxisRoles>& roles_;
};

/// The part of an axis that is a list of tokens with known places among them, and its axis.
std::optional<std::pair<std::int64_t, ir::AxisPart>> token_axis(const ops::AxisRoles& roles) {
  for (std::size_t axis = 0; axis < roles.size(); ++axis)
    for (const ir::AxisPart& part : roles[axis])
      if (!part.grid.empty())
        return std::pair{static_cast<std::int64_t>(axis), part};
  return {};
}

/// Marks the indices along an axis of its first operand that an output of the node holds.
void mark_picked(const ir::Graph& graph, const ir::Node& node, ir::ValueId output, std::int64_t axis,
                 std::vector<bool>& picked) {
  const auto count = static_cast<std::int64_t>(picked.size());
  const auto mark = [&](std::int64_t i) { picked[static_cast<std::size_t>(i < 0 ? i + count : i)] = true; };
  const Shape& x = graph.shape(node.inputs[0]);
  if (x[axis] == count && node.op == &ops::slice()) {
    const auto& a = node.attributes.as<ops::SliceAttributes>();
    const auto at = static_cast<std::size_t>(axis);
    for (std::int64_t i = 0; i < a.sizes[at]; ++i)
      mark(a.starts[at] + i * a.steps[at]);
  } else if (x[axis] == count && node.op == &ops::gather() && graph.has_elements(node.inputs[1]) &&
             node.attributes.as<ops::GatherAttributes>().axis == axis) {
    for (const std::int64_t i : graph.value(node.inputs[1]).constant->data<std::int64_t>())
      mark(i);
  } else if (x[axis] == count && node.op == &ops::split() &&
             node.attributes.as<ops::SplitAttributes>().axis == axis) {
    std::int64_t first = 0;
    for (std::size_t i = 0; node.outputs[i] != output; ++i)
      first += node.attributes.as<ops::SplitAttributes>().sizes[i];
    for (std::int64_t i = 0; i < graph.shape(output)[axis]; ++i)
      mark(first + i);
  } else {
    picked.assign(picked.size(), true);
  }
}

}  // namespace

std::vector<AttentionNodes> attention_nodes(const ir::Graph& graph,
                                            const std::vector<ops::AxisRoles>& roles) {
  const Finder finder(graph, roles);
  std::vector<AttentionNodes> all;
  for (const ir::Node& node : graph.nodes())
    if (std::optional<AttentionNodes> found = finder.at(node))
      all.push_back(*found);
  return all;
}

bool TokensRead::any_patch() const {
  const auto first = is_read.begin() + tokens.grid_first;
  std::int64_t patches = 1;
  for (const ir::AxisPart& part : tokens.grid)
    patches *= part.extent;
  return std::find(first, first + patches, true) != first + patches;
}

std::optional<TokensRead> tokens_read(const ir::Graph& graph, const std::vector<ops::AxisRoles>& roles) {
  std::optional<TokensRead> found;
  std::vector<bool> is_reached(graph.values().size(), false);
  is_reached[index(graph.outputs().front())] = true;
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node)
    for (const ir::ValueId output : node->outputs) {
      if (!is_reached[index(output)])
        continue;
      for (const ir::ValueId input : node->inputs) {
        if (input == ir::kNoValue || roles[index(input)].empty())
          continue;
        const auto tokens = token_axis(roles[index(input)]);
        if (!tokens) {
          is_reached[index(input)] = true;
          continue;
        }
        const auto& [axis, part] = *tokens;
        if (!found)
          found = {std::vector<bool>(static_cast<std::size_t>(part.extent), false), part};
        if (found->tokens.extent != part.extent || input != node->inputs[0])
          found->is_read.assign(found->is_read.size(), true);
        else
          mark_picked(graph, *node, output, axis, found->is_read);
      }
    }
  return found;
}

}  // namespace fovea
