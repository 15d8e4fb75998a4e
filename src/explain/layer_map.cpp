#include "explain/layer_map.hpp"

#include "explain/layer_view.hpp"
#include "explain/pass_session.hpp"
#include "fovea/localize.hpp"

#include <algorithm>

namespace fovea {

std::shared_ptr<const Program> compile_layer(const MethodContext& context) {
  ProgramOptions options = context.program;
  options.direction = Direction::Forward;
  options.wrt = layer_of(context.options);
  options.batch = 1;
  auto program = compile_for_pictures(context.model, options);
  check_grid(*program, program->outputs().back());
  return program;
}

LayerSession::LayerSession(std::shared_ptr<Session> session) : session_(std::move(session)) {
  layout_ = layout_of(session_->program().outputs().back());
  grid_ = grid_of(session_->program().outputs().back());
  values_.resize(static_cast<std::size_t>(grid_.channels() * grid_.positions()));
  all_values_.resize(static_cast<std::size_t>(layout_.channels() * layout_.positions()));
}

void LayerSession::run(const Tensor& picture) {
  const auto from = picture.data<float>();
  const auto places = session_->input().data<float>();
  for (std::size_t at = 0; at < places.size(); at += from.size())
    std::copy(from.begin(), from.end(), places.begin() + static_cast<std::ptrdiff_t>(at));
  session_->forward();
  const auto layer = session_->output(session_->program().outputs().size() - 1).data<float>();
  take_layer(grid_, layer, 0, values_);
  take_layer(layout_, layer, 0, all_values_);
}

std::int64_t channels_of(const PassView& layer) {
  return static_cast<std::int64_t>(layer.values.size()) / (layer.height * layer.width);
}

std::span<const float> channel_of(const PassView& layer, std::int64_t k) {
  const auto positions = static_cast<std::size_t>(layer.height * layer.width);
  return layer.values.subspan(static_cast<std::size_t>(k) * positions, positions);
}

Tensor layer_map(const PassView& layer, std::span<const double> values, const Shape& picture, Signs signs) {
  Tensor map(DType::F32, {layer.height, layer.width});
  std::transform(values.begin(), values.end(), map.data<float>().begin(), [signs](double value) {
    return static_cast<float>(signs == Signs::Both ? value : std::max(value, 0.0));
  });
  return resize_map(map, picture[2], picture[1]).reshaped({1, picture[1], picture[2]});
}

Tensor weighted_layer_map(const PassView& layer, std::span<const double> weights, const Shape& picture) {
  std::vector<double> sum(static_cast<std::size_t>(layer.height * layer.width), 0);
  for (std::size_t k = 0; k < weights.size(); ++k)
    for (std::size_t p = 0; weights[k] != 0 && p < sum.size(); ++p)
      sum[p] += weights[k] * static_cast<double>(channel_of(layer, static_cast<std::int64_t>(k))[p]);
  return layer_map(layer, sum, picture);
}

}  // namespace fovea
