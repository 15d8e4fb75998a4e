#include "fovea/saliency.hpp"

#include "base/check.hpp"
#include "methods/method.hpp"
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

  /// Relevance [C,H,W] and map [H,W] of a crop, both of its size.
  void add(std::span<const float> gradient, std::span<const float> map, const Framing::Crop& crop) {
    auto canvas_gradient = gradient_.data<float>();
    auto canvas_map = map_.data<float>();
    const std::int64_t H = crop.rect.height, W = crop.rect.width;
    for (std::int64_t y = 0; y < H; ++y)
      for (std::int64_t x = 0; x < W; ++x) {
        const std::int64_t source_x = crop.mirror == Framing::Crop::Mirror::Yes ? W - 1 - x : x;
        const std::int64_t at = (crop.rect.y + y) * width_ + crop.rect.x + x;
        for (std::int64_t c = 0; c < gradient_.shape()[0]; ++c)
          canvas_gradient[static_cast<std::size_t>(c * height_ * width_ + at)] +=
              gradient[static_cast<std::size_t>((c * H + y) * W + source_x)];
        canvas_map[static_cast<std::size_t>(at)] += map[static_cast<std::size_t>(y * W + source_x)];
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

/// Planes [C,H,W] at the size of the crop in the resized photo: where it was resized for the network, each
/// value is spread over the pixels it stands for.
Tensor at_crop_size(const Tensor& planes, const Rect& rect) {
  const std::int64_t channels = planes.shape()[0], height = planes.shape()[1], width = planes.shape()[2];
  if (rect.width == width && rect.height == height)
    return planes;
  Tensor spread(DType::F32, {channels, rect.height, rect.width});
  const auto in = planes.data<float>();
  float* out = spread.data<float>().data();
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t y = 0; y < rect.height; ++y)
      for (std::int64_t x = 0; x < rect.width; ++x)
        *out++ = in[static_cast<std::size_t>((c * height + y * height / rect.height) * width +
                                             x * width / rect.width)];
  return spread;
}

/// The gradient of the n-th picture of the batch, [C,H,W].
Tensor gradient_of(const Session& session, std::int64_t n, const InputSize& size) {
  Tensor gradient(DType::F32, {size.channels, size.height, size.width});
  const auto all = gradient_at(session, n);
  std::copy(all.begin(), all.end(), gradient.data<float>().begin());
  return gradient;
}

}  // namespace

/// What is put together from the crops of a photo.
class CropMaps {
public:
  CropMaps(const Framing& framing, ChannelMerge merge, MethodInfo::Values values)
      : merge_(merge), values_(values),
        canvas_(values == MethodInfo::Values::PerPixel ? 1 : framing.size.channels, framing.resized.height,
                framing.resized.width) {}

  void add(const Attribution& crop_says, const Framing::Crop& crop) {
    const Tensor relevance = at_crop_size(crop_says.relevance, crop.rect);
    canvas_.add(relevance.data<float>(), merge_channels(relevance, merge_, values_).data<float>(), crop);
    if (crop_says.completeness_error)
      error_ = std::max(error_.value_or(0), *crop_says.completeness_error);
  }

  Canvas& canvas() { return canvas_; }
  std::optional<double> completeness_error() const { return error_; }

private:
  ChannelMerge merge_;
  MethodInfo::Values values_;
  Canvas canvas_;
  std::optional<double> error_;
};

