#include "base/check.hpp"
#include "evaluate/picture_batch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace fovea {
namespace {

constexpr int kIterations = 10;

struct Cluster {
  double y = 0, x = 0;
  std::vector<double> colour;
};

/// Moves clusters of neighbouring pixels of like colours, from a regular grid, to where they belong.
class Clustering {
public:
  Clustering(const Tensor& picture, std::int64_t segments, double compactness)
      : values_(picture.data<float>()), channels_(picture.shape()[0]), height_(picture.shape()[1]),
        width_(picture.shape()[2]) {
    const auto pixels = static_cast<double>(height_ * width_);
    step_ = std::sqrt(pixels / static_cast<double>(segments));
    const std::int64_t rows =
        std::clamp<std::int64_t>(std::llround(static_cast<double>(height_) / step_), 1, height_);
    const std::int64_t columns = std::clamp<std::int64_t>(segments / rows, 1, width_);
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < columns; ++c) {
        const std::int64_t y = (2 * r + 1) * height_ / (2 * rows), x = (2 * c + 1) * width_ / (2 * columns);
        clusters_.push_back({static_cast<double>(y), static_cast<double>(x), colour_at(y * width_ + x)});
      }
    // The grid's steps along both sides, which differ for pictures that are much longer than wide.
    reach_ = std::max(static_cast<double>(height_) / static_cast<double>(rows),
                      static_cast<double>(width_) / static_cast<double>(columns));
    plane_weight_ = compactness * compactness / (step_ * step_);
    colour_weight_ = 1 / variance();
    labels_.assign(static_cast<std::size_t>(height_ * width_), 0);
  }

  std::vector<std::int64_t> labels() {
    for (int i = 0; i < kIterations; ++i) {
      assign();
      move();
    }
    return labels_;
  }
  double step() const { return step_; }

private:
  std::vector<double> colour_at(std::int64_t pixel) const {
    std::vector<double> colour;
    for (std::int64_t c = 0; c < channels_; ++c)
      colour.push_back(static_cast<double>(values_[static_cast<std::size_t>(c * height_ * width_ + pixel)]));
    return colour;
  }

  double variance() const {
    double sum = 0, squares = 0;
    for (const float value : values_) {
      sum += static_cast<double>(value);
      squares += static_cast<double>(value) * static_cast<double>(value);
    }
    const auto count = static_cast<double>(values_.size());
    const double variance = squares / count - sum / count * (sum / count);
    return variance > 0 ? variance : 1;
  }

  void assign() {
    std::vector<double> nearest(labels_.size(), std::numeric_limits<double>::infinity());
    for (std::size_t k = 0; k < clusters_.size(); ++k) {
      const Cluster& cluster = clusters_[k];
      const auto from = [&](double centre) {
        return std::max<std::int64_t>(0, std::llround(centre - reach_ - 1));
      };
      const auto to = [&](double centre, std::int64_t side) {
        return std::min(side - 1, static_cast<std::int64_t>(std::llround(centre + reach_ + 1)));
      };
      for (std::int64_t y = from(cluster.y); y <= to(cluster.y, height_); ++y)
        for (std::int64_t x = from(cluster.x); x <= to(cluster.x, width_); ++x) {
          const auto pixel = static_cast<std::size_t>(y * width_ + x);
          const double distance = distance_to(cluster, y, x);
          if (distance < nearest[pixel]) {
            nearest[pixel] = distance;
            labels_[pixel] = static_cast<std::int64_t>(k);
          }
        }
    }
  }

  double distance_to(const Cluster& cluster, std::int64_t y, std::int64_t x) const {
    const double down = static_cast<double>(y) - cluster.y, across = static_cast<double>(x) - cluster.x;
    double colour = 0;
    for (std::int64_t c = 0; c < channels_; ++c) {
      const double difference =
          static_cast<double>(values_[static_cast<std::size_t>((c * height_ + y) * width_ + x)]) -
          cluster.colour[static_cast<std::size_t>(c)];
      colour += difference * difference;
    }
    return colour_weight_ * colour + plane_weight_ * (down * down + across * across);
  }

