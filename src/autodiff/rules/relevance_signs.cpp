#include "autodiff/rules/relevance.hpp"
#include "autodiff/rules/relevance_graph.hpp"
#include "ops/add.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/functions.hpp"
#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"
#include "ops/mul.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/sub.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace fovea::autodiff {
namespace {

enum class Sign { Positive, Negative };

Sign opposite(Sign sign) {
  return sign == Sign::Positive ? Sign::Negative : Sign::Positive;
}

ir::ValueId sum(ir::GradientContext& c, ir::ValueId a, ir::ValueId b) {
  return a == ir::kNoValue ? b : c.emit(ops::add(), {a, b});
}

/// A value as the magnitudes of its positive and of its negative elements, zeros in the place of the others.
/// Each part is made once, when it is first asked for.
class Signed {
public:
  Signed(ir::GradientContext& c, ir::ValueId id)
      : c_(&c), id_(id), positive_(is_non_negative(c.graph(), id) ? id : ir::kNoValue) {}

  /// Whether the value can have elements of that sign.
  bool has(Sign sign) const { return sign == Sign::Positive || positive_ != id_; }
  ir::ValueId part(Sign sign) {
    if (positive_ == ir::kNoValue)
      positive_ = c_->emit(ops::relu(), {id_});
    if (sign == Sign::Positive)
      return positive_;
    if (negative_ == ir::kNoValue)
      negative_ = c_->emit(ops::sub(), {positive_, id_});
    return negative_;
  }

private:
  ir::GradientContext* c_;
  ir::ValueId id_, positive_, negative_ = ir::kNoValue;
};

/// The index of the input among whose elements relevance is shared; the other one is the weights.
std::size_t shared_input(ir::GradientContext& c) {
  if (c.needs(0) && c.needs(1))
    return signal_of(c.graph(), c.node()).value();
  return c.needs(0) ? 0 : 1;
}

/// y = sum of x_i w_ij + b_j, taken apart by the sign of what is summed. All parts are magnitudes: the
/// positive contributions are x+ w+ and x- w-, the negative ones x+ w- and x- w+.
class SignedLayer {
public:
  SignedLayer(ir::GradientContext& c, Biases biases)
      : c_(c), biases_(biases), at_(shared_input(c)), x_(c, c.x(at_)), w_(c, c.x(1 - at_)),
        behind_(biases == Biases::Shared ? bias_behind(c.graph(), c.node()) : ir::kNoValue) {}

  /// The sums of the contributions and biases of one sign at every output; kNoValue where there can be none.
  ir::ValueId total(Sign sign) {
    ir::ValueId all = ir::kNoValue;
    for (Sign of_x : {Sign::Positive, Sign::Negative}) {
      const Sign of_w = sign == Sign::Positive ? of_x : opposite(of_x);
      if (!x_.has(of_x) || !w_.has(of_w))
        continue;
      std::vector<ir::ValueId> inputs = c_.node().inputs;
      inputs[at_] = x_.part(of_x);
      inputs[1 - at_] = w_.part(of_w);
      if (inputs.size() > 2 && inputs[2] != ir::kNoValue)
        inputs[2] =
            all == ir::kNoValue && biases_ == Biases::Shared ? Signed(c_, c_.x(2)).part(sign) : ir::kNoValue;
      const ir::ValueId y = c_.emit(*c_.node().op, inputs, c_.node().attributes);
      made_[index(sign)].push_back({inputs[at_], y});
      all = sum(c_, all, y);
    }
    const bool has_bias_behind = all != ir::kNoValue && behind_ != ir::kNoValue;
    return has_bias_behind ? sum(c_, all, Signed(c_, behind_).part(sign)) : all;
  }

  /// The part of x in what the outputs hand out, `s` for each unit of the contributions of one sign, whose
  /// total must have been made.
  ir::ValueId shares(Sign sign, ir::ValueId s) {
    ir::ValueId all = ir::kNoValue;
    std::vector<bool> needed(c_.input_count(), false);
    needed[at_] = true;
    for (const Part& made : made_[index(sign)])
      all = sum(c_, all, c_.emit(ops::mul(), {made.x, own_gradients(c_, made.y, s, needed)[at_]}));
    return all;
  }

  /// The result of a rule: the relevance of x, nothing for the other inputs.
  std::vector<ir::ValueId> to_x(ir::ValueId relevance) const {
    std::vector<ir::ValueId> all(c_.input_count(), ir::kNoValue);
    all[at_] = relevance;
    return all;
  }

private:
  struct Part {
    ir::ValueId x, y;  ///< one part of x and what the layer makes of it
  };
  static std::size_t index(Sign sign) { return sign == Sign::Positive ? 0 : 1; }

