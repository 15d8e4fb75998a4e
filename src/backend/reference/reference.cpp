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
  LoweringBuilder builder(graph);
  builder.lowering().make_state = [] { return std::make_unique<SessionState>(); };
  return builder.lower_to_reference(schedule);
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
