#include "onnx/export/element_type.hpp"
#include "onnx/export/families.hpp"
#include "ops/add.hpp"
#include "ops/cast.hpp"
#include "ops/comparison.hpp"
#include "ops/div.hpp"
#include "ops/functions.hpp"
#include "ops/identity.hpp"
#include "ops/masked.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/pow.hpp"
#include "ops/relu_mask.hpp"
#include "ops/stabilised_div.hpp"
#include "ops/sub.hpp"
#include "ops/where.hpp"

namespace fovea::onnx_export {
namespace {

/// The ONNX operator of the same name and meaning.
void same(NodeWriter& w) {
  w.result(std::string(w.node().op->name), w.all_inputs());
}

void round(NodeWriter& w) {
  w.result("Round", {w.x()});
}

void cast(NodeWriter& w) {
  w.result("Cast", {w.x()}, {{"to", static_cast<std::int64_t>(element_type(w.result_dtype()))}});
}

void abs_gradient(NodeWriter& w) {
  w.result("Mul", {w.x(0), w.emit("Sign", {w.x(1)})});
}

/// dy where a beats b, half of it where they are equal.
void extremum_gradient(NodeWriter& w, const std::string& beats) {
  const std::string wins = w.as_number(w.emit(beats, {w.x(1), w.x(2)}));
  const std::string ties = w.as_number(w.emit("Equal", {w.x(1), w.x(2)}));
  w.result("Mul", {w.x(0), w.emit("Add", {wins, w.emit("Mul", {ties, w.number(0.5)})})});
}
void max_gradient(NodeWriter& w) {
  extremum_gradient(w, "Greater");
}
void min_gradient(NodeWriter& w) {
  extremum_gradient(w, "Less");
}

void pow_base_derivative(NodeWriter& w) {
  const std::string power = w.emit("Pow", {w.x(0), w.emit("Sub", {w.x(1), w.number(1)})});
  w.result("Where", {w.emit("Equal", {w.x(1), w.number(0)}), w.number(0), w.emit("Mul", {w.x(1), power})});
}

void pow_exponent_derivative(NodeWriter& w) {
  const std::string value = w.emit("Mul", {w.emit("Pow", {w.x(0), w.x(1)}), w.emit("Log", {w.x(0)})});
  const std::string flat = w.emit(
      "And", {w.emit("Equal", {w.x(0), w.number(0)}), w.emit("GreaterOrEqual", {w.x(1), w.number(0)})});
  w.result("Where", {flat, w.number(0), value});
}

void reciprocal_gradient(NodeWriter& w) {
  w.result("Neg", {w.emit("Mul", {w.x(0), w.emit("Mul", {w.x(1), w.x(1)})})});
}

void sqrt_gradient(NodeWriter& w) {
  w.result("Div", {w.x(0), w.emit("Mul", {w.x(1), w.number(2)})});
}

void erf_gradient(NodeWriter& w) {
  const std::string bell = w.emit("Exp", {w.emit("Neg", {w.emit("Mul", {w.x(1), w.x(1)})})});
  w.result("Mul", {w.x(0), w.emit("Mul", {bell, w.number(1.1283791670955126)})});  // 2 / sqrt(pi)
}

void stabilised_div(NodeWriter& w) {
  const double epsilon = w.attributes<ops::StabilisedDivAttributes>().epsilon;
  const std::string sign = w.emit("GreaterOrEqual", {w.x(1), w.number(0)});
  const std::string shift = w.emit("Where", {sign, w.number(epsilon), w.number(-epsilon)});
  w.result("Div", {w.x(0), w.emit("Add", {w.x(1), shift})});
}

void relu_mask(NodeWriter& w) {
  w.result("Greater", {w.x(), w.number(0)});
}

void masked(NodeWriter& w) {
  w.result("Where", {w.x(1), w.x(0), w.number(0)});
}

}  // namespace

Family elementwise_family() {
  Family family;
  for (const ir::Operator* op :
       {&ops::abs(),         &ops::add(),           &ops::atan(),    &ops::ceil(),
        &ops::cos(),         &ops::div(),           &ops::equal(),   &ops::erf(),
        &ops::exp(),         &ops::floor(),         &ops::greater(), &ops::greater_or_equal(),
        &ops::less(),        &ops::less_or_equal(), &ops::log(),     &ops::logical_and(),
        &ops::logical_not(), &ops::logical_or(),    &ops::max(),     &ops::min(),
        &ops::mul(),         &ops::neg(),           &ops::pow(),     &ops::reciprocal(),
        &ops::round(),       &ops::sin(),           &ops::sqrt(),    &ops::sub(),
        &ops::where(),       &ops::identity()})
    family.emplace_back(op, same);
  for (const auto& [op, write] : Family{{&ops::round_straight_through(), round},
                                        {&ops::cast(), cast},
                                        {&ops::abs_gradient(), abs_gradient},
                                        {&ops::max_gradient(), max_gradient},
                                        {&ops::min_gradient(), min_gradient},
                                        {&ops::pow_base_derivative(), pow_base_derivative},
                                        {&ops::pow_exponent_derivative(), pow_exponent_derivative},
                                        {&ops::reciprocal_gradient(), reciprocal_gradient},
                                        {&ops::sqrt_gradient(), sqrt_gradient},
                                        {&ops::erf_gradient(), erf_gradient},
                                        {&ops::stabilised_div(), stabilised_div},
                                        {&ops::relu_mask(), relu_mask},
                                        {&ops::masked(), masked}})
    family.emplace_back(op, write);
  return family;
}

}  // namespace fovea::onnx_export
