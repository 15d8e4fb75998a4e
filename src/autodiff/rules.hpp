#pragma once

#include "fovea/custom.hpp"
#include "ir/gradient_context.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::autodiff {

/// One exception to the plain gradients: how the backward pass treats the nodes of one operator, or some
/// nodes.
struct RuleOverride {
  const ir::Operator* op;  ///< null: of any operator, as `applies` says
  std::function<std::vector<ir::ValueId>(ir::GradientContext&)> rule;
  bool (*applies)(const ir::Graph&, const ir::Node&) = nullptr;  ///< null: every node of the operator
  std::string_view treatment = {};  ///< for reports, where a set has several: what the rule does
};

/// How the backward pass is made: the first override that fits, or else the operator's own gradient.
struct RuleSet {
  std::string name;
  std::vector<RuleOverride> overrides;
  /// Whether an operator's nodes are counted where they keep their own gradient, because a user may expect
  /// the rule to act on them; null: of none.
  bool (*passed_by)(const ir::Operator&) = nullptr;
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

// Relevance propagation: what flows back is a relevance R, seeded with a score (or a 1), and every node hands
// the relevance of its output on to its inputs. See rules/relevance.hpp and docs/rules.md.

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
/// Excitation back-propagation (zhang2016top): R_i = sum over j of z_ij+ / z_j+ R_j, without biases.
RuleSet excitation_rules();

}  // namespace fovea::autodiff
