#pragma once

#include "fovea/classes.hpp"
#include "ir/graph.hpp"

#include <optional>
#include <vector>

namespace fovea::passes {

/// An activation that makes probabilities p of scores, as one node or written out as several. Its result is
/// scale * p + shift, or with the logarithm of p in place of p.
struct FinalActivation {
  Activation kind = Activation::Softmax;
  bool is_logarithm = false;
  double scale = 1, shift = 0;
  ir::ValueId before = ir::kNoValue;    ///< of the result's shape
  double factor = 1;                    ///< the scores are factor * before
  std::vector<std::int64_t> axes = {};  ///< Softmax: those along which p sums to one
};

/// The activation whose result a value is. Recognised are Softmax, LogSoftmax, Sigmoid, Tanh and Softplus,
/// and what is written as exp(x) / sum exp(x), x - log(sum exp(x)), 1 / (1 + exp(-x)), exp(x) / (1 + exp(x))
/// or log(1 + exp(x)), with or without the largest x subtracted, and with reciprocals in place of quotients.
std::optional<FinalActivation> final_activation(const ir::Graph& graph, ir::ValueId value);

/// A node that computes scale * input + shift, both constants.
struct AffineStep {
  ir::ValueId input = ir::kNoValue;  ///< of the result's shape
  double scale = 1, shift = 0;
};
std::optional<AffineStep> affine_step(const ir::Graph& graph, const ir::Node& node);

/// The number that all elements of a floating constant are equal to.
std::optional<double> uniform_constant(const ir::Graph& graph, ir::ValueId value);

/// The value before nodes that change no number: Identity, and Cast between floating types.
ir::ValueId peeled(const ir::Graph& graph, ir::ValueId value);

/// A quotient: numerator / denominator * factor, written as Div, or as a product with a reciprocal.
struct Quotient {
  ir::ValueId numerator = ir::kNoValue;  ///< kNoValue: 1
  ir::ValueId denominator = ir::kNoValue;
  double factor = 1;
};
std::optional<Quotient> quotient(const ir::Graph& graph, ir::ValueId value);

/// The axes over which a denominator sums `summed`, where it is that sum of each line of `summed` (or of its
/// magnitudes), up to a bound or summand against division by zero.
std::optional<std::vector<std::int64_t>> axes_summed(const ir::Graph& graph, ir::ValueId denominator,
                                                     ir::ValueId summed);

}  // namespace fovea::passes
