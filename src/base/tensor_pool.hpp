#pragma once

#include "fovea/tensor.hpp"

#include <memory>

namespace fovea {

/// Allocates tensors that live and end together, such as a model's weights, from a few large pieces of
/// memory, which the system provides in large pages; separate tensors would cause a page fault for every
/// page. A piece is freed when the last of its tensors has ended.
class TensorPool {
public:
  /// Zero-filled, aligned to 64 bytes.
  Tensor make(DType dtype, const Shape& shape);
  /// A copy of the tensor in the pool's memory.
  Tensor copy(const Tensor& tensor);

private:
  std::shared_ptr<Tensor> piece_;
  std::size_t used_ = 0;
};

}  // namespace fovea
