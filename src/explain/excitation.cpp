#include "explain/excitation.hpp"

#include "base/check.hpp"
#include "explain/layer_view.hpp"
#include "explain/session_batches.hpp"
#include "fovea/classify.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {

Excitation::Excitation(const Program& program, const ClassModelOptions& options)
    : target_class_(options.target_class), layer_(options.layer), layout_(program.outputs().front().layout),
      batch_(program.options().batch), name_(program.outputs().front().name) {
  if (!layer_) {
    const std::int64_t classes = program.classes();
    FOVEA_CHECK(target_class_ >= 0 && target_class_ < classes,
                "class {} is out of range: the model has {} classes, 0 to {}", target_class_, classes,
                classes - 1);
    return;
  }
  if (layout_ && layout_->pictures() != batch_)
    layout_.reset();
  if (layer_->part == LayerTarget::Part::Whole)
    return;
  layout_of(program.outputs().front());
  FOVEA_CHECK(layout_, "the layer '{}' has shape {}, which is not that of a batch of {}", name_,
              to_string(program.outputs().front().shape), batch_);
  FOVEA_CHECK(layer_->channel >= 0 && layer_->channel < layout_->channels(),
              "channel {} is out of range: layer '{}' has {} channels, 0 to {}", layer_->channel, name_,
              layout_->channels(), layout_->channels() - 1);
  if (layer_->part == LayerTarget::Part::Unit) {
    const std::int64_t y = layer_->y.value_or(layout_->height() / 2),
                       x = layer_->x.value_or(layout_->width() / 2);
    FOVEA_CHECK(y >= 0 && y < layout_->height() && x >= 0 && x < layout_->width(),
                "position {}, {} is out of range: layer '{}' has {} rows and {} columns", y, x, name_,
                layout_->height(), layout_->width());
    unit_ = y * layout_->width() + x;
  }
}

template <class Use>
void Excitation::for_each_excited(std::size_t elements, std::int64_t n, Use use) const {
  if (layer_->part == LayerTarget::Part::Unit)
    return use(layout_->at(n, layer_->channel, unit_));
  if (layer_->part == LayerTarget::Part::Channel) {
    for (std::int64_t p = 0; p < layout_->positions(); ++p)
      use(layout_->at(n, layer_->channel, p));
    return;
  }
  if (!layout_) {  // pictures come first
    const std::size_t size = elements / static_cast<std::size_t>(batch_);
    for (std::size_t i = 0; i < size; ++i)
      use(static_cast<std::size_t>(n) * size + i);
    return;
  }
  for (std::int64_t c = 0; c < layout_->channels(); ++c)
    for (std::int64_t p = 0; p < layout_->positions(); ++p)
      use(layout_->at(n, c, p));
}

double Excitation::layer_score(std::span<const float> layer, std::int64_t n) const {
  const bool squares = layer_->part == LayerTarget::Part::Whole;
  double sum = 0, count = 0;
  for_each_excited(layer.size(), n, [&](std::size_t at) {
    sum += squares ? static_cast<double>(layer[at]) * layer[at] : static_cast<double>(layer[at]);
    count += 1;
  });
  return sum / count;
}

Excitation::Look Excitation::look(const Session& session, std::int64_t n) const {
  if (!layer_) {
    const Prediction of_class = class_scores_of(session, n).prediction(target_class_);
    return {of_class.score, of_class.probability};
  }
  const double score = layer_score(session.output().data<float>(), n);
  FOVEA_CHECK(std::isfinite(score), "the value to excite in layer '{}' is {}", name_, score);
  return {score, {}};
}

void Excitation::seed(Session& session, std::int64_t n) const {
  const std::span<float> all = session.seed().data<float>();
  if (!layer_) {
    const std::span<float> seed = part_of(all, n, batch_);
    std::fill(seed.begin(), seed.end(), 0.0F);
    seed[static_cast<std::size_t>(target_class_)] = 1;
    return;
  }
  const auto values = session.output().data<float>();
  const bool squares = layer_->part == LayerTarget::Part::Whole;
  if (!squares)
    for (std::int64_t c = 0; c < layout_->channels(); ++c)
      for (std::int64_t p = 0; p < layout_->positions(); ++p)
        all[layout_->at(n, c, p)] = 0;
  std::size_t count = 0;
  for_each_excited(all.size(), n, [&](std::size_t) { ++count; });
  const float scale = (squares ? 2.0F : 1.0F) / static_cast<float>(count);
  for_each_excited(all.size(), n, [&](std::size_t at) { all[at] = squares ? scale * values[at] : scale; });
}

}  // namespace fovea
