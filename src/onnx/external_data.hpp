#pragma once

#include "onnx/stored_tensor.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <vector>

namespace onnx {
class TensorProto;
}

namespace fovea::onnx_import {

/// The external files of one model, each mapped once.
class ExternalFiles {
public:
  explicit ExternalFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The bytes of a tensor that a model keeps in a file beside it. The file must lie inside the model's
  /// folder, also after following symbolic links. `expected` is the number of bytes that the tensor's shape
  /// asks for. InputError otherwise, naming the file.
  FileBytes read(const onnx::TensorProto& message, std::uint64_t expected);
  std::vector<std::shared_ptr<const MappedFile>> files() const;

private:
  std::filesystem::path folder_;
  std::map<std::filesystem::path, std::shared_ptr<const MappedFile>> files_;
};

}  // namespace fovea::onnx_import
