#include "fovea/features.hpp"

#include "base/check.hpp"
#include "explain/crop_maps.hpp"
#include "explain/layer_view.hpp"
#include "explain/session_batches.hpp"
#include "fovea/classify.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace fovea {
namespace {

/// Whether `a` comes before `b` where the strongest is first.
bool stronger(const UnitActivation& a, const UnitActivation& b) {
  return a.value > b.value;
}

}  // namespace

void check_has_units(const LayerInfo& layer) {
  FOVEA_CHECK(layer.layout && layer.layout->has_grid,
              "the layer '{}' has shape {} with axes {}: expected channels of units in rows and columns, as "
              "[N,C,H,W] and [N,H,W,C] have them",
              layer.name, to_string(layer.shape), axes_text(layer));
  FOVEA_CHECK(layer.layout->pictures() == 1, "the layer '{}' has a batch of {}: expected 1", layer.name,
              layer.layout->pictures());
}

void check_unit(const LayerInfo& layer, const Unit& unit) {
  check_has_units(layer);
  const LayerLayout& layout = *layer.layout;
  FOVEA_CHECK(unit.channel >= 0 && unit.channel < layout.channels(),
              "channel {} is out of range: the layer '{}' has {} channels, 0 to {}", unit.channel, layer.name,
              layout.channels(), layout.channels() - 1);
  FOVEA_CHECK(
      unit.y >= 0 && unit.y < layout.height() && unit.x >= 0 && unit.x < layout.width(),
      "row {}, column {} is out of range: the layer '{}' has {} rows and {} columns of units, counted "
      "from 0",
      unit.y, unit.x, layer.name, layout.height(), layout.width());
}

LayerExplainer::LayerExplainer(Session& session, const LayerInfo& layer, const Image& photo,
                               const Preprocessing& preprocessing)
    : session_(session), layer_(layer) {
  check_has_units(layer);
  FOVEA_CHECK(session.program().outputs().front().shape == layer.shape,
              "the session's target has shape {}: expected the layer '{}' of {}",
              to_string(session.program().outputs().front().shape), layer.name, to_string(layer.shape));
  const InputSize size = input_size(session);
  const Framing framing = frame(photo, preprocessing, size, Crops::One);
  const Rect& rect = framing.crops.front().rect;
  seen_ = resize(crop(framing.resized, rect), size.width, size.height);
  region_ = framing.in_photo(rect);
  fill_batch(session, framing, preprocessing, 0);
  input_ = session.input().clone();
  session.forward();
  seen_by_ = session.runs();
  const LayerLayout& layout = *layer.layout;
  activations_ = Tensor(DType::F32, {1, layout.channels(), layout.height(), layout.width()});
  take_layer(layout, session.output().data<float>(), 0, activations_.data<float>());
  for (float value : activations_.data<float>())
    FOVEA_CHECK(std::isfinite(value), "the layer '{}' has an activation of {}", layer.name, value);
}

Tensor LayerExplainer::activations() const {
  const Shape& shape = activations_.shape();
  return activations_.reshaped({shape[1], shape[2], shape[3]});
}

UnitActivation LayerExplainer::at(const Unit& unit) const {
  check_unit(layer_, unit);
  const Shape& shape = activations_.shape();
  const std::int64_t place = (unit.channel * shape[2] + unit.y) * shape[3] + unit.x;
  return {unit, activations_.data<float>()[static_cast<std::size_t>(place)]};
}

UnitActivation LayerExplainer::strongest(std::int64_t channel) const {
  const std::int64_t width = activations_.shape()[3], plane = activations_.shape()[2] * width;
  check_unit(layer_, {channel, 0, 0});
  const auto values = activations_.data<float>().subspan(static_cast<std::size_t>(channel * plane),
                                                         static_cast<std::size_t>(plane));
  const std::int64_t place = std::max_element(values.begin(), values.end()) - values.begin();
  return {{channel, place / width, place % width}, values[static_cast<std::size_t>(place)]};
}

std::vector<UnitActivation> LayerExplainer::strongest_channels(std::int64_t count) const {
  std::vector<UnitActivation> all;
  for (std::int64_t c = 0; c < channels(); ++c)
    if (const UnitActivation peak = strongest(c); peak.value > 0)
      all.push_back(peak);
  std::stable_sort(all.begin(), all.end(), stronger);
  all.resize(std::min(all.size(), static_cast<std::size_t>(std::max<std::int64_t>(count, 0))));
  return all;
}

Rect LayerExplainer::in_photo(const Rect& rect) const {
  const auto scaled = [](std::int64_t value, std::int64_t from, std::int64_t to) {
    return static_cast<std::int64_t>(
        std::llround(static_cast<double>(value) * static_cast<double>(to) / static_cast<double>(from)));
  };
  const std::int64_t left = scaled(rect.x, seen_.width, region_.width),
                     top = scaled(rect.y, seen_.height, region_.height);
  // A field may be less than one pixel of a photo that was enlarged.
  const std::int64_t width = scaled(rect.x + rect.width, seen_.width, region_.width) - left,
                     height = scaled(rect.y + rect.height, seen_.height, region_.height) - top;
  return {region_.x + (width > 0 ? left : std::min(left, region_.width - 1)),
          region_.y + (height > 0 ? top : std::min(top, region_.height - 1)),
          std::max<std::int64_t>(width, 1), std::max<std::int64_t>(height, 1)};
}

