#pragma once

#include "fovea/cuda_support.hpp"

#include <string>

namespace onnx {
class ModelProto;
}

namespace fovea::onnx_export {

/// Judges every node of a model, those of branches, loop bodies and called functions too (a call itself is no
/// node: ONNX Runtime replaces it by the function's body). Element types are followed from inputs, weights
/// and declared values through the signatures of operators; where they are lost, any type counts as right.
/// ModelError with that path for attributes of a wrong type.
CudaSupport judge_cuda_support(const onnx::ModelProto& model, const std::string& path);

}  // namespace fovea::onnx_export
