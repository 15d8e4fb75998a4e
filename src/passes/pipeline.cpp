#include "passes/pipeline.hpp"

#include "base/log.hpp"
#include "passes/drop_dead.hpp"
#include "passes/drop_identity.hpp"
#include "passes/fold_batch_norm.hpp"
#include "passes/fold_constants.hpp"
#include "passes/merge_transposes.hpp"
#include "passes/strip_final_relu.hpp"

#include <array>

namespace fovea::passes {
namespace {

constexpr std::array kCanonical = {
    Pass{"merge_transposes", merge_transposes}, Pass{"drop_dead", drop_dead},
    Pass{"fold_constants", fold_constants},     Pass{"drop_identity", drop_identity},
    Pass{"fold_batch_norm", fold_batch_norm},
};
constexpr std::array kFinalRelu = {Pass{"strip_final_relu", strip_final_relu}};
constexpr std::array kFinal = {
    Pass{"drop_dead", drop_dead},
    Pass{"fold_constants", fold_all_but_transposed_weights},
    Pass{"drop_identity", drop_identity},
};

}  // namespace

std::span<const Pass> canonical_passes() {
  return kCanonical;
}
std::span<const Pass> final_relu_passes() {
  return kFinalRelu;
}
std::span<const Pass> final_passes() {
  return kFinal;
}

ir::Graph run(std::span<const Pass> passes, ir::Graph graph, Notes& notes) {
  for (const Pass& pass : passes) {
    const std::size_t before = graph.nodes().size();
    const LogTimer timer;
    graph = pass.run(graph, notes);
    log_event(LogLevel::Detail, "pass {}: {} nodes, then {} ({:.1f} ms)", pass.name, before,
              graph.nodes().size(), timer.milliseconds());
    ir::verify(graph, fmt::format("pass {}", pass.name));
  }
  return graph;
}

}  // namespace fovea::passes
