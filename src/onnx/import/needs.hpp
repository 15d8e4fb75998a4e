#pragma once

#include "fovea/library.hpp"
#include "onnx/file/contents.hpp"
#include "onnx/file/node_reader.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fovea::onnx_import {

/// What some values of a file are computed from. Only this must be intact and supported: a damaged weight, an
/// unsupported operator or an input that is no tensor is harmless elsewhere.
struct Needs {
  std::vector<int> order;          ///< indices of the nodes, each after those it reads from
  std::set<std::string> read;      ///< names of the values that these nodes read, and the wanted ones
  std::vector<bool> inputs;        ///< for each of OnnxFile::inputs, whether it is needed
  std::vector<ModelError> faults;  ///< damage that was found; the nodes cannot be computed then
  std::vector<UnsupportedNode> unsupported;  ///< nodes that cannot be run

  bool computable() const { return faults.empty() && unsupported.empty(); }
  /// ModelError: the first fault, or all unsupported nodes at once.
  void check(const std::string& path) const;
};

/// The needs of the named values (not nodes).
Needs find_needs(const OnnxFile& file, const OnnxFile::Contents& contents,
                 const std::vector<std::string>& values);
Needs find_needs(const OnnxFile& file, const std::vector<std::string>& values);

/// The outputs of a file that can be computed, judging by its nodes alone.
std::vector<std::string> computable_outputs(const OnnxFile& file);

/// The reason why fovea cannot run a node; empty if it can. InputError for an attribute of a wrong type.
std::string why_unsupported(const NodeReader& node, const OnnxFile::Contents& contents, std::int64_t opset);

/// A note on parts of a file that the named values do not need, apart from nodes without effect: outputs
/// (unless `outputs_matter` is false), unsupported nodes, damaged weights. None if there are no such parts.
std::optional<Note> note_ignored(const OnnxFile& file, const std::vector<std::string>& values,
                                 bool outputs_matter);

}  // namespace fovea::onnx_import
