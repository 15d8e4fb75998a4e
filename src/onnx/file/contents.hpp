#pragma once

#include "fovea/error.hpp"
#include "onnx/file/file.hpp"
#include "onnx/file/flatten.hpp"
#include "onnx/file/stored_tensor.hpp"

#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace fovea::onnx_import {

/// The contents of a file from which graphs are made.
struct OnnxFile::Contents {
  std::shared_ptr<const onnx::ModelProto> model;  ///< without the elements of its weights
  std::map<std::string, StoredTensor> weights;    ///< initializers and Constant nodes by value name
  /// Values that cannot be used, with the reason: a weight with NaN or of an unknown type, a value that two
  /// nodes write. It is an error for whatever needs them: see find_needs.
  std::map<std::string, ModelError> faults;
  std::vector<std::shared_ptr<const MappedFile>>
      files;  ///< the files that hold weights: the model's and external ones
  std::vector<std::shared_ptr<const CustomOperator>> operators;  ///< the caller's own
  std::map<std::string, int>
      element_types;  ///< ONNX element types of inputs, initializers, constants and casts
  std::unordered_map<std::string, int> writers;  ///< index of the node that writes each value
  std::vector<NodeScope> scopes;                 ///< one for each node of the graph
  std::vector<int> order;                        ///< all nodes that are not on a cycle, in order of execution
  std::set<int> constants;                       ///< indices of Constant nodes whose value was read
  std::set<std::string> read;                    ///< names that a node or the graph's outputs read
  std::vector<int> input_types;                  ///< ONNX element types of OnnxFile::inputs
  std::set<std::string> inputs_without_shape;    ///< inputs whose rank is not declared
};

}  // namespace fovea::onnx_import
