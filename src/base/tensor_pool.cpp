#include "base/tensor_pool.hpp"

#include <cstring>

namespace fovea {
namespace {

constexpr std::size_t kPiece = std::size_t{32} << 20;
constexpr std::size_t kAlignment = 64;

}  // namespace

Tensor TensorPool::make(DType dtype, const Shape& shape) {
  const std::size_t bytes = static_cast<std::size_t>(shape.elements()) * size_of(dtype);
  if (bytes > kPiece / 4)
    return {dtype, shape};
  const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  if (!piece_ || used_ + rounded > piece_->bytes()) {
    piece_ = std::make_shared<Tensor>(DType::F32, Shape{static_cast<std::int64_t>(kPiece / sizeof(float))});
    used_ = 0;
  }
  const void* address = static_cast<const std::byte*>(piece_->raw()) + used_;
  used_ += rounded;
  return Tensor::view(dtype, shape, std::shared_ptr<const void>(piece_, address));
}

Tensor TensorPool::copy(const Tensor& tensor) {
  Tensor made = make(tensor.dtype(), tensor.shape());
  if (tensor.bytes() > 0)
    std::memcpy(made.raw(), tensor.raw(), tensor.bytes());
  return made;
}

}  // namespace fovea
