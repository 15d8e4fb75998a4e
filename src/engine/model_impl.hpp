#pragma once

#include "fovea/model.hpp"
#include "onnx/file/file.hpp"

namespace fovea {

struct Model::Impl {
  std::shared_ptr<const onnx_import::OnnxFile> file;
  std::vector<ModelPort> outputs;  ///< of the file, with open extents of the first filled in
  Labels labels;
  std::optional<Preprocessing> preprocessing;
  std::vector<std::string> warnings;
  std::int64_t max_memory = 0;  ///< see LoadOptions
};

/// Gives the engine access to the implementation of a Model.
struct ModelAccess {
  static const auto& impl(const Model& model) { return *model.impl_; }
};

}  // namespace fovea
