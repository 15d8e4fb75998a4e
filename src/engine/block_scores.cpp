#include "engine/block_scores.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <numeric>

namespace fovea {
namespace {

using Marks = std::vector<bool>;  ///< one for each value

bool marked(const Marks& marks, ir::ValueId id) {
  return id != ir::kNoValue && marks[static_cast<std::size_t>(id)];
}

/// The values that are computed from one, and itself.
Marks computed_from(const ir::Graph& graph, ir::ValueId from) {
  Marks marks(graph.values().size(), false);
  marks[static_cast<std::size_t>(from)] = true;
  for (const ir::Node& node : graph.nodes())
    if (std::any_of(node.inputs.begin(), node.inputs.end(),
                    [&](ir::ValueId id) { return marked(marks, id); }))
      for (const ir::ValueId id : node.outputs)
        marks[static_cast<std::size_t>(id)] = true;
  return marks;
}

/// The values that one is computed from, and itself.
Marks leading_to(const ir::Graph& graph, ir::ValueId to) {
  Marks marks(graph.values().size(), false);
  marks[static_cast<std::size_t>(to)] = true;
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node)
    if (std::any_of(node->outputs.begin(), node->outputs.end(),
                    [&](ir::ValueId id) { return marked(marks, id); }))
      for (const ir::ValueId id : node->inputs)
        if (id != ir::kNoValue)
          marks[static_cast<std::size_t>(id)] = true;
  return marks;
}

Marks both(Marks a, const Marks& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    a[i] = a[i] && b[i];
  return a;
}

/// The values through which every way from `from` to `to` leads, in the order of computation, without `from`:
/// those that alone are still to be read when they have been computed.
std::vector<ir::ValueId> narrow_values(const ir::Graph& graph, ir::ValueId from, ir::ValueId to) {
  const Marks on_way = both(computed_from(graph, from), leading_to(graph, to));
  std::vector<int> readers(graph.values().size(), 0);
  for (const ir::Node& node : graph.nodes())
    if (std::any_of(node.outputs.begin(), node.outputs.end(),
                    [&](ir::ValueId id) { return marked(on_way, id); }))
      for (const ir::ValueId id : node.inputs)
        if (marked(on_way, id))
          ++readers[static_cast<std::size_t>(id)];
  std::vector<ir::ValueId> narrow;
  int open = 1;  // values still to be read
  for (const ir::Node& node : graph.nodes()) {
    const bool counts = std::any_of(node.outputs.begin(), node.outputs.end(),
                                    [&](ir::ValueId id) { return marked(on_way, id) && id != from; });
    if (!counts)
      continue;
    for (const ir::ValueId id : node.inputs)
      if (marked(on_way, id) && --readers[static_cast<std::size_t>(id)] == 0)
        --open;
    for (const ir::ValueId id : node.outputs)
      open += marked(on_way, id) ? 1 : 0;
    if (open == 1)
      narrow.push_back(*std::find_if(node.outputs.begin(), node.outputs.end(),
                                     [&](ir::ValueId id) { return marked(on_way, id); }));
  }
  return narrow;
}

/// The tokens that each block hands on.
class Blocks {
public:
  Blocks(const ir::Graph& graph, const std::vector<ir::ValueId>& probabilities)
      : graph_(graph), scores_(graph.outputs().front()) {
    std::vector<ir::ValueId> before_last;
    std::size_t place = 0;
    for (std::size_t l = 0; l + 1 < probabilities.size(); ++l) {
      before_last = narrow_values(graph, probabilities[l], scores_);
      const Marks next = leading_to(graph, probabilities[l + 1]);
      place = before_last.size();
      while (place > 0 && !marked(next, before_last[place - 1]))
        --place;
      check(place > 0);
      tokens.push_back(before_last[--place]);
      check(graph.shape(tokens.back()) == graph.shape(tokens.front()));
    }
    const std::vector<ir::ValueId> last = narrow_values(graph, probabilities.back(), scores_);
    check(place < last.size());
    for (std::size_t i = 0; i <= place; ++i)
      check(operator_of(last[i]) == operator_of(before_last[i]));
    tokens.push_back(last[place]);
    check(graph.shape(tokens.back()) == graph.shape(tokens.front()));
  }

  std::vector<ir::ValueId> tokens;

private:
  const ir::Operator* operator_of(ir::ValueId id) const { return graph_.producer(id)->op; }
  static void check(bool alike) {
    FOVEA_CHECK(alike,
                "the network's blocks of attention are not alike, and this method puts the tokens that "
                "each of them hands on in the place of the last one's: attention-rollout and "
                "generic-attention work for it");
  }

  const ir::Graph& graph_;
  ir::ValueId scores_;
};

/// The nodes that compute the scores from the last block's tokens. InputError if they read anything else of
/// the picture.
std::vector<ir::Node> nodes_behind(const ir::Graph& graph, ir::ValueId tokens) {
  const Marks behind = computed_from(graph, tokens), needed = leading_to(graph, graph.outputs().front()),
              from_picture = computed_from(graph, graph.inputs().front());
  std::vector<ir::Node> end;
  for (const ir::Node& node : graph.nodes()) {
    const ir::ValueId output = node.outputs.front();
    if (output == tokens || !marked(behind, output) || !marked(needed, output))
      continue;
    for (const ir::ValueId id : node.inputs)
      FOVEA_CHECK(!marked(from_picture, id) || marked(behind, id),
                  "the scores are computed from '{}' besides the tokens of the last block, and this method "
                  "puts the tokens of other blocks in their place: attention-rollout and generic-attention "
                  "work for it",
                  graph.value(id).name);
    end.push_back(node);
  }
  return end;
}

}  // namespace

std::vector<ir::ValueId> add_block_scores(ir::Graph& graph, const std::vector<ir::ValueId>& probabilities) {
  const ir::ValueId scores = graph.outputs().front();
  if (probabilities.size() == 1)
    return {scores};
  const std::vector<ir::ValueId> tokens = Blocks(graph, probabilities).tokens;
  const std::vector<ir::Node> end = nodes_behind(graph, tokens.back());
  std::vector<ir::ValueId> same(graph.values().size()), all;
  std::iota(same.begin(), same.end(), 0);
  for (std::size_t l = 0; l + 1 < tokens.size(); ++l) {
    std::vector<ir::ValueId> copy = same;
    copy[static_cast<std::size_t>(tokens.back())] = tokens[l];
    for (const ir::Node& node : end) {
      std::vector<ir::ValueId> inputs;
      for (const ir::ValueId id : node.inputs)
        inputs.push_back(id == ir::kNoValue ? id : copy[static_cast<std::size_t>(id)]);
      const ir::Node& made = graph.add_node(*node.op, node.attributes, std::move(inputs),
                                            fmt::format("{}/block {}", node.name, l));
      for (std::size_t i = 0; i < node.outputs.size(); ++i)
        copy[static_cast<std::size_t>(node.outputs[i])] = made.outputs[i];
    }
    all.push_back(copy[static_cast<std::size_t>(scores)]);
  }
  all.push_back(scores);
  return all;
}

}  // namespace fovea
