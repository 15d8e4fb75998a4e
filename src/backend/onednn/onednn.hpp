#pragma once

#include "backend/backend.hpp"

namespace fovea::backend {

/// oneDNN's kernels, in float32; convolutions and matrix products multiply bfloat16 numbers on request, where
/// the processor does.
const Backend& onednn();

/// "2.6.0", of the oneDNN that is loaded, and the best instructions that it uses on this processor: "AVX2".
std::string onednn_version();
std::string onednn_instruction_set();

}  // namespace fovea::backend
