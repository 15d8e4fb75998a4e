#pragma once

#include "fovea/measures.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

/// InputError unless `picture` is a network input [C,H,W] F32.
void check_picture(const Tensor& picture);
/// InputError unless `map` is [H,W], and `baseline` [C,H,W], with the picture's sides.
void check_covers(const Tensor& picture, const Tensor& map);
void check_baseline(const Tensor& picture, const Tensor& baseline);

/// The range of a picture's values: the largest less the smallest.
double range_of(const Tensor& picture);

/// Scores pictures in the order in which they are added, `batch` at a time, so that memory does not depend on
/// their number.
class PictureBatch {
public:
  /// InputError for a batch below 1.
  PictureBatch(const ScorePictures& score, std::size_t picture_elements, std::int64_t batch);

  /// Returns the picture's place among the scores.
  std::size_t add(std::span<const float> picture);
  /// The scores of all pictures added so far, of which those of a batch that is not full are computed now.
  /// InputError unless each call returned one finite score for each picture.
  const std::vector<double>& scores();

private:
  void flush();

  const ScorePictures& score_;
  std::size_t elements_;
  std::size_t capacity_;
  std::vector<float> waiting_;
  std::vector<double> scores_;
  std::size_t added_ = 0;
};

/// The indices y * W + x of pixels that are replaced together.
using PixelSet = std::vector<std::uint32_t>;

/// Copies pixel `pixel` of all channels.
inline void copy_pixel(std::span<const float> from, std::span<float> to, std::size_t pixel,
                       std::size_t pixels) {
  for (std::size_t i = pixel; i < to.size(); i += pixels)
    to[i] = from[i];
}

}  // namespace fovea
