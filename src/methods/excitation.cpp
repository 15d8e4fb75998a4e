#include "methods/excitation.hpp"

#include "base/check.hpp"
#include "fovea/classify.hpp"
#include "methods/session_batches.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {

Excitation::Excitation(const Program& program, const ClassModelOptions& options)
    : target_class_(options.target_class), layer_(options.layer), name_(program.outputs().front().name) {
  if (!layer_) {
    const std::int64_t classes = program.classes();
    FOVEA_CHECK(target_class_ >= 0 && target_class_ < classes,
                "class {} is out of range: the model has {} classes, 0 to {}", target_class_, classes,
                classes - 1);
    return;
  }
  if (layer_->part == LayerTarget::Part::Whole)
    return;
  view_ = view_of(program.outputs().front());
  FOVEA_CHECK(layer_->channel >= 0 && layer_->channel < view_.channels,
              "channel {} is out of range: layer '{}' has {} channels, 0 to {}", layer_->channel, name_,
              view_.channels, view_.channels - 1);
  if (layer_->part == LayerTarget::Part::Unit) {
    const std::int64_t y = layer_->y.value_or(view_.height / 2), x = layer_->x.value_or(view_.width / 2);
    FOVEA_CHECK(y >= 0 && y < view_.height && x >= 0 && x < view_.width,
                "position {}, {} is out of range: layer '{}' has {} rows and {} columns", y, x, name_,
                view_.height, view_.width);
    unit_ = y * view_.width + x;
  }
}

double Excitation::layer_score(std::span<const float> values) const {
  double sum = 0;
  switch (layer_->part) {
  case LayerTarget::Part::Whole:
    for (const float value : values)
      sum += static_cast<double>(value) * value;
    return sum / static_cast<double>(values.size());
  case LayerTarget::Part::Channel:
    for (std::int64_t p = 0; p < view_.positions(); ++p)
      sum += values[view_.at(layer_->channel, p)];
    return sum / static_cast<double>(view_.positions());
  case LayerTarget::Part::Unit:
    return values[view_.at(layer_->channel, unit_)];
  }
  FOVEA_ASSERT(!"unknown part");
}

Excitation::Look Excitation::look(const Session& session, std::int64_t n) const {
  if (!layer_) {
    const Prediction of_class = class_scores_of(session, n).prediction(target_class_);
    return {of_class.score, of_class.probability};
  }
  const double score =
      layer_score(part_of(session.output().data<float>(), n, session.program().options().batch));
  FOVEA_CHECK(std::isfinite(score), "what is to be excited of layer '{}' is {}", name_, score);
  return {score, {}};
}

void Excitation::seed(Session& session, std::int64_t n) const {
  const std::int64_t batch = session.program().options().batch;
  const std::span<float> seed = part_of(session.seed().data<float>(), n, batch);
  if (layer_ && layer_->part == LayerTarget::Part::Whole) {
    const auto values = part_of(session.output().data<float>(), n, batch);
    const float scale = 2.0F / static_cast<float>(values.size());
    std::transform(values.begin(), values.end(), seed.begin(), [&](float value) { return scale * value; });
    return;
  }
  std::fill(seed.begin(), seed.end(), 0.0F);
  if (!layer_) {
    seed[static_cast<std::size_t>(target_class_)] = 1;
  } else if (layer_->part == LayerTarget::Part::Unit) {
    seed[view_.at(layer_->channel, unit_)] = 1;
  } else {
    for (std::int64_t p = 0; p < view_.positions(); ++p)
      seed[view_.at(layer_->channel, p)] = 1.0F / static_cast<float>(view_.positions());
  }
}

}  // namespace fovea
