#include "passes/fuse_pointwise.hpp"

#include "ops/fused_pointwise.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>

namespace fovea::passes {
namespace {

// A group holds what a kernel keeps in the nearest cache, and comes from one part of the graph: joining
// distant nodes would keep values in memory between them.
constexpr std::size_t kMaxSteps = 24;
constexpr std::size_t kMaxInputs = 12;
constexpr std::size_t kMaxDistance = 64;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// The nodes that results which depend on the first input alone need.
std::vector<bool> forward_nodes(const ir::Graph& graph) {
  std::vector<bool> depends_on_more(graph.values().size(), false);
  for (std::size_t i = 1; i < graph.inputs().size(); ++i)
    depends_on_more[static_cast<std::size_t>(graph.inputs()[i])] = true;
  const auto any_of = [](const std::vector<bool>& marked, const std::vector<ir::ValueId>& ids) {
    return std::any_of(ids.begin(), ids.end(), [&](ir::ValueId id) {
      return id != ir::kNoValue && marked[static_cast<std::size_t>(id)];
    });
  };
  const auto mark = [](std::vector<bool>& marked, const std::vector<ir::ValueId>& ids) {
    for (const ir::ValueId id : ids)
      if (id != ir::kNoValue)
        marked[static_cast<std::size_t>(id)] = true;
  };
  for (const ir::Node& node : graph.nodes())
    if (any_of(depends_on_more, node.inputs))
      mark(depends_on_more, node.outputs);
  std::vector<bool> wanted(graph.values().size(), false), is_forward(graph.nodes().size(), false);
  for (const ir::ValueId id : graph.outputs())
    if (!depends_on_more[static_cast<std::size_t>(id)])
      wanted[static_cast<std::size_t>(id)] = true;
  for (std::size_t n = graph.nodes().size(); n-- > 0;)
    if (any_of(wanted, graph.nodes()[n].outputs)) {
      is_forward[n] = true;
      mark(wanted, graph.nodes()[n].inputs);
    }
  return is_forward;
}

/// Nodes that become one, in order.
struct Group {
  std::vector<std::size_t> nodes;
};

/// Chooses groups so that no group depends on itself through nodes outside of it.
class Grouping {
public:
  Grouping(const ir::Graph& graph, bool (*is_fusable)(const ir::Graph&, const ir::Node&))
      : graph_(graph), is_forward_(forward_nodes(graph)), group_of_(graph.nodes().size(), kNone) {
    for (std::size_t n = 0; n < graph.nodes().size(); ++n)
      if (is_fusable(graph, graph.nodes()[n]))
        place(n);
  }

  const std::vector<Group>& groups() const { return groups_; }
  /// kNone for a node that stays alone.
  std::size_t group_of(std::size_t n) const {
    const std::size_t group = group_of_[n];
    return group == kNone || groups_[group].nodes.size() < 2 ? kNone : group;
  }

private:
  std::size_t producer(ir::ValueId id) const {
    const ir::NodeId node = id == ir::kNoValue ? ir::kNoNode : graph_.value(id).producer;
    return node == ir::kNoNode ? kNone : static_cast<std::size_t>(node);
  }

  const Shape& shape_of(std::size_t n) const { return graph_.shape(graph_.nodes()[n].outputs[0]); }

  void place(std::size_t n) {
    std::vector<std::size_t> candidates;
    for (const ir::ValueId id : graph_.nodes()[n].inputs)
      if (const std::size_t from = producer(id); from != kNone && group_of_[from] != kNone)
        candidates.push_back(group_of_[from]);
    std::sort(candidates.begin(), candidates.end(), std::greater<>());  // the latest group first
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    const auto found = std::find_if(candidates.begin(), candidates.end(),
                                    [&](std::size_t group) { return may_join(n, group); });
    group_of_[n] = found == candidates.end() ? groups_.size() : *found;
    if (found == candidates.end())
      groups_.push_back({});
    groups_[group_of_[n]].nodes.push_back(n);
  }

  bool may_join(std::size_t n, std::size_t group) const {
    const std::vector<std::size_t>& nodes = groups_[group].nodes;
    return nodes.size() < kMaxSteps && n - nodes.front() <= kMaxDistance &&
           is_forward_[n] == is_forward_[nodes.front()] && shape_of(n) == shape_of(nodes.front()) &&
           count_inputs(group, n) <= kMaxInputs && !depends_through_others(n, group);
  }

  std::size_t count_inputs(std::size_t group, std::size_t added) const {
    std::vector<ir::ValueId> inputs;
    const auto collect = [&](std::size_t n) {
      for (const ir::ValueId id : graph_.nodes()[n].inputs)
        if (const std::size_t from = producer(id); from == kNone || group_of_[from] != group)
          inputs.push_back(id);
    };
    for (const std::size_t n : groups_[group].nodes)
      collect(n);
    collect(added);
    std::sort(inputs.begin(), inputs.end());
    return static_cast<std::size_t>(std::unique(inputs.begin(), inputs.end()) - inputs.begin());
  }