  ir::GradientContext& c_;
  Biases biases_;
  std::size_t at_;  ///< which input x is
  Signed x_, w_;
  ir::ValueId behind_;
  std::array<std::vector<Part>, 2> made_;
};

template <Biases biases>
std::vector<ir::ValueId> z_plus_rule(ir::GradientContext& c) {
  SignedLayer layer(c, biases);
  const ir::ValueId positive = layer.total(Sign::Positive);
  return layer.to_x(layer.shares(Sign::Positive, per_unit(c, c.dy(), positive)));
}

/// The negative contributions share -R, the positive ones what is then missing: 2 R. Where there are no
/// positive ones, the negative ones share R; where there are no negative ones, the positive ones do. What is
/// missing is counted, not assumed, so that nothing is lost to the stabiliser between these cases.
std::vector<ir::ValueId> alpha_beta_rule(ir::GradientContext& c) {
  SignedLayer layer(c, Biases::Shared);
  const ir::ValueId positive = layer.total(Sign::Positive), negative = layer.total(Sign::Negative);
  if (negative == ir::kNoValue)
    return layer.to_x(layer.shares(Sign::Positive, per_unit(c, c.dy(), positive)));
  const ir::ValueId opposed = c.emit(ops::mul(), {c.dy(), per_unit(c, positive, positive)});
  const ir::ValueId twice = c.emit(ops::mul(), {opposed, c.scalar(2, c.dtype(opposed))});
  const ir::ValueId of_negative = per_unit(c, c.emit(ops::sub(), {c.dy(), twice}), negative);
  const ir::ValueId missing = c.emit(ops::sub(), {c.dy(), c.emit(ops::mul(), {of_negative, negative})});
  return layer.to_x(sum(c, layer.shares(Sign::Positive, per_unit(c, missing, positive)),
                        layer.shares(Sign::Negative, of_negative)));
}

/// The contributions that have the sign of their unit's output count 1 + gamma times: twice the shares, once
/// for the units above 0 and once for those below.
std::vector<ir::ValueId> gamma_rule(ir::GradientContext& c, double gamma) {
  SignedLayer layer(c, Biases::Shared);
  const ir::ValueId positive = layer.total(Sign::Positive), negative = layer.total(Sign::Negative);
  if (negative == ir::kNoValue)
    return layer.to_x(layer.shares(Sign::Positive, per_unit(c, c.dy(), positive)));
  const ir::ValueId factor = c.scalar(1 + gamma, c.dtype(c.dy()));
  const auto raised = [&](ir::ValueId value) { return c.emit(ops::mul(), {value, factor}); };
  const ir::ValueId z = c.emit(ops::sub(), {positive, negative});
  const ir::ValueId of_active = c.emit(ops::relu_gradient(), {c.dy(), z}),
                    of_others = c.emit(ops::sub(), {c.dy(), of_active});
  const ir::ValueId active = per_unit(c, of_active, c.emit(ops::sub(), {raised(positive), negative})),
                    others = per_unit(c, of_others, c.emit(ops::sub(), {positive, raised(negative)}));
  return layer.to_x(c.emit(ops::sub(), {layer.shares(Sign::Positive, sum(c, raised(active), others)),
                                        layer.shares(Sign::Negative, sum(c, active, raised(others)))}));
}

/// A sum with weights that are not negative, taken apart by the sign of its terms.
class SignedSum {
public:
  explicit SignedSum(ir::GradientContext& c) : c_(c), is_difference_(c.node().op == &ops::sub()) {
    terms_.emplace_back(c, c.x(0));
    if (is_difference_ || c.node().op == &ops::add())
      terms_.emplace_back(c, c.x(1));
    for (std::size_t i = 0; i < c.input_count(); ++i)
      needed_.push_back(c.needs(i));
  }

