#pragma once

#include "base/mapped_file.hpp"
#include "base/tensor_pool.hpp"
#include "fovea/tensor.hpp"

#include <memory>

namespace fovea::onnx_import {

/// Bytes of a file, with a reference that keeps it alive.
struct FileBytes {
  std::shared_ptr<const MappedFile> file;
  std::string_view bytes;
};

/// A weight as stored in its file: a tensor, or elements that are still in the file.
class StoredTensor {
public:
  StoredTensor(Tensor tensor)  // NOLINT: a tensor is a stored tensor
      : dtype_(tensor.dtype()), shape_(tensor.shape()), tensor_(std::move(tensor)) {}
  /// The elements are little-endian, row-major and as many as the shape asks for; they may lie at any
  /// address.
  StoredTensor(DType dtype, Shape shape, FileBytes elements)
      : dtype_(dtype), shape_(std::move(shape)), elements_(std::move(elements)) {}

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  std::int64_t elements() const { return shape_.elements(); }
  /// A view of the file's own bytes if they are aligned, else a copy in the pool: ONNX files store weights at
  /// unaligned addresses.
  Tensor tensor(TensorPool& pool) const;
  Tensor tensor() const;

private:
  DType dtype_;
  Shape shape_;
  Tensor tensor_;
  FileBytes elements_;
};

}  // namespace fovea::onnx_import
