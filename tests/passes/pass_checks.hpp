#pragma once

#include "passes/pipeline.hpp"

namespace fovea::test {

using RunPass = ir::Graph (*)(const ir::Graph&, passes::Notes&);

ir::Graph parse(const std::string& text);

/// The result of a pass, verified.
ir::Graph made_by(RunPass pass, const ir::Graph& before, passes::Notes* notes = nullptr);

/// The textual form of what the pass makes of `before`, against that of `after`.
void expect_pass(RunPass pass, const std::string& before, const std::string& after);

/// Normal values for a graph's inputs, always the same.
std::vector<Tensor> random_inputs(const ir::Graph& graph);

/// The result of a pass, after checking that it changes no number and no output's name.
ir::Graph same_values_after(RunPass pass, const std::string& text);

}  // namespace fovea::test
