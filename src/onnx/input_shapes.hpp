#pragma once

#include "onnx/contents.hpp"
#include "onnx/import.hpp"
#include "onnx/translate.hpp"

#include <vector>

namespace fovea::onnx_import {

struct InputShapes {
  std::vector<Shape> shapes;  ///< one for each of OnnxFile::inputs
  Rebatch rebatch;
};

/// The concrete shapes of a file's inputs under the options. The picture is the only input, or else the first
/// of rank 4; its first extent is the batch. InputError for extents that stay unknown and for options that do
/// not fit the inputs.
InputShapes resolve_input_shapes(const OnnxFile& file, const ImportOptions& options);

}  // namespace fovea::onnx_import
