#pragma once

#include "onnx/file/node_reader.hpp"

#include <string>
#include <vector>

namespace fovea::onnx_export {

/// Why a node does not run on the GPU although the provider has the operator, and a form that does.
struct CudaLimit {
  std::string reason;
  std::string instead;  ///< empty if none is known
};

/// What ONNX Runtime's CUDA provider does not take of a node of ONNX's own domain because of its attributes
/// or optional inputs: for some it leaves the node to the CPU, for others the kernel refuses to run, or gives
/// wrong results. An empty reason if there is nothing. InputError for attributes of a wrong type.
/// `element_types` are those of the inputs (ModelPort::element_type), empty where unknown.
CudaLimit find_cuda_limit(const onnx_import::NodeReader& node, std::int64_t opset,
                          const std::vector<std::string>& element_types);

}  // namespace fovea::onnx_export
