#include "onnx/file/stored_tensor.hpp"

#include <cstring>

namespace fovea::onnx_import {

Tensor StoredTensor::tensor(TensorPool& pool) const {
  if (!tensor_.empty())
    return tensor_;
  const void* address = elements_.bytes.data();
  if (reinterpret_cast<std::uintptr_t>(address) % size_of(dtype_) == 0)
    return Tensor::view(dtype_, shape_, {elements_.file, address});
  Tensor copy = pool.make(dtype_, shape_);
  std::memcpy(copy.raw(), address, elements_.bytes.size());
  elements_.file->release_pages(address, elements_.bytes.size());
  return copy;
}

Tensor StoredTensor::tensor() const {
  TensorPool pool;
  return tensor(pool);
}

}  // namespace fovea::onnx_import