  void move() {
    std::vector<Cluster> sums(clusters_.size(),
                              {0, 0, std::vector<double>(static_cast<std::size_t>(channels_), 0.0)});
    std::vector<double> counts(clusters_.size(), 0.0);
    for (std::int64_t pixel = 0; pixel < height_ * width_; ++pixel) {
      const auto k = static_cast<std::size_t>(labels_[static_cast<std::size_t>(pixel)]);
      ++counts[k];
      sums[k].y += static_cast<double>(pixel / width_);
      sums[k].x += static_cast<double>(pixel % width_);
      const std::vector<double> colour = colour_at(pixel);
      for (std::size_t c = 0; c < colour.size(); ++c)
        sums[k].colour[c] += colour[c];
    }
    for (std::size_t k = 0; k < clusters_.size(); ++k) {
      if (counts[k] == 0)
        continue;
      sums[k].y /= counts[k];
      sums[k].x /= counts[k];
      for (double& value : sums[k].colour)
        value /= counts[k];
      clusters_[k] = sums[k];
    }
  }

  std::span<const float> values_;
  std::int64_t channels_, height_, width_;
  double step_ = 1, reach_ = 1, plane_weight_ = 0, colour_weight_ = 1;
  std::vector<Cluster> clusters_;
  std::vector<std::int64_t> labels_;
};

/// Numbers the connected pieces of equal label from 0, in reading order. Pieces of fewer than `least` pixels
/// become a part of a neighbour.
std::vector<std::int64_t> connected(const std::vector<std::int64_t>& labels, std::int64_t height,
                                    std::int64_t width, double least) {
  std::vector<std::int64_t> pieces(labels.size(), -1);
  std::int64_t count = 0;
  for (std::size_t first = 0; first < labels.size(); ++first) {
    if (pieces[first] >= 0)
      continue;
    std::vector<std::size_t> members = {first};
    pieces[first] = count;
    std::int64_t neighbour = -1;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto at = static_cast<std::int64_t>(members[i]);
      const std::int64_t y = at / width, x = at % width;
      for (const auto& [v, u] : {std::pair{y - 1, x}, {y, x - 1}, {y, x + 1}, {y + 1, x}}) {
        if (v < 0 || v >= height || u < 0 || u >= width)
          continue;
        const auto beside = static_cast<std::size_t>(v * width + u);
        if (pieces[beside] < 0 && labels[beside] == labels[first]) {
          pieces[beside] = count;
          members.push_back(beside);
        } else if (pieces[beside] >= 0 && pieces[beside] != count) {
          neighbour = pieces[beside];
        }
      }
    }
    if (neighbour >= 0 && static_cast<double>(members.size()) < least)
      for (const std::size_t member : members)
        pieces[member] = neighbour;
    else
      ++count;
  }
  return pieces;
}

}  // namespace

Tensor superpixels(const Tensor& picture, std::int64_t segments, double compactness) {
  check_picture(picture);
  const std::int64_t height = picture.shape()[1], width = picture.shape()[2];
  FOVEA_CHECK(segments >= 1 && segments <= height * width,
              "{} segments of a picture of {}x{} pixels: expected 1 to {}", segments, width, height,
              height * width);
  FOVEA_CHECK(compactness > 0 && std::isfinite(compactness), "a compactness of {}: expected above 0",
              compactness);
  Clustering clustering(picture, segments, compactness);
  const double least = clustering.step() * clustering.step() / 4;
  const std::vector<std::int64_t> pieces = connected(clustering.labels(), height, width, least);
  Tensor labels(DType::I64, {height, width});
  std::copy(pieces.begin(), pieces.end(), labels.data<std::int64_t>().begin());
  return labels;
}

}  // namespace fovea
