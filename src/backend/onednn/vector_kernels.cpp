#include "backend/onednn/vector_kernels.hpp"

#include "backend/onednn/vector_level.hpp"

namespace fovea::backend::onednn_detail {

const VectorKernels& vector_kernels() {
#if defined(__x86_64__)
  if (vector_level() >= VectorLevel::Avx512)
    return avx512::kernels;
  if (vector_level() >= VectorLevel::Avx2)
    return avx2::kernels;
#endif
  return plain::kernels;
}

}  // namespace fovea::backend::onednn_detail
