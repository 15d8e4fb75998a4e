#include "backend/reference/reference.hpp"

#include "backend/lowering_builder.hpp"

namespace fovea::backend {
namespace {

std::string why_not(Precision precision) {
  return precision == Precision::F32 || precision == Precision::F64
             ? ""
             : "the reference backend computes in float32 and float64 only";
}

std::span<const passes::Pass> no_passes() {
  return {};
}

bool supports(const ir::Graph&, const ir::Node&) {
  return true;
}

std::variant<Lowering, Refusal> lower(const ir::Graph& graph, const plan::Schedule& schedule,
                                      const LowerOptions&) {
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

}  // namespace

const Backend& reference() {
  static const Backend backend{.name = "reference",
                               .kind = BackendKind::Reference,
                               .why_not = why_not,
                               .passes = no_passes,
                               .memory = host_memory(),
                               .supports = supports,
                               .lower = lower};
  return backend;
}

}  // namespace fovea::backend
