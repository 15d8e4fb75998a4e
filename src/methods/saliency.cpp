#include "fovea/saliency.hpp"

#include "base/check.hpp"
#include "methods/session_batches.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// Sums gradients and maps at their places in the resized photo and divides by how many lie there.
class Canvas {
public:
  Canvas(std::int64_t channels, std::int64_t height, std::int64_t width)
      : height_(height), width_(width), gradient_(DType::F32, {channels, height, width}),
        map_(DType::F32, {height, width}), counts_(static_cast<std::size_t>(height * width), 0) {}

  void add(std::span<const float> gradient, const Framing::Crop& crop) {
    auto canvas_gradient = gradient_.data<float>();
    auto canvas_map = map_.data<float>();
    const std::int64_t H = crop.rect.height, W = crop.rect.width;
    for (std::int64_t y = 0; y < H; ++y)
      for (std::int64_t x = 0; x < W; ++x) {
        const std::int64_t source_x = crop.mirror == Framing::Crop::Mirror::Yes ? W - 1 - x : x;
        const std::int64_t at = (crop.rect.y + y) * width_ + crop.rect.x + x;
        float largest = 0;
        for (std::int64_t c = 0; c < gradient_.shape()[0]; ++c) {
          const float value = gradient[static_cast<std::size_t>((c * H + y) * W + source_x)];
          canvas_gradient[static_cast<std::size_t>(c * height_ * width_ + at)] += value;
          largest = std::max(largest, std::abs(value));
        }
        canvas_map[static_cast<std::size_t>(at)] += largest;
        ++counts_[static_cast<std::size_t>(at)];
      }
  }

  void average() {
    auto canvas_gradient = gradient_.data<float>();
    auto canvas_map = map_.data<float>();
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] < 2)
        continue;
      const auto count = static_cast<float>(counts_[i]);
      canvas_map[i] /= count;
      for (std::int64_t c = 0; c < gradient_.shape()[0]; ++c)
        canvas_gradient[static_cast<std::size_t>(c) * counts_.size() + i] /= count;
    }
  }

  Tensor gradient() const { return gradient_; }
  Tensor map() const { return map_; }

private:
  std::int64_t height_, width_;
  Tensor gradient_, map_;
  std::vector<int> counts_;
};

/// The gradient of one crop, at the crop's own size in the resized photo.
std::vector<float> gradient_of(const Session& session, std::int64_t n, const InputSize& size,
                               const Rect& rect) {
  const auto picture = static_cast<std::size_t>(size.channels * size.height * size.width);
  const auto all = session.gradient().data<float>().subspan(static_cast<std::size_t>(n) * picture, picture);
  if (rect.width == size.width && rect.height == size.height)
    return {all.begin(), all.end()};
  // The crop was resized for the network: spread each value over the pixels it stands for.
  std::vector<float> spread(static_cast<std::size_t>(size.channels * rect.height * rect.width));
  std::size_t at = 0;
  for (std::int64_t c = 0; c < size.channels; ++c)
    for (std::int64_t y = 0; y < rect.height; ++y)
      for (std::int64_t x = 0; x < rect.width; ++x)
        spread[at++] = all[static_cast<std::size_t>(
            (c * size.height + y * size.height / rect.height) * size.width + x * size.width / rect.width)];
  return spread;
}

/// The part of every plane of [C,H,W] inside the rectangle.
Tensor crop_planes(const Tensor& planes, const Rect& rect) {
  const Shape& shape = planes.shape();
  Tensor part(DType::F32, {shape[0], rect.height, rect.width});
  const float* in = planes.data<float>().data();
  float* out = part.data<float>().data();
  for (std::int64_t c = 0; c < shape[0]; ++c)
    for (std::int64_t y = 0; y < rect.height; ++y, out += rect.width)
      std::copy_n(in + (c * shape[1] + rect.y + y) * shape[2] + rect.x, rect.width, out);
  return part;
}

void check_finite(const Tensor& gradient) {
  for (float value : gradient.data<float>())
    FOVEA_CHECK(std::isfinite(value), "the gradient holds a value that is not finite");
}

}  // namespace