  /// Whether an input of node n that comes from outside of the group depends on the group. Nodes before its
  /// first one cannot, unless they are in a group with later ones.
  bool depends_through_others(std::size_t n, std::size_t group) const {
    const std::size_t first = groups_[group].nodes.front();
    std::vector<std::size_t> open;
    std::unordered_map<std::size_t, bool> seen;
    const auto visit_inputs = [&](std::size_t node) {
      for (const ir::ValueId id : graph_.nodes()[node].inputs) {
        const std::size_t from = producer(id);
        if (from == kNone || seen[from])
          continue;
        seen[from] = true;
        open.push_back(from);
      }
    };
    for (const ir::ValueId id : graph_.nodes()[n].inputs)
      if (const std::size_t from = producer(id); from != kNone && group_of_[from] != group && !seen[from]) {
        seen[from] = true;
        open.push_back(from);
      }
    while (!open.empty()) {
      const std::size_t node = open.back();
      open.pop_back();
      const std::size_t its_group = group_of_[node];
      if (its_group == group)
        return true;
      if (its_group == kNone) {
        if (node > first)
          visit_inputs(node);
      } else if (groups_[its_group].nodes.back() > first) {
        for (const std::size_t member : groups_[its_group].nodes)
          visit_inputs(member);
      }
    }
    return false;
  }

  const ir::Graph& graph_;
  std::vector<bool> is_forward_;
  std::vector<std::size_t> group_of_;
  std::vector<Group> groups_;
};

/// Writes the new graph: each group where its last node stood, or later where an input of it comes later.
class Writer {
public:
  Writer(const ir::Graph& graph, const Grouping& grouping)
      : graph_(graph), grouping_(grouping), rewriter_(graph) {}

  ir::Graph run() {
    // A unit is a group or a node alone, named by the last of its nodes.
    const std::size_t count = graph_.nodes().size();
    std::vector<std::size_t> unit_of(count);
    for (std::size_t n = 0; n < count; ++n)
      unit_of[n] =
          grouping_.group_of(n) == kNone ? n : grouping_.groups()[grouping_.group_of(n)].nodes.back();
    std::vector<std::size_t> missing(count, 0);
    std::vector<std::vector<std::size_t>> readers(count);
    for (std::size_t n = 0; n < count; ++n)
      for (const ir::ValueId id : graph_.nodes()[n].inputs) {
        const ir::NodeId from = id == ir::kNoValue ? ir::kNoNode : graph_.value(id).producer;
        if (from == ir::kNoNode || unit_of[static_cast<std::size_t>(from)] == unit_of[n])
          continue;
        readers[unit_of[static_cast<std::size_t>(from)]].push_back(unit_of[n]);
        ++missing[unit_of[n]];
      }
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t n = 0; n < count; ++n)
      if (unit_of[n] == n && missing[n] == 0)
        ready.push(n);
    while (!ready.empty()) {
      const std::size_t unit = ready.top();
      ready.pop();
      write(unit);
      for (const std::size_t reader : readers[unit])
        if (--missing[reader] == 0)
          ready.push(reader);
    }
    return rewriter_.finish();
  }

private:
  void write(std::size_t unit) {
    const std::size_t group = grouping_.group_of(unit);
    if (group == kNone)
      rewriter_.copy(graph_.nodes()[unit]);
    else
      write_group(grouping_.groups()[group].nodes);
  }

  void write_group(const std::vector<std::size_t>& nodes) {
    std::vector<ir::ValueId> inputs, old_results;
    std::unordered_map<ir::ValueId, std::int64_t> numbers;
    for (const std::size_t n : nodes)
      numbers[graph_.nodes()[n].outputs[0]] = -1;  // not known yet
    for (const std::size_t n : nodes)
      for (const ir::ValueId id : graph_.nodes()[n].inputs)
        if (numbers.try_emplace(id, static_cast<std::int64_t>(inputs.size())).second)
          inputs.push_back(id);
    ops::FusedPointwiseAttributes attributes;
    for (const std::size_t n : nodes) {
      const ir::Node& node = graph_.nodes()[n];
      ops::PointwiseStep step{node.op, node.attributes, {}};
      for (const ir::ValueId id : node.inputs)
        step.operands.push_back(numbers.at(id));
      const auto number = static_cast<std::int64_t>(inputs.size() + attributes.steps.size());
      numbers[node.outputs[0]] = number;
      attributes.steps.push_back(std::move(step));
      if (is_read_outside(node.outputs[0], nodes)) {
        attributes.results.push_back(number);
        old_results.push_back(node.outputs[0]);
      }
    }
    if (old_results.empty())
      return;  // nothing reads the group
    for (ir::ValueId& id : inputs)
      id = rewriter_.map(id);
    const ir::Node& fused = rewriter_.to().add_node(ops::fused_pointwise(), std::move(attributes),
                                                    std::move(inputs), graph_.nodes()[nodes.back()].name);
    const std::vector<ir::ValueId> results = fused.outputs;
    for (std::size_t i = 0; i < results.size(); ++i) {
      rewriter_.to().rename(results[i], graph_.value(old_results[i]).name);
      rewriter_.replace(old_results[i], results[i]);
    }
  }

  bool is_read_outside(ir::ValueId id, const std::vector<std::size_t>& nodes) const {
    const std::vector<ir::NodeId>& readers = graph_.readers(id);
    return graph_.is_output(id) || std::any_of(readers.begin(), readers.end(), [&](ir::NodeId reader) {
             return !std::binary_search(nodes.begin(), nodes.end(), static_cast<std::size_t>(reader));
           });
  }

  const ir::Graph& graph_;
  const Grouping& grouping_;
  Rewriter rewriter_;
};

}  // namespace

ir::Graph fuse_pointwise(const ir::Graph& graph,
                         bool (*is_fusable)(const ir::Graph& graph, const ir::Node& node)) {
  const Grouping grouping(graph, is_fusable);
  return Writer(graph, grouping).run();
}

}  // namespace fovea::passes
