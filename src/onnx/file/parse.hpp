#pragma once

#include "base/mapped_file.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace fovea::onnx_import {

/// A model's messages, and the places of its weights' elements.
struct ParsedModel {
  std::shared_ptr<onnx::ModelProto> model;  ///< without the raw_data of the graph's initializers
  /// The raw_data of each initializer, in the file; none for one that stores its elements otherwise.
  std::vector<std::optional<std::string_view>> raw;
  std::shared_ptr<const MappedFile> file;
};

/// The messages of an ONNX file of up to 2 GB. ModelError when it cannot be read, is empty, is of another
/// kind (which is named where it is recognised), ends too early, or has no graph, no nodes or no operator
/// set.
ParsedModel parse_model(const std::string& path);

}  // namespace fovea::onnx_import
