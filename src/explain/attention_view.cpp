#include "explain/attention_view.hpp"

#include "base/check.hpp"
#include "fovea/localize.hpp"

#include <algorithm>

namespace fovea {

void check_blocks(const Attention& attention, const MethodOptions& options) {
  const auto layers = static_cast<std::int64_t>(attention.layers.size());
  FOVEA_CHECK(options.blocks <= layers,
              "the last {} blocks are asked for, and the network has {} attention layers", options.blocks,
              layers);
}

std::span<const AttentionMatrices> last_layers(const AttentionView& view, const MethodOptions& options) {
  const std::size_t count = options.blocks > 0
                                ? std::min(static_cast<std::size_t>(options.blocks), view.layers.size())
                                : view.layers.size();
  return std::span(view.layers).last(count);
}

std::string blocks_text(const MethodOptions& options) {
  return options.blocks == 0   ? "all blocks"
         : options.blocks == 1 ? "the last block"
                               : fmt::format("the last {} blocks", options.blocks);
}

std::vector<double> read_tokens(const Attention& attention) {
  std::vector<double> row(static_cast<std::size_t>(attention.layers.front().layout.tokens()), 0.0);
  for (const std::int64_t token : attention.read)
    row[static_cast<std::size_t>(token)] = 1 / static_cast<double>(attention.read.size());
  return row;
}

Tensor map_of_patches(const Attention& attention, std::span<const double> tokens, const Shape& picture) {
  Tensor map(DType::F32, {attention.height, attention.width});
  std::transform(
      attention.patches.begin(), attention.patches.end(), map.data<float>().begin(),
      [&](std::int64_t token) { return static_cast<float>(tokens[static_cast<std::size_t>(token)]); });
  return resize_map(map, picture[2], picture[1]).reshaped({1, picture[1], picture[2]});
}

}  // namespace fovea
