#pragma once

#include "backend/backend.hpp"
#include "engine/pipeline.hpp"
#include "fovea/program.hpp"

namespace fovea {

struct Program::Impl {
  ProgramOptions options;
  std::vector<TensorInfo> inputs, outputs;
  ScoreHead head;
  bool has_further_scores = false;
  std::optional<RegionScores> region_scores;
  std::vector<WrtValues> wrt;          ///< one for each backward pass
  std::vector<TensorInfo> bias_terms;  ///< outputs behind the first pass's gradients
  Attention attention;
  ProgramReport report;
  std::string text;  ///< the graph that was lowered
  const backend::Backend* backend = nullptr;
  backend::Lowering lowering;
  /// The backend's copy of each constant buffer; null for other buffers, and if steps read the host's memory.
  std::vector<std::shared_ptr<void>> constants;
  std::vector<std::size_t> offsets;  ///< of every buffer in the arena; meaningful for those of kind Arena
};

/// Gives the engine access to the implementation of a Program.
struct ProgramAccess {
  using Impl = Program::Impl;
  static const Impl& impl(const Program& program) { return *program.impl_; }
  static std::shared_ptr<const Program> program(std::unique_ptr<const Impl> impl);
};
using ProgramImpl = ProgramAccess::Impl;

}  // namespace fovea