namespace {

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
      scores_(class_scores(session, framing_, preprocessing)), scored_by_(session.runs()) {}

PhotoExplainer::PhotoExplainer(MapSession& session, const Image& photo, const Preprocessing& preprocessing,
                               Crops crops)
    : PhotoExplainer(session.scores(), photo, preprocessing, crops) {
  method_ = &session;
}

/// The gradients of all crops, as many at a time as the session takes.
void PhotoExplainer::add_gradients(const ScoreTarget& target, CropMaps& maps) {
  seed_target(session_, target);
  // With all crops in one batch, the forward pass that found the scores is also the one that the first way
  // back starts from, unless the session ran since.
  const bool scored_at_once =
      static_cast<std::int64_t>(framing_.crops.size()) <= session_.program().options().batch;
  for (std::size_t first = 0; first < framing_.crops.size();) {
    std::size_t count = framing_.crops.size();
    if (!scored_at_once || session_.runs() != scored_by_) {
      count = static_cast<std::size_t>(fill_batch(session_, framing_, preprocessing_, first));
      session_.forward();
    }
    session_.backward();
    for (std::size_t n = 0; n < count; ++n)
      maps.add({gradient_of(session_, static_cast<std::int64_t>(n), framing_.size), {}},
               framing_.crops[first + n]);
    first += count;
  }
}

/// What the method says of each crop, one after another.
void PhotoExplainer::add_attributions(const ScoreTarget& target, CropMaps& maps) {
  Tensor input(DType::F32, {framing_.size.channels, framing_.size.height, framing_.size.width});
  for (std::size_t i = 0; i < framing_.crops.size(); ++i) {
    write_crop(framing_, i, preprocessing_, input.data<float>().data());
    maps.add(method_->attribute(input, target), framing_.crops[i]);
  }
}

SaliencyMap PhotoExplainer::map_of(const ScoreTarget& target) {
  check_target(target, static_cast<std::int64_t>(scores_.scores.size()));
  SaliencyMap result;
  result.target = scores_.prediction(target.class_index);
  result.against = target.against;
  result.best = top_k(scores_, 5);
  CropMaps maps(framing_, method_ ? method_->program().options().merge : ChannelMerge::Maximum,
                method_ ? method_->program().info().values : MethodInfo::Values::PerChannel);
  if (method_ && !method_->is_plain_gradient())
    add_attributions(target, maps);
  else
    add_gradients(target, maps);
  result.completeness_error = maps.completeness_error();
  Canvas& canvas = maps.canvas();
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

RuleSessions::RuleSessions(const std::vector<Session*>& all) {
  FOVEA_CHECK(!all.empty(), "a map needs at least one session");
  for (Session* session : all)
    all_.push_back({session, nullptr});
}

RuleSessions::RuleSessions(const std::vector<MapSession*>& all) {
  FOVEA_CHECK(!all.empty(), "a map needs at least one session");
  for (MapSession* session : all)
    all_.push_back({&session->scores(), session});
}

RuleExplainers::RuleExplainers(const RuleSessions& sessions, const Image& photo,
                               const Preprocessing& preprocessing, Crops crops) {
  explainers_.reserve(sessions.all_.size());
  for (const RuleSessions::Source& source : sessions.all_) {
    if (source.method)
      explainers_.emplace_back(*source.method, photo, preprocessing, crops);
    else
      explainers_.emplace_back(*source.scores, photo, preprocessing, crops);
    FOVEA_CHECK(explainers_.back().scores().scores.size() == scores().scores.size(),
                "sessions of {} and {} classes: expected one network", scores().scores.size(),
                explainers_.back().scores().scores.size());
  }
}

std::vector<SaliencyMap> RuleExplainers::maps_of(std::int64_t target) {
  std::vector<SaliencyMap> maps;
  for (PhotoExplainer& explainer : explainers_)
    maps.push_back(explainer.map_of(target));
  return maps;
}

namespace {

ScoreTarget target_of(const PhotoExplainer& explainer, const SaliencyOptions& options) {
  return {options.target_class ? *options.target_class : top_k(explainer.scores(), 1).front().index,
          options.against};
}

}  // namespace

SaliencyMap saliency(Session& session, const Image& photo, const Preprocessing& preprocessing,
                     const SaliencyOptions& options) {
  PhotoExplainer explainer(session, photo, preprocessing, options.crops);
  return explainer.map_of(target_of(explainer, options));
}

SaliencyMap saliency(MapSession& session, const Image& photo, const Preprocessing& preprocessing,
                     const SaliencyOptions& options) {
  PhotoExplainer explainer(session, photo, preprocessing, options.crops);
  return explainer.map_of(target_of(explainer, options));
}

}  // namespace fovea
