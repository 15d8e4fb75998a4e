#pragma once

#include "backend/backend.hpp"
#include "fovea/program.hpp"
#include "plan/memory_plan.hpp"

namespace fovea {

struct Program::Impl {
  ProgramOptions options;
  std::vector<TensorInfo> inputs, outputs;
  ScoreHead head;
  bool has_further_scores = false;
  TensorInfo gradient;  ///< of what is differentiated with respect to
  ProgramReport report;
  std::string text;  ///< the graph that was lowered
  backend::Lowering lowering;
  std::vector<std::size_t> offsets;  ///< of every buffer in the arena; meaningful for those of kind Arena
  bool differentiated = false;
};

}  // namespace fovea
