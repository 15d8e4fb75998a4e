#include "onnx/export/families.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/layer_normalization.hpp"
#include "ops/lrn.hpp"

#include <algorithm>

namespace fovea::onnx_export {
namespace {

void batch_normalization(NodeWriter& w) {
  w.result("BatchNormalization", w.all_inputs(),
           {{"epsilon", w.attributes<ops::BatchNormalizationAttributes>().epsilon}});
}

/// dy * scale / sqrt(variance + epsilon), channel by channel.
void batch_normalization_gradient(NodeWriter& w) {
  const double epsilon = w.attributes<ops::BatchNormalizationAttributes>().epsilon;
  const std::string deviation = w.emit("Sqrt", {w.emit("Add", {w.x(2), w.number(epsilon)})});
  std::vector<std::int64_t> channels(static_cast<std::size_t>(w.shape(0).rank()), 1);
  channels[1] = w.shape(0)[1];
  const std::string factor = w.reshape(w.emit("Div", {w.x(1), deviation}), Shape(channels));
  w.result("Mul", {w.x(0), factor});
}

/// The intermediate values of LayerNormalization, in operators that opset 13 has.
struct Normalised {
  std::vector<std::int64_t> axes;
  std::string reciprocal_deviation, z;
};

std::string mean(const NodeWriter& w, const std::string& x, const std::vector<std::int64_t>& axes) {
  return w.emit("ReduceMean", {x}, {{"axes", axes}});
}

Normalised normalise(const NodeWriter& w, const std::string& x, std::int64_t rank) {
  const auto& a = w.attributes<ops::LayerNormalizationAttributes>();
  Normalised made;
  for (std::int64_t axis = a.axis < 0 ? a.axis + rank : a.axis; axis < rank; ++axis)
    made.axes.push_back(axis);
  const std::string centred = w.emit("Sub", {x, mean(w, x, made.axes)});
  const std::string variance = mean(w, w.emit("Mul", {centred, centred}), made.axes);
  const std::string deviation = w.emit("Sqrt", {w.emit("Add", {variance, w.number(a.epsilon)})});
  made.reciprocal_deviation = w.emit("Reciprocal", {deviation});
  made.z = w.emit("Mul", {centred, made.reciprocal_deviation});
  return made;
}

void layer_normalization(NodeWriter& w) {
  std::string y = normalise(w, w.x(0), w.shape(0).rank()).z;
  if (w.has(1))
    y = w.emit("Mul", {y, w.x(1)});
  if (w.has(2))
    y = w.emit("Add", {y, w.x(2)});
  w.result("Identity", {y});
}

void layer_normalization_gradient(NodeWriter& w) {
  const Normalised made = normalise(w, w.x(1), w.shape(1).rank());
  const std::string g = w.has(2) ? w.emit("Mul", {w.x(0), w.x(2)}) : w.x(0);
  const std::string along = w.emit("Mul", {made.z, mean(w, w.emit("Mul", {g, made.z}), made.axes)});
  const std::string rest = w.emit("Sub", {w.emit("Sub", {g, mean(w, g, made.axes)}), along});
  w.result("Mul", {rest, made.reciprocal_deviation});
}

/// Sums over the window of channels around each: a 1x1 convolution with ones in a band. `mirrored` takes the
/// channels in whose windows each one lies.
std::string window_sums(const NodeWriter& w, const std::string& x, bool mirrored) {
  const Shape& shape = w.shape(0);
  const std::int64_t size = w.attributes<ops::LrnAttributes>().size, channels = shape[1];
  const std::int64_t below = mirrored ? size / 2 : (size - 1) / 2, above = size - 1 - below;
  Tensor band(DType::F32, {channels, channels, 1, 1});
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t i = std::max<std::int64_t>(c - below, 0); i <= std::min(c + above, channels - 1); ++i)
      band.data<float>()[static_cast<std::size_t>(c * channels + i)] = 1;
  const std::string flat = w.reshape(x, {shape[0], channels, shape.elements() / (shape[0] * channels), 1});
  const std::string sums = w.emit("Conv", {flat, w.model().constant(band.cast(w.dtype(0)), "band")});
  return w.reshape(sums, shape);
}

/// s = bias + alpha / size * the sum of squares over the window of channels.
std::string scale(const NodeWriter& w, const std::string& x) {
  const auto& a = w.attributes<ops::LrnAttributes>();
  const std::string squares = window_sums(w, w.emit("Mul", {x, x}), false);
  const double rate = a.alpha / static_cast<double>(a.size);
  return w.emit("Add", {w.emit("Mul", {squares, w.number(rate)}), w.number(a.bias)});
}

/// Windows of an even number of channels, which runtimes refuse, are written out.
void lrn(NodeWriter& w) {
  const auto& a = w.attributes<ops::LrnAttributes>();
  if (a.size % 2 == 1)
    return w.result("LRN", {w.x()},
                    {{"size", a.size}, {"alpha", a.alpha}, {"beta", a.beta}, {"bias", a.bias}});
  w.result("Div", {w.x(), w.emit("Pow", {scale(w, w.x()), w.number(a.beta)})});
}

/// dx = dy / s^beta - 2 alpha beta / size * x * (the sums of dy * x / s^(beta + 1) over the channels whose
/// windows hold x's).
void lrn_gradient(NodeWriter& w) {
  const auto& a = w.attributes<ops::LrnAttributes>();
  const double rate = a.alpha / static_cast<double>(a.size);
  const std::string s = scale(w, w.x(1));
  const std::string direct = w.emit("Div", {w.x(0), w.emit("Pow", {s, w.number(a.beta)})});
  const std::string shares = window_sums(w, w.emit("Div", {w.emit("Mul", {direct, w.x(1)}), s}), true);
  const std::string indirect = w.emit("Mul", {w.emit("Mul", {w.x(1), shares}), w.number(2 * rate * a.beta)});
  w.result("Sub", {direct, indirect});
}

}  // namespace

Family normalization_family() {
  return {{&ops::batch_normalization(), batch_normalization},
          {&ops::batch_normalization_gradient(), batch_normalization_gradient},
          {&ops::layer_normalization(), layer_normalization},
          {&ops::layer_normalization_gradient(), layer_normalization_gradient},
          {&ops::lrn(), lrn},
          {&ops::lrn_gradient(), lrn_gradient}};
}

}  // namespace fovea::onnx_export
