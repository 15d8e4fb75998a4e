#include "methods/layer_maps.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace fovea {

std::shared_ptr<const Program> compile_layer(const MethodContext& context, Rule rule) {
  const std::string layer = context.options.layer.empty() ? last_spatial_layer(context.model, context.program)
                                                          : context.options.layer;
  auto program = compile_gradient(context, 1, rule, layer);
  const Shape& shape = program->outputs().back().shape;
  FOVEA_CHECK(shape.rank() == 4, "the layer '{}' has shape {}: expected one of [N,C,H,W]", layer,
              to_string(shape));
  return program;
}

LayerLook LayerSession::look(const Tensor& input, const ScoreTarget& target) {
  const auto x = input.data<float>();
  LayerLook look;
  look_at_many(
      *session_, 1, target,
      [&](std::int64_t, std::span<float> p) { std::copy(x.begin(), x.end(), p.begin()); },
      [&](std::int64_t, std::int64_t n) {
        const Tensor& layer = session_->output(session_->program().outputs().size() - 1);
        look.gradient = gradient_at(*session_, n);
        look.activation = layer.data<float>().subspan(static_cast<std::size_t>(n) * look.gradient.size(),
                                                      look.gradient.size());
        look.height = layer.shape()[2];
        look.width = layer.shape()[3];
      });
  return look;
}

}  // namespace fovea
