#include "autodiff/rules/relevance.hpp"
#include "autodiff/rules/relevance_graph.hpp"
#include "ops/abs.hpp"
#include "ops/add.hpp"
#include "ops/atan.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/broadcast.hpp"
#include "ops/cast.hpp"
#include "ops/ceil.hpp"
#include "ops/clip.hpp"
#include "ops/concat.hpp"
#include "ops/cos.hpp"
#include "ops/custom.hpp"
#include "ops/div.hpp"
#include "ops/elu.hpp"
#include "ops/erf.hpp"
#include "ops/exp.hpp"
#include "ops/expand.hpp"
#include "ops/floor.hpp"
#include "ops/gather.hpp"
#include "ops/hard_sigmoid.hpp"
#include "ops/hard_swish.hpp"
#include "ops/identity.hpp"
#include "ops/layer_normalization.hpp"
#include "ops/leaky_relu.hpp"
#include "ops/log.hpp"
#include "ops/log_softmax.hpp"
#include "ops/lrn.hpp"
#include "ops/max.hpp"
#include "ops/max_pool.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/neg.hpp"
#include "ops/pad.hpp"
#include "ops/pow.hpp"
#include "ops/prelu.hpp"
#include "ops/reciprocal.hpp"
#include "ops/reduce_max.hpp"
#include "ops/relu.hpp"
#include "ops/reshape.hpp"
#include "ops/round.hpp"
#include "ops/round_straight_through.hpp"
#include "ops/scatter.hpp"
#include "ops/sigmoid.hpp"
#include "ops/sin.hpp"
#include "ops/slice.hpp"
#include "ops/softmax.hpp"
#include "ops/softplus.hpp"
#include "ops/split.hpp"
#include "ops/sqrt.hpp"
#include "ops/sub.hpp"
#include "ops/tanh.hpp"
#include "ops/transpose.hpp"
#include "ops/where.hpp"

namespace fovea::autodiff {
namespace {

constexpr std::string_view kUnchanged = "unchanged";

/// All of `relevance` to one input, summed over the axes along which that is stretched.
std::vector<ir::ValueId> pass_to(ir::GradientContext& c, std::size_t input, ir::ValueId relevance) {
  std::vector<ir::ValueId> all(c.input_count(), ir::kNoValue);
  all[input] = ops::sum_to_shape(c, relevance, c.shape(c.x(input)));
  return all;
}

/// To the first input that depends on the picture: the function's argument, the base of a power, the
/// dividend.
std::vector<ir::ValueId> pass_on(ir::GradientContext& c) {
  std::size_t input = 0;
  while (!c.needs(input))
    ++input;
  return pass_to(c, input, c.dy());
}

std::vector<ir::ValueId> pass_to_signal(ir::GradientContext& c) {
  const std::size_t signal = signal_of(c.graph(), c.node()).value();
  return pass_to(c, c.needs(signal) ? signal : 1 - signal, c.dy());
}

std::vector<ir::ValueId> pass_in_halves(ir::GradientContext& c) {
  if (!c.needs(0) || !c.needs(1))
    return pass_on(c);
  const ir::ValueId half = c.emit(ops::mul(), {c.dy(), c.scalar(0.5, c.dtype(c.dy()))});
  return {pass_to(c, 0, half)[0], pass_to(c, 1, half)[1]};
}

bool has_signal(const ir::Graph& graph, const ir::Node& node) {
  return signal_of(graph, node).has_value();
}

/// What the functions of a caller's operator do with a relevance, nobody can know.
std::vector<ir::ValueId> refuse_custom(ir::GradientContext& c) {
  throw InputError(fmt::format("'{}' ({}): relevance rules do not support custom operators", c.node().name,
                               c.attributes<ops::CustomAttributes>().operator_name));
}

bool is_product(const ir::Graph& graph, const ir::Node& node) {
  return !has_constant_operand(graph, node);
}

}  // namespace

Overrides passing() {
  Overrides all = {{&ops::mul(), pass_to_signal, has_signal, "all to the signal, none to the gate"},
                   {&ops::mul(), pass_in_halves, is_product, "half to each factor"},
                   {&ops::max(), pass_on, has_constant_operand, kUnchanged},
                   {&ops::min(), pass_on, has_constant_operand, kUnchanged},
                   {&ops::custom(), refuse_custom},
                   {&ops::custom_without_backward(), refuse_custom}};
  for (const ir::Operator* op : {&ops::abs(),
                                 &ops::add(),
                                 &ops::atan(),
                                 &ops::batch_normalization(),
                                 &ops::ceil(),
                                 &ops::clip(),
                                 &ops::cos(),
                                 &ops::div(),
                                 &ops::elu(),
                                 &ops::erf(),
                                 &ops::exp(),
                                 &ops::floor(),
                                 &ops::hard_sigmoid(),
                                 &ops::hard_swish(),
                                 &ops::layer_normalization(),
                                 &ops::leaky_relu(),
                                 &ops::log(),
                                 &ops::log_softmax(),
                                 &ops::lrn(),
                                 &ops::mul(),
                                 &ops::neg(),
                                 &ops::pow(),
                                 &ops::prelu(),
                                 &ops::reciprocal(),
                                 &ops::relu(),
                                 &ops::round(),
                                 &ops::round_straight_through(),
                                 &ops::sigmoid(),
                                 &ops::sin(),
                                 &ops::softmax(),
                                 &ops::softplus(),
                                 &ops::sqrt(),
                                 &ops::sub(),
                                 &ops::tanh()})
    all.push_back({op, pass_on, nullptr, kUnchanged});
  return all;
}

std::vector<const ir::Operator*> movers() {
  return {&ops::cast(),     &ops::concat(),     &ops::expand(),    &ops::gather(),
          &ops::identity(), &ops::max(),        &ops::max_pool(),  &ops::min(),
          &ops::pad(),      &ops::reduce_max(), &ops::reshape(),   &ops::scatter(),
          &ops::slice(),    &ops::split(),      &ops::transpose(), &ops::where()};
}

}  // namespace fovea::autodiff
