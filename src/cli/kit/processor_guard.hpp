#pragma once

#include <cstdint>

namespace fovea::cli {

/// The instructions that the program's files were compiled for (base/processor.hpp); main.cpp defines it.
extern const std::uint32_t kInstructionsOfProgram;

}  // namespace fovea::cli
