#include "autodiff/rules/relevance.hpp"
#include "autodiff/rules/relevance_graph.hpp"
#include "ops/add.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/gemm.hpp"
#include "ops/layer_normalization.hpp"
#include "ops/mat_mul.hpp"
#include "ops/mul.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/reduce_prod.hpp"
#include "ops/scatter.hpp"
#include "ops/stabilised_div.hpp"
#include "ops/sub.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::autodiff {
namespace {

constexpr std::string_view kEpsilon = "epsilon";

std::vector<bool> needed_inputs(const ir::GradientContext& c) {
  std::vector<bool> needed;
  for (std::size_t i = 0; i < c.input_count(); ++i)
    needed.push_back(c.needs(i));
  return needed;
}

/// R_x = x * (own gradient for dy = s), for the inputs that are `needed`.
std::vector<ir::ValueId> weighed(ir::GradientContext& c, ir::ValueId s, const std::vector<bool>& needed) {
  std::vector<ir::ValueId> shares = own_gradients(c, c.y(), s, needed);
  for (std::size_t i = 0; i < shares.size(); ++i)
    if (needed[i] && shares[i] != ir::kNoValue)
      shares[i] = c.emit(ops::mul(), {c.x(i), shares[i]});
  return shares;
}

ir::ValueId scaled(ir::GradientContext& c, ir::ValueId value, double factor) {
  return c.emit(ops::mul(), {value, c.scalar(factor, c.dtype(value))});
}

std::vector<ir::ValueId> share_with_signal(ir::GradientContext& c) {
  std::vector<bool> needed = needed_inputs(c);
  const std::size_t gate = 1 - signal_of(c.graph(), c.node()).value();
  if (needed[1 - gate])
    needed[gate] = false;
  return weighed(c, per_unit(c, c.dy(), c.y()), needed);
}

/// A product of n factors gives each the n-th part: x * dy/dx is the whole of it for every one of them.
std::vector<ir::ValueId> share_in_halves(ir::GradientContext& c) {
  if (!c.needs(0) || !c.needs(1))
    return share_by_epsilon(c);
  return weighed(c, scaled(c, per_unit(c, c.dy(), c.y()), 0.5), needed_inputs(c));
}

std::vector<ir::ValueId> share_among_factors(ir::GradientContext& c) {
  const auto factors = static_cast<double>(c.shape(c.x()).elements()) /
                       static_cast<double>(std::max<std::int64_t>(c.shape(c.y()).elements(), 1));
  return weighed(c, scaled(c, per_unit(c, c.dy(), c.y()), 1 / factors), needed_inputs(c));
}

/// The mean along the normalised axes, which is what the operator subtracts.
ir::ValueId mean_of(ir::GradientContext& c, ir::ValueId value) {
  const std::int64_t rank = c.shape(value).rank(),
                     axis = c.attributes<ops::LayerNormalizationAttributes>().axis;
  std::vector<std::int64_t> axes(static_cast<std::size_t>(axis < 0 ? -axis : rank - axis));
  std::iota(axes.begin(), axes.end(), axis < 0 ? axis + rank : axis);
  return c.emit(ops::reduce_mean(), {value}, ops::ReduceAttributes{.axes = axes, .keep_dims = 1});
}

/// y = scale (x - mean) / deviation + bias, cut into the steps that a file without this operator would hold:
/// the bias takes its share, the factors none, and what is left is shared by x - mean.
std::vector<ir::ValueId> share_normalised(ir::GradientContext& c) {
  ir::ValueId relevance = c.dy();
  if (c.input_count() > 2 && c.x(2) != ir::kNoValue)
    relevance = c.emit(ops::mul(), {c.emit(ops::sub(), {c.y(), c.x(2)}), per_unit(c, relevance, c.y())});
  const ir::ValueId centred = c.emit(ops::sub(), {c.x(), mean_of(c, c.x())});
  const ir::ValueId s = per_unit(c, relevance, centred);
  std::vector<ir::ValueId> shares(c.input_count(), ir::kNoValue);
  shares[0] = c.emit(ops::mul(), {c.x(), c.emit(ops::sub(), {s, mean_of(c, s)})});
  return shares;
}

bool is_product(const ir::Graph& graph, const ir::Node& node) {
  return !has_constant_operand(graph, node);
}

bool has_signal(const ir::Graph& graph, const ir::Node& node) {
  return signal_of(graph, node).has_value();
}

bool adds_up(const ir::Graph&, const ir::Node& scatter) {
  return scatter.attributes.as<ops::ScatterAttributes>().reduction == "add";
}

bool takes_own_maximum(const ir::Graph& graph, const ir::Node& sub) {
  return takes_own(graph, sub, ops::reduce_max());
}

bool is_bias_of_dense_layer(const ir::Graph& graph, const ir::Node& add) {
  const ir::Node* layer = layer_of_bias(graph, add);
  return layer && (layer->op == &ops::gemm() || layer->op == &ops::mat_mul());
}

}  // namespace

