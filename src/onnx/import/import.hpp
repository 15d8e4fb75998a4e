#pragma once

#include "fovea/error.hpp"
#include "ir/graph.hpp"
#include "onnx/file/file.hpp"

#include <variant>

namespace fovea::onnx_import {

struct ImportOptions {
  /// The graph's outputs in their order: names of values (outputs or others), or of nodes, which stand for
  /// their first output. Empty: every output of the file. Only what these need is read, checked and
  /// translated; other inputs except the picture are left out.
  std::vector<std::string> wanted = {};
  /// The type of all floating tensors.
  DType floating = DType::F32;
  /// First extent of the picture input (and of every input whose first extent is symbolic). A batch that the
  /// file fixes is changed, too, in the declared extent and in the first number of Reshape targets that
  /// repeat it.
  std::int64_t batch = 1;
  /// Extents of a picture whose size is symbolic; 0: not given.
  std::int64_t height = 0;
  std::int64_t width = 0;
  /// The form in which the graph takes the picture.
  enum class Picture {
    AsInFile,
    Canonical,  ///< [N,C,H,W]; a Transpose or a Reshape converts it to the file's form
  } picture = Picture::AsInFile;
  /// A picture of whole numbers enters the graph as floating-point numbers, so that it can be differentiated.
  bool floating_picture = false;
  /// Full shapes, in the file's layout, by input name (an empty name means the only input); they override all
  /// of the above.
  std::vector<std::pair<std::string, Shape>> shapes = {};
};

/// The canonical graph of a file at concrete shapes: translated operator by operator, shape arithmetic folded
/// away. ModelError that names the node and operator, or all unsupported nodes at once, and for a name of
/// ImportOptions::wanted that the file does not have.
ir::Graph import_graph(const OnnxFile& file, const ImportOptions& options);
/// The same with the error as a value, for callers that have an alternative if a model does not fit.
std::variant<ir::Graph, ModelError> try_import_graph(const OnnxFile& file, const ImportOptions& options);

}  // namespace fovea::onnx_import
