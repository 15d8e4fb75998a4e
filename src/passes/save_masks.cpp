#include "passes/save_masks.hpp"

#include "ops/clip_mask.hpp"
#include "ops/functions.hpp"
#include "ops/masked.hpp"
#include "ops/relu_mask.hpp"
#include "passes/rewriter.hpp"

#include <unordered_map>

namespace fovea::passes {
namespace {

bool takes_mask(const ir::Node& node) {
  return node.op == &ops::relu_gradient() || node.op == &ops::clip_gradient();
}

/// Makes each mask once, as soon as what it looks at is there.
class MaskMaker {
public:
  MaskMaker(const ir::Graph& graph, Rewriter& rewriter) : rewriter_(rewriter) {
    for (const ir::Node& node : graph.nodes())
      if (takes_mask(node))
        readers_[node.inputs[1]].push_back(&node);
  }

  /// The masks of everything that looks at `value`, which must be in the new graph by now.
  void make_masks_of(ir::ValueId value) {
    const auto found = readers_.find(value);
    if (found == readers_.end())
      return;
    for (const ir::Node* reader : found->second)
      masks_[reader] = mask_for(*reader);
    readers_.erase(found);
  }

  void replace(const ir::Node& node) {
    make_masks_of(node.inputs[1]);  // an input or a constant has no producer
    const ir::ValueId masked =
        rewriter_.to().add(ops::masked(), {}, {rewriter_.map(node.inputs[0]), masks_.at(&node)}, node.name);
    rewriter_.replace(node.outputs[0], masked);
  }

private:
  ir::ValueId mask_for(const ir::Node& reader) {
    const ir::ValueId looked_at = rewriter_.map(reader.inputs[1]);
    if (reader.op == &ops::clip_gradient())
      return rewriter_.to().add(ops::clip_mask(), reader.attributes, {looked_at}, reader.name + "/mask");
    const auto [known, is_new] = positive_.try_emplace(looked_at, ir::kNoValue);
    if (is_new)
      known->second = rewriter_.to().add(ops::relu_mask(), {}, {looked_at}, reader.name + "/mask");
    return known->second;
  }

  Rewriter& rewriter_;
  std::unordered_map<ir::ValueId, std::vector<const ir::Node*>> readers_;
  std::unordered_map<const ir::Node*, ir::ValueId> masks_;
  std::unordered_map<ir::ValueId, ir::ValueId> positive_;
};

}  // namespace

ir::Graph save_masks(const ir::Graph& graph, Notes&) {
  Rewriter rewriter(graph);
  MaskMaker masks(graph, rewriter);
  for (const ir::Node& node : graph.nodes()) {
    if (takes_mask(node)) {
      masks.replace(node);
    } else {
      rewriter.copy(node);
    }
    for (ir::ValueId id : node.outputs)
      masks.make_masks_of(id);
  }
  return rewriter.finish();
}

}  // namespace fovea::passes
