#include "methods/layer_maps.hpp"

#include "base/check.hpp"
#include "methods/layer_view.hpp"

#include <algorithm>

namespace fovea {

std::shared_ptr<const Program> compile_layer(const MethodContext& context, Rule rule) {
  const std::string layer =
      context.options.layer.empty() ? std::string(kLastSpatialLayer) : context.options.layer;
  auto program = compile_gradient(context, 1, rule, layer);
  const TensorInfo& source = program->outputs().back();
  FOVEA_CHECK(grid_of(source).pictures() == program->options().batch,
              "the layer '{}' has shape {}, which is not that of a batch of {}", source.name,
              to_string(source.shape), program->options().batch);
  return program;
}

LayerSession::LayerSession(std::shared_ptr<Session> session) : session_(std::move(session)) {
  const LayerLayout& layout = layout_of(session_->program().outputs().back());
  activation_.resize(static_cast<std::size_t>(layout.channels() * layout.positions()));
  gradient_.resize(activation_.size());
}

LayerLook LayerSession::look(const Tensor& input, const ScoreTarget& target) {
  const auto x = input.data<float>();
  const LayerLayout& layout = layout_of(session_->program().outputs().back());
  look_at_many(
      *session_, 1, target,
      [&](std::int64_t, std::span<float> p) { std::copy(x.begin(), x.end(), p.begin()); },
      [&](std::int64_t, std::int64_t n) {
        const Tensor& layer = session_->output(session_->program().outputs().size() - 1);
        take_layer(layout, layer.data<float>(), n, activation_);
        take_layer(layout, session_->gradient().data<float>(), n, gradient_);
      });
  return {activation_, gradient_, layout.height(), layout.width()};
}

}  // namespace fovea
