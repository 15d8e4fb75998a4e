#pragma once

#include "explain/method.hpp"

#include <memory>
#include <span>
#include <vector>

/// Values of a layer [K,h,w], and maps of them, brought to the picture's size.
namespace fovea {

/// The program without a backward pass whose last output is the layer of MethodOptions::layer, so that
/// nothing needs a gradient. InputError for a layer whose positions have no known places in the picture.
std::shared_ptr<const Program> compile_layer(const MethodContext& context);

/// One thread's session of such a program.
class LayerSession {
public:
  explicit LayerSession(std::shared_ptr<Session> session);

  /// Runs a picture [C,H,W].
  void run(const Tensor& picture);
  /// The last picture's values at the positions with a place in the picture, without gradients; valid until
  /// the next run.
  PassView view() const { return {values_, {}, grid_.height(), grid_.width()}; }
  /// Those at all positions, of class tokens, too: [K,h,w] by `layout_of`.
  const std::vector<float>& all_values() const { return all_values_; }

private:
  std::shared_ptr<Session> session_;
  LayerLayout layout_, grid_;
  std::vector<float> values_, all_values_;
};

/// The number of a layer's channels, and one of them, [h,w].
std::int64_t channels_of(const PassView& layer);
std::span<const float> channel_of(const PassView& layer, std::int64_t k);

/// Whether a map keeps what counts against the class.
enum class Signs { Positive, Both };

/// One value for each position of the layer, or its positive part, at the picture's size: [1,H,W] for a
/// picture [C,H,W].
Tensor layer_map(const PassView& layer, std::span<const double> values, const Shape& picture,
                 Signs signs = Signs::Positive);
/// The same of sum_k weights[k] A_k.
Tensor weighted_layer_map(const PassView& layer, std::span<const double> weights, const Shape& picture);

}  // namespace fovea
