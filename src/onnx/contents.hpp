#pragma once

#include "onnx/file.hpp"
#include "onnx/stored_tensor.hpp"

#include <map>
#include <memory>
#include <set>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace fovea::onnx_import {

/// What the graphs of one file are made from.
struct OnnxFile::Contents {
  std::shared_ptr<const onnx::ModelProto> model;  ///< without the elements of its weights
  std::map<std::string, StoredTensor> weights;    ///< initializers and Constant nodes by value name
  std::vector<std::shared_ptr<const MappedFile>>
      files;  ///< where weights are left: the model's and external ones
  std::vector<std::shared_ptr<const CustomOperator>> operators;  ///< the caller's own
  std::map<std::string, int> element_types;    ///< ONNX's, of inputs, initializers, constants and casts
  std::vector<int> order;                      ///< the other nodes' indices, each after those it reads from
  std::set<std::string> read;                  ///< names that a node or the graph's outputs read
  std::vector<int> input_types;                ///< ONNX element types of OnnxFile::inputs
  std::set<std::string> inputs_without_shape;  ///< inputs whose rank is not declared
};

}  // namespace fovea::onnx_import
