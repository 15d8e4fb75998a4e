#include "backend/onednn/vector_kernels.hpp"

#include "backend/onednn/matrix_kernels.hpp"
#include "backend/onednn/vector_level.hpp"
#include "backend/onednn/winograd_kernels.hpp"

namespace fovea::backend::onednn_detail {
namespace {

template <class Kernels>
const Kernels& for_level([[maybe_unused]] const Kernels& avx512, [[maybe_unused]] const Kernels& avx2,
                         const Kernels& plain) {
#if defined(__x86_64__)
  if (vector_level() >= VectorLevel::Avx512)
    return avx512;
  if (vector_level() >= VectorLevel::Avx2)
    return avx2;
#endif
  return plain;
}

}  // namespace

const VectorKernels& vector_kernels() {
  return for_level(avx512::kernels, avx2::kernels, plain::kernels);
}

const MatrixKernels& matrix_kernels() {
  return for_level(avx512::matrices, avx2::matrices, plain::matrices);
}

const WinogradKernels& winograd_kernels() {
  return for_level(avx512::winograd, avx2::winograd, plain::winograd);
}

}  // namespace fovea::backend::onednn_detail
