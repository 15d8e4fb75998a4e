#pragma once

#include "fovea/custom.hpp"
#include "fovea/preprocessing.hpp"
#include "ir/gradient_context.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::autodiff {

/// An override of the plain gradients: how the backward pass treats all or some nodes of an operator.
struct RuleOverride {
  const ir::Operator* op;  ///< null: any operator; `applies` decides
  std::function<std::vector<ir::ValueId>(ir::GradientContext&)> rule;
  bool (*applies)(const ir::Graph&, const ir::Node&) = nullptr;  ///< null: every node of the operator
  std::string_view treatment = {};  ///< a description of the rule for reports, in sets with several
};

/// The rules of a backward pass: for each node the first override that applies, or else the operator's own
/// gradient.
struct RuleSet {
  std::string name;
  std::vector<RuleOverride> overrides;
  /// Selects the operators whose nodes are counted and reported when they keep their own gradient, because
  /// users may expect the rule to act on them; null: none.
  bool (*is_reported)(const ir::Operator&) = nullptr;
  /// What the gradients dx of a node's inputs leave over of y dy, an element for each of y; kNoValue where it
  /// is nothing. Null: not computed.
  ir::ValueId (*remainder)(ir::GradientContext&, const std::vector<ir::ValueId>& dx) = nullptr;
};

/// Back-propagation: no overrides.
RuleSet gradient_rules();
/// DeconvNet (Zeiler & Fergus 2013): R_n = R_{n+1} * 1(R_{n+1} > 0) at every
/// rectifier (see rules/rectifiers.hpp).
RuleSet deconvnet_rules();
/// Guided back-propagation (Springenberg et al. 2014): R_n = R_{n+1} * 1(R_{n+1} > 0) * 1(X_n > 0) at every
/// rectifier.
RuleSet guided_rules();
/// A caller's own rule at every rectifier.
RuleSet rectifier_rules(std::shared_ptr<const RectifierRule> rule);

// Relevance propagation: the backward pass propagates a relevance R, seeded with a score (or a 1), and every
// node redistributes the relevance of its output to its inputs. See rules/relevance.hpp and docs/rules.md.

/// LRP-epsilon (bach2015pixel): R_i = sum over j of x_i w_ij R_j / (z_j + epsilon sign(z_j)), where z_j is
/// the output with its bias. On networks of layers, ReLUs and poolings it is gradient times input
/// (ancona2018towards).
RuleSet lrp_epsilon_rules();
/// LRP-alpha-beta with alpha 2 and beta 1 (bach2015pixel):
/// R_i = sum over j of (2 z_ij+ / z_j+ - z_ij- / z_j-) R_j, z_ij = x_i w_ij being cut into the positive and
/// the negative contributions, and z_j+, z_j- their sums with the biases of that sign.
RuleSet lrp_alpha_beta_rules();
/// The composite of montavon2019layer, "EpsilonPlus" of anders2021software: z-plus (alpha 1, beta 0) at
/// convolutions, epsilon at dense layers.
RuleSet lrp_composite_rules();
/// The gamma rule with gamma 0.25 at all layers with weights (montavon2019layer).
RuleSet lrp_gamma_rules();
// The other composites that anders2021software names. Their rules differ by the place of a layer: a rule of
// its own for the layers that read the picture, one for convolutions, epsilon at dense layers.
/// The z-box rule at the picture, whose values lie in `range`; gamma 0.25 at convolutions, epsilon.
RuleSet lrp_epsilon_gamma_box_rules(const InputRange& range);
/// The flat rule at the picture, z-plus at convolutions, epsilon.
RuleSet lrp_epsilon_plus_flat_rules();
/// The w-square rule at the picture, z-plus at convolutions, epsilon.
RuleSet lrp_epsilon_plus_w_square_rules();
/// Alpha 2 and beta 1 at convolutions, epsilon.
RuleSet lrp_epsilon_alpha2_beta1_rules();
/// The flat rule at the picture, alpha 2 and beta 1 at convolutions, epsilon.
RuleSet lrp_epsilon_alpha2_beta1_flat_rules();
/// Excitation back-propagation (zhang2016top): R_i = sum over j of z_ij+ / z_j+ R_j, without biases.
RuleSet excitation_rules();

/// DeepLIFT with the rescale rule (shrikumar2017learning), in a graph that also computes everything for a
/// baseline (`with_baseline`): the backward pass propagates multipliers m, for which the sum of m(x) (x - x')
/// over all x is the same before and behind a node. Linear operators keep their gradients.
RuleSet deep_lift_rules(std::vector<ir::ValueId> twins);

}  // namespace fovea::autodiff