Reconstruction LayerExplainer::send_back(std::int64_t channel, const std::optional<Unit>& only) {
  Reconstruction result;
  result.strongest = only ? at(*only) : strongest(channel);
  if (session_.runs() != seen_by_) {  // the backward pass uses up what the forward pass left
    std::memcpy(session_.input().raw(), input_.raw(), input_.bytes());
    session_.forward();
  }
  Tensor& seed = session_.seed();
  std::memset(seed.raw(), 0, seed.bytes());
  const LayerLayout& layout = *layer_.layout;
  const std::int64_t first = only ? only->y * layout.width() + only->x : 0;
  const std::int64_t last = only ? first + 1 : layout.positions();
  for (std::int64_t p = first; p < last; ++p)
    seed.data<float>()[layout.at(0, channel, p)] =
        activations_.data<float>()[static_cast<std::size_t>(channel * layout.positions() + p)];
  session_.backward();
  const Tensor& gradient = session_.gradient();
  const Shape& shape = gradient.shape();
  result.pattern = gradient.clone().reshaped({shape[1], shape[2], shape[3]});
  for (float value : result.pattern.data<float>())
    FOVEA_CHECK(std::isfinite(value), "the reconstruction holds a value that is not finite");
  result.seen = seen_;
  result.field = only ? layer_.field_of(only->y, only->x) : Rect{0, 0, seen_.width, seen_.height};
  result.field_in_photo = in_photo(result.field);
  return result;
}

Reconstruction LayerExplainer::unit(const Unit& unit) {
  return send_back(unit.channel, unit);
}

Reconstruction LayerExplainer::channel(std::int64_t channel) {
  return send_back(channel, {});
}

Reconstruction reconstruct_score(Session& session, const Image& photo, const Preprocessing& preprocessing,
                                 std::optional<std::int64_t> target_class) {
  const InputSize size = input_size(session);
  const Framing framing = frame(photo, preprocessing, size, Crops::One);
  const ClassScores scores = class_scores(session, framing, preprocessing);
  const std::int64_t target = target_class ? *target_class : top_k(scores, 1).front().index;
  const auto batch = static_cast<std::size_t>(session.program().options().batch);
  session.seed_classes(std::vector<std::int64_t>(batch, target));
  session.backward();
  Tensor gradient(DType::F32, {size.channels, size.height, size.width});
  const auto first = session.gradient().data<float>().subspan(0, gradient.data<float>().size());
  std::copy(first.begin(), first.end(), gradient.data<float>().begin());
  for (const float value : first)
    FOVEA_CHECK(std::isfinite(value), "the gradient holds a value that is not finite");
  const Rect& rect = framing.crops.front().rect;
  Image seen = crop(framing.resized, rect);
  const Rect everything{0, 0, seen.width, seen.height};
  return {at_crop_size(gradient, rect),
          {{target, 0, 0}, scores.scores[static_cast<std::size_t>(target)]},
          std::move(seen),
          everything,
          framing.in_photo(rect)};
}

StrongestPatches::StrongestPatches(std::int64_t channels, std::int64_t count) {
  FOVEA_CHECK(channels >= 1 && count >= 1, "{} patches of {} channels: expected at least one", count,
              channels);
  count_ = static_cast<std::size_t>(count);
  patches_.resize(static_cast<std::size_t>(channels));
}

void StrongestPatches::add(std::size_t picture, const std::vector<UnitActivation>& strongest) {
  FOVEA_CHECK(strongest.size() == patches_.size(), "activations of {} channels: expected {}",
              strongest.size(), patches_.size());
  for (std::size_t c = 0; c < patches_.size(); ++c)
    add(picture, static_cast<std::int64_t>(c), strongest[c]);
}

bool StrongestPatches::add(std::size_t picture, std::int64_t channel, const UnitActivation& strongest) {
  (void)of(channel);  // which must exist
  if (!(strongest.value > 0))
    return false;
  std::vector<Patch>& best = patches_[static_cast<std::size_t>(channel)];
  const Patch patch{picture, strongest};
  const auto before = [](const Patch& a, const Patch& b) {
    return a.activation.value != b.activation.value ? stronger(a.activation, b.activation)
                                                    : a.picture < b.picture;
  };
  const auto place = std::upper_bound(best.begin(), best.end(), patch, before);
  if (best.size() == count_ && place == best.end())
    return false;
  best.insert(place, patch);
  if (best.size() > count_)
    best.pop_back();
  return true;
}

const std::vector<StrongestPatches::Patch>& StrongestPatches::of(std::int64_t channel) const {
  FOVEA_CHECK(channel >= 0 && channel < static_cast<std::int64_t>(patches_.size()),
              "channel {} is out of range: there are {}, 0 to {}", channel, patches_.size(),
              patches_.size() - 1);
  return patches_[static_cast<std::size_t>(channel)];
}

std::vector<std::int64_t> StrongestPatches::channels(std::int64_t count) const {
  std::vector<std::int64_t> order;
  for (std::size_t c = 0; c < patches_.size(); ++c)
    if (!patches_[c].empty())
      order.push_back(static_cast<std::int64_t>(c));
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return stronger(of(a).front().activation, of(b).front().activation);
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(std::max<std::int64_t>(count, 0))));
  return order;
}

}  // namespace fovea
