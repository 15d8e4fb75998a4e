#pragma once

#include <cstdint>

/// Products y = a * w of matrices of which the right one is known when a program is compiled: it is packed
/// into panels then, so that a run reads it from front to back. oneDNN packs a right matrix in every run,
/// which takes a third of the time where it is large and has few rows to multiply.
namespace fovea::backend::onednn_detail {

/// a: [rows, depth], w: [depth, columns], y: [rows, columns].
struct PackedProduct {
  std::int64_t rows, depth, columns;
};

/// Whether a packed matrix serves: its columns fill whole panels, and there are rows enough for the kernel.
bool is_packable(const PackedProduct& product);

/// Writes w, of which the element (k, c) is values[k * row_step + c * column_step], as panels:
/// [columns / panel, depth, panel].
void pack_panels(const PackedProduct& product, const float* values, std::int64_t row_step,
                 std::int64_t column_step, float* panels);

/// y = a * w on the threads of the run. `a` and `y` are row-major, without gaps. Sums are taken in the same
/// order for any number of threads and of rows.
void multiply_packed(const PackedProduct& product, const float* a, const float* panels, float* y);

}  // namespace fovea::backend::onednn_detail
