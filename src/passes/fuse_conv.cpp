#include "passes/fuse_conv.hpp"

#include "ops/add.hpp"
#include "ops/conv.hpp"
#include "ops/functions.hpp"
#include "ops/fused_conv.hpp"
#include "passes/rewriter.hpp"

#include <unordered_map>

namespace fovea::passes {
namespace {

class Fuser {
public:
  explicit Fuser(const ir::Graph& graph)
      : graph_(graph), rewriter_(graph), readers_(graph.values().size(), nullptr), uses_(graph.use_counts()) {
    for (const ir::Node& node : graph.nodes())
      for (ir::ValueId id : node.inputs)
        if (id != ir::kNoValue)
          readers_[static_cast<std::size_t>(id)] = &node;
  }

  ir::Graph run() {
    for (const ir::Node& node : graph_.nodes())
      if (!(node.op == &ops::conv() && start(node)) && !(node.op == &ops::add() && take_sum(node)) &&
          !(node.op == &ops::relu() && take_relu(node)))
        copy(node);
    return rewriter_.finish();
  }

private:
  /// A convolution that waits for what follows it, under the name of the last value that it has taken over.
  struct Waiting {
    const ir::Node* conv;
    ir::ValueId sum;  ///< in the new graph
  };

  /// The only node that reads a value, or nullptr.
  const ir::Node* only_reader(ir::ValueId id) const {
    return uses_[static_cast<std::size_t>(id)] == 1 ? readers_[static_cast<std::size_t>(id)] : nullptr;
  }

  bool start(const ir::Node& conv) {
    const ir::Node* reader = only_reader(conv.outputs[0]);
    const bool fits = reader && (reader->op == &ops::relu() || reader->op == &ops::add());
    if (fits)
      waiting_[conv.outputs[0]] = {&conv, ir::kNoValue};
    return fits;
  }

  bool can_take_sum(ir::ValueId id) const {
    const auto found = waiting_.find(id);
    return found != waiting_.end() && found->second.sum == ir::kNoValue;
  }

  bool take_sum(const ir::Node& add) {
    if (graph_.shape(add.inputs[0]) != graph_.shape(add.inputs[1]))
      return false;
    // Values are numbered in the order of their nodes.
    const bool first_is_later = add.inputs[0] > add.inputs[1];
    ir::ValueId conv = add.inputs[first_is_later ? 0 : 1], other = add.inputs[first_is_later ? 1 : 0];
    if (!can_take_sum(conv))
      std::swap(conv, other);
    if (!can_take_sum(conv) || conv == other)
      return false;
    const Waiting joined{waiting_.at(conv).conv, resolve(other)};
    waiting_.erase(conv);
    const ir::Node* reader = only_reader(add.outputs[0]);
    if (reader && reader->op == &ops::relu())
      waiting_[add.outputs[0]] = joined;
    else
      emit(joined, add.outputs[0], "none");
    return true;
  }

  bool take_relu(const ir::Node& relu) {
    const auto found = waiting_.find(relu.inputs[0]);
    if (found == waiting_.end())
      return false;
    const Waiting conv = found->second;
    waiting_.erase(found);
    emit(conv, relu.outputs[0], "relu");
    return true;
  }

  void copy(const ir::Node& node) {
    for (ir::ValueId id : node.inputs)
      resolve(id);
    rewriter_.copy(node);
  }

  /// The new graph's value for an old one; a convolution that still waits for it has waited in vain.
  ir::ValueId resolve(ir::ValueId id) {
    const auto found = waiting_.find(id);
    if (found != waiting_.end()) {
      const Waiting conv = found->second;
      waiting_.erase(found);
      if (conv.sum == ir::kNoValue)
        rewriter_.copy(*conv.conv);
      else
        emit(conv, id, "none");
    }
    return rewriter_.map(id);
  }

  void emit(const Waiting& waiting, ir::ValueId result, const std::string& activation) {
    const ir::Node& conv = *waiting.conv;
    std::vector<ir::ValueId> inputs = {resolve(conv.inputs[0]), rewriter_.map(conv.inputs[1]),
                                       conv.inputs.size() > 2 ? rewriter_.map(conv.inputs[2]) : ir::kNoValue,
                                       waiting.sum};
    const ir::ValueId y = rewriter_.to().add(
        ops::fused_conv(), ops::FusedConvAttributes{conv.attributes.as<ops::ConvAttributes>(), activation},
        std::move(inputs), conv.name);
    rewriter_.to().rename(y, graph_.value(result).name);
    rewriter_.replace(result, y);
  }

  const ir::Graph& graph_;
  Rewriter rewriter_;
  std::vector<const ir::Node*> readers_;
  std::vector<int> uses_;
  std::unordered_map<ir::ValueId, Waiting> waiting_;
};

}  // namespace

ir::Graph fuse_conv(const ir::Graph& graph, Notes&) {
  return Fuser(graph).run();
}

}  // namespace fovea::passes
