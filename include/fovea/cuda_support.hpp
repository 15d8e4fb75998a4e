#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// A node of an ONNX file, and whether ONNX Runtime's CUDA provider runs it.
struct CudaNode {
  std::string node;           ///< its name, or that of its first output if it has none
  std::string operator_name;  ///< with its domain if that is not ONNX's own
  /// Why not: ONNX Runtime leaves the node to the CPU, or the provider's kernel refuses it or is known to
  /// give wrong results. Empty if the provider runs it.
  std::string reason;
  std::string instead;  ///< a form that the provider runs; empty if it does, or if none is known
};

/// Which nodes of an ONNX file ONNX Runtime runs on an NVIDIA GPU, by the list of operators that it publishes
/// and the limits of attributes that its sources state. ONNX Runtime itself may keep small integer
/// computations that follow Shape on the CPU, and folds constants before it chooses; neither is counted.
struct CudaSupport {
  std::string version, date;    ///< of the ONNX Runtime whose list it is: "1.21.0", "2025-03-06"
  std::int64_t opset = 0;       ///< of the file
  std::int64_t last_opset = 0;  ///< the newest of the list; a newer file's nodes are judged as of this one
  /// All nodes in the order of the file, with those of branches, loop bodies and functions.
  std::vector<CudaNode> nodes;

  /// The number of nodes with a reason.
  std::int64_t gaps() const;
};

/// Judges an ONNX file by its bytes. InputError if they are no ONNX file, ModelError for an attribute of a
/// wrong type.
CudaSupport cuda_support(std::string_view onnx);
/// Judges a file; weights in other files need not be there. ModelError if it is no ONNX file.
CudaSupport cuda_support_of_file(const std::string& path);

}  // namespace fovea
