#pragma once

#include "fovea/explain.hpp"

#include <span>
#include <vector>

/// What methods read of a transformer's attention, for one picture.
namespace fovea {

/// The probabilities of one attention layer and, where a backward pass was asked for, their gradients.
class AttentionMatrices {
public:
  AttentionMatrices(const AttentionLayout& layout, std::int64_t picture, std::span<const float> values,
                    std::span<const float> gradients)
      : layout_(&layout), start_(layout.picture_offsets[static_cast<std::size_t>(picture)]), values_(values),
        gradients_(gradients) {}

  std::int64_t heads() const { return layout_->heads(); }
  std::int64_t tokens() const { return layout_->tokens(); }
  /// How much a query takes of a key, 0..1.
  double value(std::int64_t head, std::int64_t query, std::int64_t key) const {
    return values_[at(head, query, key)];
  }
  /// The derivative of the score by that.
  double gradient(std::int64_t head, std::int64_t query, std::int64_t key) const {
    return gradients_[at(head, query, key)];
  }

private:
  std::size_t at(std::int64_t head, std::int64_t query, std::int64_t key) const {
    return static_cast<std::size_t>(start_ + layout_->head_offsets[static_cast<std::size_t>(head)] +
                                    layout_->query_offsets[static_cast<std::size_t>(query)] +
                                    layout_->key_offsets[static_cast<std::size_t>(key)]);
  }

  const AttentionLayout* layout_;
  std::int64_t start_;
  std::span<const float> values_, gradients_;
};

/// All layers of one picture.
struct AttentionView {
  const Attention* attention;
  std::vector<AttentionMatrices> layers;

  std::int64_t tokens() const { return layers.front().tokens(); }
};

/// The last layers of a network, as many as MethodOptions::blocks says.
std::span<const AttentionMatrices> last_layers(const AttentionView& view, const MethodOptions& options);

/// InputError unless a network of so many attention layers has as many as MethodOptions::blocks.
void check_blocks(const Attention& attention, const MethodOptions& options);

/// "the last 3 blocks", or "all blocks".
std::string blocks_text(const MethodOptions& options);

/// One for each token that the scores read, divided by their number; 0 for all others.
std::vector<double> read_tokens(const Attention& attention);

/// The values of the patches among the tokens, at the picture's size: [1,H,W] for a picture [C,H,W].
Tensor map_of_patches(const Attention& attention, std::span<const double> tokens, const Shape& picture);

}  // namespace fovea