Overrides joined(std::initializer_list<Overrides> parts) {
  Overrides all;
  for (const Overrides& part : parts)
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

ir::ValueId per_unit(ir::GradientContext& c, ir::ValueId relevance, ir::ValueId sum) {
  return c.emit(ops::stabilised_div(), {relevance, sum}, ops::StabilisedDivAttributes{.epsilon = 1e-12});
}

std::vector<ir::ValueId> own_gradients(ir::GradientContext& c, ir::ValueId y, ir::ValueId dy,
                                       std::vector<bool> needed) {
  ir::GradientContext own(c.graph(), *c.graph().producer(y), {dy}, std::move(needed));
  return own.node().op->gradient.rule(own);
}

std::vector<ir::ValueId> share_by_epsilon(ir::GradientContext& c) {
  return weighed(c, per_unit(c, c.dy(), c.y()), needed_inputs(c));
}

std::vector<ir::ValueId> pass_to_first(ir::GradientContext& c) {
  std::vector<ir::ValueId> shares(c.input_count(), ir::kNoValue);
  shares[0] = c.dy();
  return shares;
}

Overrides layers_by_epsilon() {
  return {{&ops::mat_mul(), share_with_signal, has_signal, kEpsilon},
          {&ops::mat_mul(), share_in_halves, is_product, "epsilon in halves"},
          {&ops::mat_mul(), share_by_epsilon, nullptr, kEpsilon},
          {&ops::gemm(), share_in_halves, is_product, "epsilon in halves"},
          {&ops::gemm(), share_by_epsilon, nullptr, kEpsilon},
          {&ops::conv(), share_by_epsilon, nullptr, kEpsilon},
          {&ops::conv_transpose(), share_by_epsilon, nullptr, kEpsilon}};
}

Overrides dense_biases_by_epsilon() {
  return {{&ops::add(), share_by_epsilon, is_bias_of_dense_layer, kEpsilon}};
}

Overrides sums_by_epsilon() {
  return {{&ops::sub(), pass_to_first, takes_own_maximum, "unchanged"},
          {&ops::add(), share_by_epsilon, is_product, kEpsilon},
          {&ops::sub(), share_by_epsilon, is_product, kEpsilon},
          {&ops::scatter(), share_by_epsilon, adds_up, kEpsilon},
          {&ops::reduce_prod(), share_among_factors, nullptr, kEpsilon},
          {nullptr, share_by_epsilon, is_shared, kEpsilon}};
}

Overrides shifts_by_epsilon() {
  return {{&ops::add(), share_by_epsilon, nullptr, kEpsilon},
          {&ops::sub(), share_by_epsilon, nullptr, kEpsilon},
          {&ops::batch_normalization(), share_by_epsilon, nullptr, kEpsilon},
          {&ops::layer_normalization(), share_normalised, nullptr, kEpsilon}};
}

}  // namespace fovea::autodiff
