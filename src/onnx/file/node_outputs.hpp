#pragma once

#include "fovea/library.hpp"
#include "onnx/file/file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fovea::onnx_import {

/// A named value that a node of a file computes.
struct NodeOutput {
  std::string value;
  std::string node;  ///< the node's name, or that of its first output if it has none
  std::string operator_name;
  std::size_t position = 0;  ///< the node's place in the order of computation
};

/// The outputs of all nodes, in the order of computation.
std::vector<NodeOutput> node_outputs(const OnnxFile& file);

/// A note if several things have that name (nodes, or a value and another node), saying which of them
/// `value_named` takes and by what names the others can be selected. None otherwise.
std::optional<Note> ambiguity_of(const OnnxFile& file, const std::string& name);

/// The value of that name, which may be an output, an input or a weight, or else the first output of the node
/// of that name; InputError that lists the nearest names.
std::string value_named(const OnnxFile& file, const std::string& name);

}  // namespace fovea::onnx_import