Tensor channel_maximum(const Tensor& gradient) {
  const Shape& shape = gradient.shape();
  FOVEA_CHECK(shape.rank() == 3, "expected a gradient of [C,H,W], found {}", to_string(shape));
  Tensor map(DType::F32, {shape[1], shape[2]});
  auto out = map.data<float>();
  const auto in = gradient.data<float>();
  for (auto plane = in; !plane.empty(); plane = plane.subspan(out.size()))
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = std::max(out[i], std::abs(plane[i]));
  return map;
}

PhotoExplainer::PhotoExplainer(Session& session, const Image& photo, const Preprocessing& preprocessing,
                               Crops crops)
    : session_(session), preprocessing_(preprocessing), crops_(crops),
      framing_(frame(photo, preprocessing, input_size(session), crops)),
      scores_(class_scores(session, framing_, preprocessing)),
      forward_is_fresh_(static_cast<std::int64_t>(framing_.crops.size()) <=
                        session.program().options().batch) {}

SaliencyMap PhotoExplainer::map_of(std::int64_t target) {
  FOVEA_CHECK(target >= 0 && target < static_cast<std::int64_t>(scores_.size()),
              "class {} is out of range: the model has {} classes, 0 to {}", target, scores_.size(),
              scores_.size() - 1);
  const InputSize& size = framing_.size;
  const auto batch = static_cast<std::size_t>(session_.program().options().batch);
  Canvas canvas(size.channels, framing_.resized.height, framing_.resized.width);
  SaliencyMap result;
  result.target = {target, scores_[static_cast<std::size_t>(target)],
                   softmax(scores_)[static_cast<std::size_t>(target)]};
  result.best = top_k(scores_, 5);
  session_.seed_classes(std::vector<std::int64_t>(batch, target));
  for (std::size_t first = 0; first < framing_.crops.size();) {
    // With all crops in one batch the forward pass that found the scores is also the one that the first way
    // back starts from.
    const std::size_t count =
        forward_is_fresh_ ? framing_.crops.size()
                          : static_cast<std::size_t>(fill_batch(session_, framing_, preprocessing_, first));
    if (!forward_is_fresh_)
      session_.forward();
    forward_is_fresh_ = false;
    session_.backward();
    for (std::size_t n = 0; n < count; ++n) {
      const Framing::Crop& crop = framing_.crops[first + n];
      canvas.add(gradient_of(session_, static_cast<std::int64_t>(n), size, crop.rect), crop);
    }
    first += count;
  }
  canvas.average();
  check_finite(canvas.gradient());

  const Rect whole{0, 0, framing_.resized.width, framing_.resized.height};
  const Rect covered = crops_ == Crops::One ? framing_.crops.front().rect : whole;
  result.seen = crop(framing_.resized, covered);
  result.region = framing_.in_photo(covered);
  result.gradient = crop_planes(canvas.gradient(), covered);
  result.map = crop_planes(canvas.map().reshaped({1, whole.height, whole.width}), covered)
                   .reshaped({covered.height, covered.width});
  return result;
}

RuleSessions::RuleSessions(std::vector<Session*> all) : all_(std::move(all)) {
  FOVEA_CHECK(!all_.empty(), "a map needs at least one session");
}

RuleExplainers::RuleExplainers(const RuleSessions& sessions, const Image& photo,
                               const Preprocessing& preprocessing, Crops crops) {
  explainers_.reserve(sessions.all().size());
  for (Session* session : sessions.all()) {
    explainers_.emplace_back(*session, photo, preprocessing, crops);
    FOVEA_CHECK(explainers_.back().scores().size() == scores().size(),
                "sessions of {} and {} classes: expected one network", scores().size(),
                explainers_.back().scores().size());
  }
}

std::vector<SaliencyMap> RuleExplainers::maps_of(std::int64_t target) {
  std::vector<SaliencyMap> maps;
  for (PhotoExplainer& explainer : explainers_)
    maps.push_back(explainer.map_of(target));
  return maps;
}

SaliencyMap saliency(Session& session, const Image& photo, const Preprocessing& preprocessing,
                     const SaliencyOptions& options) {
  PhotoExplainer explainer(session, photo, preprocessing, options.crops);
  return explainer.map_of(options.target_class ? *options.target_class
                                               : top_k(explainer.scores(), 1).front().index);
}

}  // namespace fovea
