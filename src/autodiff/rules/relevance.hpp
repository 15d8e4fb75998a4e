#pragma once

#include "autodiff/rules.hpp"
#include "ir/gradient_context.hpp"

#include <initializer_list>

/// The parts that the rule sets of relevance propagation are put together from. What arrives at a node as
/// c.dy() is the relevance R of its output y; a rule returns the relevance of its inputs. Every part keeps
/// the sum of R, but for what biases and constants take and where it says otherwise.
namespace fovea::autodiff {

using Overrides = std::vector<RuleOverride>;

/// One list after the other; the first override that fits a node wins.
Overrides joined(std::initializer_list<Overrides> parts);

/// R / (z + epsilon sign(z)) with sign(0) = 1 and epsilon = 1e-12: what a unit hands out for each unit of the
/// sum z that it is shared by.
ir::ValueId per_unit(ir::GradientContext& c, ir::ValueId relevance, ir::ValueId sum);
/// The gradients that the node which made `y` gives its inputs by its operator's own rule when `dy` arrives,
/// for the inputs that are `needed`.
std::vector<ir::ValueId> own_gradients(ir::GradientContext& c, ir::ValueId y, ir::ValueId dy,
                                       std::vector<bool> needed);

/// The epsilon rule, for every operator whose own gradient is linear in dy:
/// R_x = x * (that gradient for dy = R / (y + epsilon sign(y))).
std::vector<ir::ValueId> share_by_epsilon(ir::GradientContext& c);

/// All of R to the first input, which has the output's shape.
std::vector<ir::ValueId> pass_to_first(ir::GradientContext& c);

/// Epsilon at layers of weights. A MatMul of two computed values gives all to its signal where the other one
/// is a gate (attention weights), else half to each (achtibat2024attnlrp).
Overrides layers_by_epsilon();
/// Epsilon where an Add is the bias of a dense layer.
Overrides dense_biases_by_epsilon();
/// Epsilon at sums of computed values: Add, Sub, average poolings, means, resampling. The factors of a
/// ReduceProd get equal parts. A value less its own maximum, which exporters write to keep exponentials
/// small, passes R on.
Overrides sums_by_epsilon();
/// Epsilon where constants are added: they take their share, as biases do. BatchNormalization, and
/// LayerNormalization with its deviation taken for a constant (ali2022xai).
Overrides shifts_by_epsilon();

/// What layers of weights do with biases.
enum class Biases {
  Shared,   ///< a bias takes its share, as if it were the weight of an input of 1
  LeftOut,  ///< only the inputs count
};
/// z-plus at convolutions: R_i = sum over j of z_ij+ / z_j+ R_j. z_ij = x_i w_ij is positive where both
/// factors have one sign. A unit without any positive contribution loses its relevance.
Overrides convolutions_by_z_plus();
/// The same at all layers of weights, without biases.
Overrides layers_by_excitation();
/// Alpha 2 and beta 1 at all layers of weights. A unit whose contributions have one sign only shares R by
/// them, since else twice of it or none would be left.
Overrides layers_by_alpha_beta();
/// z-plus at sums of computed values. Where nothing positive is summed, R is shared by the negative terms
/// instead. A value less its own mean or maximum passes R on.
Overrides sums_by_z_plus();

/// All other operators that compute something: functions of one value, normalisations and products with or
/// sums of a constant (ir::Relevance::PassedOn) pass R on unchanged. Of a product of two computed values the
/// signal takes all where the other one is a gate, else each takes half; of a quotient the dividend takes
/// all.
Overrides pass_through();
/// Whether an operator moves or selects values (ir::Relevance::Moved): its own gradient moves the relevance.
bool moves_relevance(const ir::Operator& op);

}  // namespace fovea::autodiff
