#pragma once

#include "fovea/note.hpp"
#include "onnx/file/contents.hpp"
#include "onnx/file/node_reader.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fovea::onnx_import {

/// What some values of a file are computed from. Only that has to be in order and understood: a damaged
/// weight, an unsupported operator or an input that is no tensor does no harm anywhere else.
struct Needs {
  std::vector<int> order;          ///< indices of the nodes, each after those it reads from
  std::set<std::string> read;      ///< names of the values that these nodes read, and the wanted ones
  std::vector<bool> inputs;        ///< for each of OnnxFile::inputs, whether it is needed
  std::vector<ModelError> faults;  ///< damage that was met; the order is not computable then
  std::vector<UnsupportedNode> unsupported;  ///< nodes that cannot be run

  bool computable() const { return faults.empty() && unsupported.empty(); }
  /// ModelError: the first fault, or all unsupported nodes at once.
  void check(const std::string& path) const;
};

/// What the named values (not nodes) are computed from.
Needs find_needs(const OnnxFile& file, const OnnxFile::Contents& contents,
                 const std::vector<std::string>& values);
Needs find_needs(const OnnxFile& file, const std::vector<std::string>& values);

/// The outputs of a file that can be computed as far as its nodes alone can tell.
std::vector<std::string> computable_outputs(const OnnxFile& file);

/// Why fovea cannot run a node; empty when it can. InputError for an attribute of a wrong type.
std::string why_unsupported(const NodeReader& node, const OnnxFile::Contents& contents, std::int64_t opset);

/// What of a file the named values do not need, where that is more than nodes without effect: outputs (unless
/// `outputs_matter` is false), nodes that cannot be run, damaged weights. None where there is nothing of that
/// kind.
std::optional<Note> note_ignored(const OnnxFile& file, const std::vector<std::string>& values,
                                 bool outputs_matter);

}  // namespace fovea::onnx_import
