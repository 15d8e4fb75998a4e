#pragma once

#include "fovea/tensor.hpp"

#include <memory>

namespace fovea {

/// Makes many tensors that live and end together, as a model's weights do, from few large pieces of memory:
/// the system hands those out in large pages, where single tensors would fault in page after page. A piece is
/// given back when the last of its tensors has ended.
class TensorPool {
public:
  /// Zero-filled, aligned to 64 bytes.
  Tensor make(DType dtype, const Shape& shape);
  /// The same elements in the pool's memory.
  Tensor copy(const Tensor& tensor);

private:
  std::shared_ptr<Tensor> piece_;
  std::size_t used_ = 0;
};

}  // namespace fovea
