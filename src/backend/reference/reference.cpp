#include "backend/lowering_builder.hpp"

namespace fovea::backend {
namespace {

class Reference final : public Backend {
public:
  std::string_view name() const override { return "reference"; }
  bool supports(const ir::Graph&, const ir::Node&) const override { return true; }
  Lowering lower(const ir::Graph& graph, const plan::Schedule& schedule, const LowerOptions&) const override {
    const std::vector<int> uses = graph.use_counts();
    LoweringBuilder builder(graph);
    std::size_t forward_steps = 0;
    for (std::size_t i = 0; i < schedule.order.size(); ++i) {
      const ir::Node& node = graph.nodes()[static_cast<std::size_t>(schedule.order[i])];
      builder.begin_node(node);
      builder.add_reference_step(node, uses);
      if (i + 1 == schedule.forward)
        forward_steps = builder.step_count();
    }
    builder.lowering().make_state = [] { return std::make_unique<SessionState>(); };
    return builder.finish(forward_steps, schedule.forward_outputs);
  }
};

}  // namespace

const Backend& reference() {
  static const Reference backend;
  return backend;
}

}  // namespace fovea::backend
