#include "engine/forward_graph.hpp"
#include "passes/randomize_weights.hpp"

namespace fovea {

std::vector<std::string> layers_with_weights(const Model& model, const ProgramOptions& options) {
  passes::Notes notes;
  return passes::layers_with_weights(forward_graph(model, options, notes).graph);
}

}  // namespace fovea
