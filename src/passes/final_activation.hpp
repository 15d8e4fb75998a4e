#pragma once

#include "fovea/classes.hpp"
#include "ir/graph.hpp"

#include <optional>
#include <vector>

namespace fovea::passes {

/// An activation that turns scores into probabilities p, as one node or written out as several. Its result is
/// scale * p + shift, or the same of the logarithm of p.
struct FinalActivation {
  Activation kind = Activation::Softmax;
  bool is_logarithm = false;
  double scale = 1, shift = 0;
  ir::ValueId before = ir::kNoValue;    ///< of the result's shape
  double factor = 1;                    ///< the scores are factor * before
  std::vector<std::int64_t> axes = {};  ///< Softmax: the axes along which p sums to one
};

/// The activation whose result a value is. Recognised forms are Softmax, LogSoftmax, Sigmoid, Tanh and
/// Softplus, and the expressions exp(x) / sum exp(x), 2^x / sum 2^x, x - log(sum exp(x)), 1 / (1 + exp(-x)),
/// exp(x) / (1 + exp(x)) and log(1 + exp(x)), with or without subtraction of the largest x, and with
/// reciprocals instead of quotients.
std::optional<FinalActivation> final_activation(const ir::Graph& graph, ir::ValueId value);

/// A node that computes scale * input + shift, both constants.
struct AffineStep {
  ir::ValueId input = ir::kNoValue;  ///< of the result's shape
  double scale = 1, shift = 0;
};
std::optional<AffineStep> affine_step(const ir::Graph& graph, const ir::Node& node);

/// The common value of all elements of a floating constant; none if they differ.
std::optional<double> uniform_constant(const ir::Graph& graph, ir::ValueId value);

/// The value before nodes that do not change numbers: Identity, and Cast between floating types.
ir::ValueId peeled(const ir::Graph& graph, ir::ValueId value);

/// A quotient: numerator / denominator * factor, written as Div, or as a product with a reciprocal.
struct Quotient {
  ir::ValueId numerator = ir::kNoValue;  ///< kNoValue: 1
  ir::ValueId denominator = ir::kNoValue;
  double factor = 1;
};
std::optional<Quotient> quotient(const ir::Graph& graph, ir::ValueId value);

/// The axes over which a denominator sums `summed`, or its magnitudes, possibly with a bound or summand
/// against division by zero. None if the denominator is no such sum.
std::optional<std::vector<std::int64_t>> axes_summed(const ir::Graph& graph, ir::ValueId denominator,
                                                     ir::ValueId summed);

}  // namespace fovea::passes
