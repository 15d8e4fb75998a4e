#pragma once

#include "base/random.hpp"
#include "fovea/measures.hpp"
#include "support/temporary_folder.hpp"

namespace fovea::test {

inline Tensor normal_tensor(const Shape& shape, std::uint64_t seed) {
  Tensor tensor(DType::F32, shape);
  Random random(seed);
  for (float& value : tensor.data<float>())
    value = static_cast<float>(random.normal());
  return tensor;
}

/// A picture of three channels and a score w . x, of which every pixel contributes a known part.
struct LinearCase {
  LinearCase(std::int64_t height, std::int64_t width)
      : picture(normal_tensor({3, height, width}, 1)), weights(normal_tensor({3, height, width}, 2)),
        baseline(normal_tensor({3, height, width}, 3)) {
    score = [weights = weights](std::span<const float> pictures, std::int64_t) {
      const auto w = weights.data<float>();
      std::vector<double> scores;
      for (std::size_t first = 0; first < pictures.size(); first += w.size()) {
        double sum = 0;
        for (std::size_t i = 0; i < w.size(); ++i)
          sum += static_cast<double>(w[i]) * static_cast<double>(pictures[first + i]);
        scores.push_back(sum);
      }
      return scores;
    };
  }

  /// What each pixel contributes to the difference of the scores of picture and baseline, times a factor.
  Tensor contributions(double factor = 1) const {
    Tensor map(DType::F32, {picture.shape()[1], picture.shape()[2]});
    const auto values = map.data<float>();
    for (std::size_t i = 0; i < static_cast<std::size_t>(picture.elements()); ++i)
      values[i % values.size()] += static_cast<float>(
          factor * static_cast<double>(weights.data<float>()[i]) *
          (static_cast<double>(picture.data<float>()[i]) - static_cast<double>(baseline.data<float>()[i])));
    return map;
  }

  Tensor picture, weights, baseline;
  ScorePictures score;
};

}  // namespace fovea::test
