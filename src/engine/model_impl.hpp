#pragma once

#include "fovea/model.hpp"
#include "onnx/file/file.hpp"

namespace fovea {

struct Model::Impl {
  std::shared_ptr<const onnx_import::OnnxFile> file;
  std::vector<ModelPort> outputs;  ///< of the file, with what it does not say of the first
  Labels labels;
  std::optional<Preprocessing> preprocessing;
  std::vector<std::string> warnings;
  std::int64_t max_memory = 0;  ///< as LoadOptions has it
};

/// What the engine sees of a Model and its users do not.
struct ModelAccess {
  static const auto& impl(const Model& model) { return *model.impl_; }
};

}  // namespace fovea
