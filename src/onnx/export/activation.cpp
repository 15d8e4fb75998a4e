#include "onnx/export/families.hpp"
#include "ops/clip_mask.hpp"
#include "ops/functions.hpp"
#include "ops/log_softmax.hpp"
#include "ops/prelu.hpp"
#include "ops/softmax.hpp"

#include <cmath>

namespace fovea::onnx_export {
namespace {

void relu(NodeWriter& w) {
  w.result("Relu", {w.x()});
}

/// dy where the other input is above 0.
void relu_gradient(NodeWriter& w) {
  w.result("Where", {w.emit("Greater", {w.x(1), w.number(0)}), w.x(0), w.number(0)});
}

void clip(NodeWriter& w) {
  const auto& a = w.attributes<ops::ClipAttributes>();
  w.result("Clip",
           {w.x(), std::isfinite(a.min) ? w.number(a.min) : "", std::isfinite(a.max) ? w.number(a.max) : ""});
}

std::string inside(NodeWriter& w, const std::string& x) {
  const auto& a = w.attributes<ops::ClipAttributes>();
  return w.emit("And", {w.emit("GreaterOrEqual", {x, w.model().scalar(a.min, w.dtype(0))}),
                        w.emit("LessOrEqual", {x, w.model().scalar(a.max, w.dtype(0))})});
}

void clip_mask(NodeWriter& w) {
  const std::string mask = inside(w, w.x());
  w.result("Identity", {mask});
}

void clip_gradient(NodeWriter& w) {
  w.result("Where", {inside(w, w.x(1)), w.x(0), w.number(0)});
}

void elu(NodeWriter& w) {
  w.result("Elu", {w.x()}, {{"alpha", w.attributes<ops::EluAttributes>().alpha}});
}

void elu_gradient(NodeWriter& w) {
  const double alpha = w.attributes<ops::EluAttributes>().alpha;
  // Min keeps the exponential of a large x, which is not taken, from becoming infinite.
  const std::string low = w.emit("Exp", {w.emit("Min", {w.x(1), w.number(0)})});
  const std::string slope = w.emit("Where", {w.emit("Greater", {w.x(1), w.number(0)}), w.number(1),
                                             w.emit("Mul", {low, w.number(alpha)})});
  w.result("Mul", {w.x(0), slope});
}

void hard_sigmoid(NodeWriter& w) {
  const auto& a = w.attributes<ops::HardSigmoidAttributes>();
  w.result("HardSigmoid", {w.x()}, {{"alpha", a.alpha}, {"beta", a.beta}});
}

void hard_sigmoid_gradient(NodeWriter& w) {
  const double alpha = w.attributes<ops::HardSigmoidAttributes>().alpha;
  const std::string slopes =
      w.emit("And", {w.emit("Greater", {w.x(1), w.number(0)}), w.emit("Less", {w.x(1), w.number(1)})});
  w.result("Where", {slopes, w.emit("Mul", {w.x(0), w.number(alpha)}), w.number(0)});
}

/// ONNX has HardSwish from opset 14 on.
void hard_swish(NodeWriter& w) {
  w.result("Mul", {w.x(), w.emit("HardSigmoid", {w.x()}, {{"alpha", 1.0 / 6}, {"beta", 0.5}})});
}

void hard_swish_gradient(NodeWriter& w) {
  const std::string line = w.emit("Add", {w.emit("Div", {w.x(1), w.number(3)}), w.number(0.5)});
  const std::string low = w.emit("Where", {w.emit("LessOrEqual", {w.x(1), w.number(-3)}), w.number(0), line});
  const std::string slope =
      w.emit("Where", {w.emit("GreaterOrEqual", {w.x(1), w.number(3)}), w.number(1), low});
  w.result("Mul", {w.x(0), slope});
}

void leaky_relu(NodeWriter& w) {
  w.result("LeakyRelu", {w.x()}, {{"alpha", w.attributes<ops::LeakyReluAttributes>().alpha}});
}

void leaky_relu_gradient(NodeWriter& w) {
  const double alpha = w.attributes<ops::LeakyReluAttributes>().alpha;
  w.result("Where",
           {w.emit("Greater", {w.x(1), w.number(0)}), w.x(0), w.emit("Mul", {w.x(0), w.number(alpha)})});
}

void prelu(NodeWriter& w) {
  w.result("PRelu", {w.x(0), w.x(1)});
}

void prelu_gradient(NodeWriter& w) {
  w.result("Where", {w.emit("Greater", {w.x(1), w.number(0)}), w.x(0), w.emit("Mul", {w.x(0), w.x(2)})});
}

void sigmoid(NodeWriter& w) {
  w.result("Sigmoid", {w.x()});
}

void sigmoid_gradient(NodeWriter& w) {
  const std::string slope = w.emit("Mul", {w.x(1), w.emit("Sub", {w.number(1), w.x(1)})});
  w.result("Mul", {w.x(0), slope});
}

void softplus(NodeWriter& w) {
  w.result("Softplus", {w.x()});
}

void softplus_gradient(NodeWriter& w) {
  w.result("Mul", {w.x(0), w.emit("Sigmoid", {w.x(1)})});
}

void tanh(NodeWriter& w) {
  w.result("Tanh", {w.x()});
}

void tanh_gradient(NodeWriter& w) {
  const std::string slope = w.emit("Sub", {w.number(1), w.emit("Mul", {w.x(1), w.x(1)})});
  w.result("Mul", {w.x(0), slope});
}

void softmax(NodeWriter& w) {
  w.result("Softmax", {w.x()}, {{"axis", w.attributes<ops::SoftmaxAttributes>().axis}});
}

void log_softmax(NodeWriter& w) {
  w.result("LogSoftmax", {w.x()}, {{"axis", w.attributes<ops::SoftmaxAttributes>().axis}});
}

std::string sum_along(NodeWriter& w, const std::string& x) {
  return w.emit("ReduceSum", {x, w.integers({w.attributes<ops::SoftmaxAttributes>().axis})});
}

void softmax_gradient(NodeWriter& w) {
  const std::string sum = sum_along(w, w.emit("Mul", {w.x(0), w.x(1)}));
  w.result("Mul", {w.x(1), w.emit("Sub", {w.x(0), sum})});
}

void log_softmax_gradient(NodeWriter& w) {
  const std::string sum = sum_along(w, w.x(0));
  w.result("Sub", {w.x(0), w.emit("Mul", {w.emit("Exp", {w.x(1)}), sum})});
}

}  // namespace

Family activation_family() {
  return {{&ops::relu(), relu},
          {&ops::relu_gradient(), relu_gradient},
          {&ops::clip(), clip},
          {&ops::clip_gradient(), clip_gradient},
          {&ops::clip_mask(), clip_mask},
          {&ops::elu(), elu},
          {&ops::elu_gradient(), elu_gradient},
          {&ops::hard_sigmoid(), hard_sigmoid},
          {&ops::hard_sigmoid_gradient(), hard_sigmoid_gradient},
          {&ops::hard_swish(), hard_swish},
          {&ops::hard_swish_gradient(), hard_swish_gradient},
          {&ops::leaky_relu(), leaky_relu},
          {&ops::leaky_relu_gradient(), leaky_relu_gradient},
          {&ops::prelu(), prelu},
          {&ops::prelu_gradient(), prelu_gradient},
          {&ops::sigmoid(), sigmoid},
          {&ops::sigmoid_gradient(), sigmoid_gradient},
          {&ops::softplus(), softplus},
          {&ops::softplus_gradient(), softplus_gradient},
          {&ops::tanh(), tanh},
          {&ops::tanh_gradient(), tanh_gradient},
          {&ops::softmax(), softmax},
          {&ops::softmax_gradient(), softmax_gradient},
          {&ops::log_softmax(), log_softmax},
          {&ops::log_softmax_gradient(), log_softmax_gradient}};
}

}  // namespace fovea::onnx_export
