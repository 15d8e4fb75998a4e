#include "base/check.hpp"
#include "engine/imported_graph.hpp"
#include "passes/pipeline.hpp"
#include "passes/randomize_weights.hpp"

namespace fovea {

std::vector<std::string> layers_with_weights(const Model& model, const ProgramOptions& options) {
  passes::Notes notes;
  const ir::Graph graph = passes::run(passes::canonical_passes(), imported_graph(model, options), notes);
  FOVEA_CHECK(!graph.outputs().empty(), "the model has no output");
  return passes::layers_with_weights(graph);
}

}  // namespace fovea
