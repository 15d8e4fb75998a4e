#include "backend/onednn/vector_level.hpp"

#include <oneapi/dnnl/dnnl.hpp>

#include <algorithm>
#include <atomic>

namespace fovea::backend::onednn_detail {
namespace {

std::atomic<VectorLevel> limit = VectorLevel::Avx512Bf16;

VectorLevel best_level() {
#if defined(__x86_64__)
  // The bits of an instruction set are among those of each that holds it.
  const auto has = [usable = static_cast<unsigned>(dnnl::get_effective_cpu_isa())](dnnl::cpu_isa isa) {
    return (usable & static_cast<unsigned>(isa)) == static_cast<unsigned>(isa);
  };
  if (!has(dnnl::cpu_isa::avx2) || !__builtin_cpu_supports("avx2"))
    return VectorLevel::Plain;
  if (!has(dnnl::cpu_isa::avx512_core) || !__builtin_cpu_supports("avx512f") ||
      !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl"))
    return VectorLevel::Avx2;
  if (!has(dnnl::cpu_isa::avx512_core_bf16) || !__builtin_cpu_supports("avx512bf16"))
    return VectorLevel::Avx512;
  return VectorLevel::Avx512Bf16;
#else
  return VectorLevel::Plain;
#endif
}

}  // namespace

VectorLevel vector_level() {
  static const VectorLevel best = best_level();
  return std::min(best, limit.load(std::memory_order_relaxed));
}

void limit_vector_level(VectorLevel level) {
  limit.store(level, std::memory_order_relaxed);
}

}  // namespace fovea::backend::onednn_detail
