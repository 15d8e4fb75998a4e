#pragma once

/// Which vector instructions fovea's own kernels use. They are chosen at run time, so that one build runs on
/// every processor of its architecture; no file is compiled for more than the architecture's minimum.
namespace fovea::backend::onednn_detail {

/// In rising order; each holds those before it. Other architectures than x86-64 have Plain alone.
enum class VectorLevel { Plain, Avx2, Avx512, Avx512Bf16 };

/// The best level that the processor, its operating system and oneDNN's own limit (which its user may set by
/// the environment variable ONEDNN_MAX_CPU_ISA) have in common, and at most what `limit_vector_level` allows.
VectorLevel vector_level();

/// Makes `vector_level` give at most `level`, in the whole process and from now on. For tests.
void limit_vector_level(VectorLevel level);

}  // namespace fovea::backend::onednn_detail
