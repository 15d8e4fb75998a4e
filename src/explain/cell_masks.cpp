#include "explain/cell_masks.hpp"

#include "base/check.hpp"
#include "explain/session_batches.hpp"
#include "fovea/localize.hpp"

#include <algorithm>

namespace fovea {

CellMasks::CellMasks(std::int64_t height, std::int64_t width, std::int64_t cells)
    : height_(height), width_(width), cells_(cells) {
  const std::int64_t most = std::min(height, width);
  FOVEA_CHECK(cells >= 1 && cells <= most, "{} cells a side over pictures of {}x{} pixels: expected 1 to {}",
              cells, width, height, most);
}

std::vector<double> CellMasks::values(Session& session, const Tensor& input, const Tensor& baseline,
                                      std::int64_t masks,
                                      const std::function<std::vector<float>(std::int64_t)>& shown,
                                      const ExplainedScore& target, const SampleProgress& progress) const {
  const auto x = input.data<float>(), b = baseline.data<float>();
  const auto channels = static_cast<std::size_t>(input.shape()[0]);
  const auto pixels = static_cast<std::size_t>(height_ * width_);
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(masks));
  run_batched(
      session, masks, target,
      [&](std::int64_t i, std::int64_t, std::span<float> picture) {
        const std::vector<float> mask = shown(i);
        for (std::int64_t y = 0; y < height_; ++y)
          for (std::int64_t column = 0; column < width_; ++column) {
            const std::int64_t cell = y * cells_ / height_ * cells_ + column * cells_ / width_;
            const float share = mask[static_cast<std::size_t>(cell)];
            for (std::size_t c = 0; c < channels; ++c) {
              const std::size_t at = c * pixels + static_cast<std::size_t>(y * width_ + column);
              picture[at] = share == 1 ? x[at] : b[at] + share * (x[at] - b[at]);
            }
          }
      },
      [&](const HeldSamples& held) {
        for (std::int64_t n = 0; n < held.count; ++n)
          values.push_back(value_of(scores_of(session, n), target));
      },
      progress);
  return values;
}

Tensor CellMasks::map(std::span<const double> values) const {
  Tensor grid(DType::F32, {cells_, cells_});
  std::transform(values.begin(), values.end(), grid.data<float>().begin(),
                 [](double value) { return static_cast<float>(value); });
  return resize_map(grid, width_, height_).reshaped({1, height_, width_});
}

}  // namespace fovea