  bool has_negative() const {
    return is_difference_ || std::any_of(terms_.begin(), terms_.end(),
                                         [](const Signed& term) { return term.has(Sign::Negative); });
  }
  ir::ValueId total(Sign sign) {
    inputs_ = c_.node().inputs;
    for (std::size_t i = 0; i < terms_.size(); ++i)
      inputs_[i] = terms_[i].part(is_difference_ && i == 1 ? opposite(sign) : sign);
    return c_.emit(is_difference_ ? ops::add() : *c_.node().op, inputs_, c_.node().attributes);
  }
  /// Adds to `shares` what the terms of the last total get, `s` for each unit of it.
  void share(ir::ValueId total, ir::ValueId s, std::vector<ir::ValueId>& shares) {
    const auto slopes = own_gradients(c_, total, s, needed_);
    for (std::size_t i = 0; i < terms_.size(); ++i)
      if (needed_[i])
        shares[i] = sum(c_, shares[i], c_.emit(ops::mul(), {inputs_[i], slopes[i]}));
  }

private:
  ir::GradientContext& c_;
  bool is_difference_;
  std::vector<Signed> terms_;
  std::vector<bool> needed_;
  std::vector<ir::ValueId> inputs_;
};

std::vector<ir::ValueId> sum_rule(ir::GradientContext& c) {
  SignedSum terms(c);
  if (!terms.has_negative())
    return share_by_epsilon(c);
  std::vector<ir::ValueId> shares(c.input_count(), ir::kNoValue);
  const ir::ValueId positive = terms.total(Sign::Positive), of_positive = per_unit(c, c.dy(), positive);
  terms.share(positive, of_positive, shares);
  const ir::ValueId missing = c.emit(ops::sub(), {c.dy(), c.emit(ops::mul(), {of_positive, positive})});
  const ir::ValueId negative = terms.total(Sign::Negative);
  terms.share(negative, per_unit(c, missing, negative), shares);
  return shares;
}

/// Whether one operand weighs the other one: it is a constant, or attention weights.
bool weighs(const ir::Graph& graph, const ir::Node& mat_mul) {
  return has_constant_operand(graph, mat_mul) || signal_of(graph, mat_mul).has_value();
}

bool is_plain_layer(const ir::Graph& graph, const ir::Node& gemm) {
  const auto& a = gemm.attributes.as<ops::GemmAttributes>();
  const bool has_bias = gemm.inputs.size() > 2 && gemm.inputs[2] != ir::kNoValue;
  return has_constant_operand(graph, gemm) && a.alpha > 0 && a.beta >= 0 &&
         (!has_bias || graph.is_constant(gemm.inputs[2]));
}

bool has_weights(const ir::Graph& graph, const ir::Node& conv) {
  return graph.is_constant(conv.inputs[1]);
}

bool takes_own_mean_or_maximum(const ir::Graph& graph, const ir::Node& sub) {
  return takes_own(graph, sub, ops::reduce_mean()) || takes_own(graph, sub, ops::reduce_max());
}

bool is_sum(const ir::Graph& graph, const ir::Node& node) {
  return !has_constant_operand(graph, node);
}

using Rule = std::function<std::vector<ir::ValueId>(ir::GradientContext&)>;

Overrides convolutions(const Rule& rule, std::string_view treatment) {
  return {{&ops::conv(), rule, has_weights, treatment},
          {&ops::conv_transpose(), rule, has_weights, treatment}};
}

Overrides layers(const Rule& rule, std::string_view treatment) {
  return joined(
      {convolutions(rule, treatment),
       {{&ops::gemm(), rule, is_plain_layer, treatment}, {&ops::mat_mul(), rule, weighs, treatment}}});
}

Rule by_gamma(double gamma) {
  return [gamma](ir::GradientContext& c) { return gamma_rule(c, gamma); };
}

}  // namespace

Overrides convolutions_by_z_plus() {
  return convolutions(z_plus_rule<Biases::Shared>, "z-plus");
}

Overrides convolutions_by_alpha_beta() {
  return convolutions(alpha_beta_rule, "alpha-beta");
}

Overrides convolutions_by_gamma(double gamma) {
  return convolutions(by_gamma(gamma), "gamma");
}

Overrides layers_by_gamma(double gamma) {
  return layers(by_gamma(gamma), "gamma");
}

Overrides layers_by_excitation() {
  return layers(z_plus_rule<Biases::LeftOut>, "z-plus without biases");
}

Overrides layers_by_alpha_beta() {
  return layers(alpha_beta_rule, "alpha-beta");
}

Overrides sums_by_z_plus() {
  return {{&ops::sub(), pass_to_first, takes_own_mean_or_maximum, "unchanged"},
          {&ops::add(), sum_rule, is_sum, "z-plus"},
          {&ops::sub(), sum_rule, is_sum, "z-plus"},
          {nullptr, sum_rule, is_shared, "z-plus"}};
}

}  // namespace fovea::autodiff
