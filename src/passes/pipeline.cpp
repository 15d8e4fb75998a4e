#include "passes/pipeline.hpp"

#include "base/log.hpp"
#include "passes/drop_dead.hpp"
#include "passes/drop_identity.hpp"
#include "passes/fold_batch_norm.hpp"
#include "passes/fold_constants.hpp"
#include "passes/fuse_conv.hpp"
#include "passes/merge_transposes.hpp"
#include "passes/save_masks.hpp"
#include "passes/strip_final_relu.hpp"
#include "passes/turn_conv_transpose.hpp"

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
    Pass{"fold_constants", fold_constants},
    Pass{"drop_identity", drop_identity},
};
constexpr std::array kFusion = {
    Pass{"save_masks", save_masks},
    Pass{"turn_conv_transpose", turn_conv_transpose},
    Pass{"fuse_conv", fuse_conv},
    Pass{"drop_dead", drop_dead},
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
std::span<const Pass> fusion_passes() {
  return kFusion;
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
