#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

/// The features by which pictures are compared, one vector for each picture. A picture without results has
/// none.
using Features = std::vector<float>;

/// The mean cosine similarity of the k-th vector to all others, and d(that)/d(the k-th vector) in `gradient`.
/// Zero or missing vectors have similarity 0.
double similarity_to_others(std::span<const Features> all, std::size_t k, Features& gradient);

/// The Gram matrix [C,C] of a picture's layer [C,P]: G_ab = 1/P sum_p A_ap A_bp over the P positions.
Features gram_matrix(std::int64_t channels, std::span<const float> layer);
/// d(objective)/d(layer) from d(objective)/d(Gram matrix), which is symmetric.
void pull_back_gram(std::int64_t channels, std::span<const float> layer, const Features& gram_gradient,
                    std::span<float> gradient);

/// The means of every channel over at most 16 x 16 cells of a [C,H,W] picture.
Features coarse_picture(std::span<const float> picture, std::int64_t height, std::int64_t width);
/// d(objective)/d(picture) from d(objective)/d(coarse picture).
void pull_back_coarse(const Features& coarse_gradient, std::int64_t height, std::int64_t width,
                      std::span<float> gradient);

}  // namespace fovea
