#include "backend/backend.hpp"

namespace fovea::backend {
namespace {

std::shared_ptr<void> take(std::size_t bytes) {
  const auto memory = std::make_shared<Tensor>(DType::F32, Shape{static_cast<std::int64_t>((bytes + 3) / 4)});
  return {memory, memory->raw()};
}

}  // namespace

Memory host_memory() {
  return {.take = take};
}

}  // namespace fovea::backend
