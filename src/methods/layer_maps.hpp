#pragma once

#include "methods/method.hpp"

namespace fovea {

/// A layer's values and what the way back says of them, both [K,h,w]; valid until the session runs again.
struct LayerLook {
  std::span<const float> activation, gradient;
  std::int64_t height = 0, width = 0;
};

/// A program from the layer of the options, or the last spatial one, to the scores, and back by `rule` to the
/// layer. InputError when it is not a layer of [N,C,H,W].
std::shared_ptr<const Program> compile_layer(const MethodContext& context, Rule rule);

/// A session of such a program.
class LayerSession {
public:
  explicit LayerSession(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  LayerLook look(const Tensor& input, const ScoreTarget& target);

private:
  std::shared_ptr<Session> session_;
};

}  // namespace fovea
