#pragma once

#include "backend/backend.hpp"
#include "fovea/program.hpp"

namespace fovea {

/// Compiles for the first of these backends that does not refuse the model; ProgramOptions::backend is
/// ignored. A note says why backends refused it.
std::shared_ptr<const Program> compile_on(std::span<const backend::Backend* const> backends,
                                          const Model& model, const ProgramOptions& options);

}  // namespace fovea
