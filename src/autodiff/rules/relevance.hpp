#pragma once

#include "autodiff/rules.hpp"
#include "ir/gradient_context.hpp"

#include <initializer_list>

/// The parts of which the rule sets of relevance propagation consist. At a node, c.dy() is the relevance R of
/// its output y; a rule returns the relevance of its inputs. Every part conserves the sum of R, except for
/// the share of biases and constants and unless it says otherwise.
namespace fovea::autodiff {

using Overrides = std::vector<RuleOverride>;

/// Concatenates lists; the first override that applies to a node is used.
Overrides joined(std::initializer_list<Overrides> parts);

/// R / (z + epsilon sign(z)) with sign(0) = 1 and epsilon = 1e-12: the relevance for each unit of the sum z.
ir::ValueId per_unit(ir::GradientContext& c, ir::ValueId relevance, ir::ValueId sum);
/// The gradients of the inputs of the node that computes `y`, by its operator's own rule for the gradient
/// `dy`, for those inputs that are `needed`.
std::vector<ir::ValueId> own_gradients(ir::GradientContext& c, ir::ValueId y, ir::ValueId dy,
                                       std::vector<bool> needed);

/// The epsilon rule, for every operator whose own gradient is linear in dy: R_x = x * (this gradient for dy =
/// R / (y + epsilon sign(y))).
std::vector<ir::ValueId> share_by_epsilon(ir::GradientContext& c);

/// Passes all of R to the first input, which has the output's shape.
std::vector<ir::ValueId> pass_to_first(ir::GradientContext& c);

/// The epsilon rule at layers with weights. In a MatMul of two computed values, the signal gets all of R if
/// the other factor is a gate (attention weights); otherwise each gets half (achtibat2024attnlrp).
Overrides layers_by_epsilon();
/// The epsilon rule where an Add is the bias of a dense layer.
Overrides dense_biases_by_epsilon();
/// The epsilon rule at sums of computed values: Add, Sub, average poolings, means, resampling. The factors of
/// a ReduceProd get equal parts. Subtracting a value's own maximum, which exporters do to keep exponentials
/// small, passes R through.
Overrides sums_by_epsilon();
/// The epsilon rule where constants are added: they take their share, as biases do. BatchNormalization, and
/// LayerNormalization with its deviation treated as a constant (ali2022xai).
Overrides shifts_by_epsilon();

/// The treatment of biases at layers with weights.
enum class Biases {
  Shared,   ///< a bias takes its share, as if it were the weight of an input of 1
  LeftOut,  ///< only the inputs count
};
/// The z-plus rule at convolutions: R_i = sum over j of z_ij+ / z_j+ R_j. z_ij = x_i w_ij is positive if both
/// factors have the same sign. The relevance of a unit without positive contributions is lost.
Overrides convolutions_by_z_plus();
/// The z-plus rule at all layers with weights, without biases.
Overrides layers_by_excitation();
/// The rule with alpha 2 and beta 1 at all layers with weights. If all contributions of a unit have one sign,
/// R is shared in proportion to them, because otherwise twice R or none would be distributed.
Overrides layers_by_alpha_beta();
/// The same at convolutions.
Overrides convolutions_by_alpha_beta();
/// The gamma rule (montavon2019layer) at convolutions or at all layers with weights, for inputs of either
/// sign (andeol2021learning): R_i = sum over j of (z_ij + gamma z_ij') / (z_j + gamma z_j') R_j, where z' are
/// the contributions and biases of the sign that z_j has.
Overrides convolutions_by_gamma(double gamma);
Overrides layers_by_gamma(double gamma);

// Rules for the first layers: those with constant weights that have no other layer between them and the
// network's inputs. What they share does not depend on the biases, so that nothing is lost to them.

/// R_i = sum over j of R_j / n_j, where n_j is the number of inputs of unit j (lapuschkin2019unmasking).
Overrides first_layer_flat();
/// R_i = sum over j of w_ij^2 / sum over i' of w_i'j^2 * R_j (montavon2017explaining).
Overrides first_layer_by_w_square();
/// R_i = sum over j of z_ij / z_j R_j, z_ij = x_i w_ij - l_i w_ij+ - h_i w_ij- for l_i <= x_i <= h_i, the
/// z-B rule of montavon2017explaining. InputError as for `range_of`.
Overrides first_layer_by_z_box(const InputRange& range);

/// The z-plus rule at sums of computed values. If there are no positive terms, R is shared by the negative
/// ones. Subtracting a value's own mean or maximum passes R through.
Overrides sums_by_z_plus();

/// Rules for all other operators that compute something: functions of one value, normalisations, and products
/// with or sums of a constant (ir::Relevance::PassThrough) pass R through unchanged. In a product of two
/// computed values the signal gets all of R if the other factor is a gate; otherwise each gets half. In a
/// quotient the dividend gets all.
Overrides pass_through();
/// Whether an operator moves or selects values (ir::Relevance::Routed), so that its own gradient routes the
/// relevance.
bool routes_relevance(const ir::Operator& op);

}  // namespace fovea::autodiff
