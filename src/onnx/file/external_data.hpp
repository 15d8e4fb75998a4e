#pragma once

#include "onnx/file/stored_tensor.hpp"

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
  /// The external files of the model at that path.
  explicit ExternalFiles(std::filesystem::path model) : model_(std::move(model)) {}

  /// The bytes of a tensor that a model stores in an external file; its shape requires `expected` bytes. The
  /// location is relative to the folder of the model's path, or else to the folder of the file that this path
  /// leads to through symbolic links; an absolute one, or one with "..", is refused. The file itself, after
  /// following all links, must lie inside one of these two folders: in Hugging Face's cache model and data
  /// are links in snapshots/REVISION to files in blobs. A missing offset is 0; a missing length is what the
  /// shape requires. InputError otherwise, naming the file.
  FileBytes read(const onnx::TensorProto& message, std::uint64_t expected);
  std::vector<std::shared_ptr<const MappedFile>> files() const;

private:
  std::filesystem::path model_;
  std::map<std::filesystem::path, std::shared_ptr<const MappedFile>> files_;
};

}  // namespace fovea::onnx_import
