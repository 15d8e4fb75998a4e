#pragma once

#include "onnx/file/contents.hpp"
#include "onnx/import/import.hpp"
#include "onnx/import/translate.hpp"

#include <vector>

namespace fovea::onnx_import {

struct InputShapes {
  std::vector<Shape> shapes;  ///< one for each of OnnxFile::inputs, in the file's layout
  std::size_t picture = 0;    ///< index of the picture; the number of inputs when there is none
  Rebatch rebatch;
};

/// The concrete shapes of a file's inputs under the options; `needed` marks the needed inputs; the shapes of
/// others are empty. The picture is the only input that is needed, or else the first of them of rank 4; its
/// first extent is the batch. InputError for extents that stay unknown and for options that do not fit the
/// inputs.
InputShapes resolve_input_shapes(const OnnxFile& file, const ImportOptions& options,
                                 const std::vector<bool>& needed);

}  // namespace fovea::onnx_import
