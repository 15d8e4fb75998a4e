#pragma once

#include "methods/method.hpp"

namespace fovea {

/// A layer's values and the gradients or relevances that the backward pass gives them, both [K,h,w] whatever
/// the order of the layer's axes is; valid until the session runs again.
struct LayerLook {
  std::span<const float> activation, gradient;
  std::int64_t height = 0, width = 0;
};

/// A program from the layer of the options, or the last spatial one, to the scores, and back by `rule` to the
/// layer. InputError for a layer whose positions have no known places in the picture.
std::shared_ptr<const Program> compile_layer(const MethodContext& context, Rule rule);

/// A session of such a program.
class LayerSession {
public:
  explicit LayerSession(std::shared_ptr<Session> session);
  LayerLook look(const Tensor& input, const ScoreTarget& target);

private:
  std::shared_ptr<Session> session_;
  std::vector<float> activation_, gradient_;
};

}  // namespace fovea
