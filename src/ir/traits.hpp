#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fovea::ir {

struct InferCall;
struct Reach;
struct ReachCall;
struct AxisCall;
struct AxisPart;
using AxisRoles = std::vector<std::vector<AxisPart>>;

/// How relevance propagation (autodiff/rules/relevance.hpp) hands the relevance R of an operator's output to
/// its inputs, unless a rule set has a part of its own for the operator.
enum class Relevance : std::uint8_t {
  None,         ///< no trait: the operator has no gradient, or every rule set has a part of its own for it
  PassThrough,  ///< all of R goes to the first input that depends on the picture (the identity rule)
  Routed,       ///< R follows the operator's own gradient, which moves or selects elements
  FixedSum,     ///< R is redistributed in proportion to the terms of a sum with fixed, non-negative weights
  LinearLayer,  ///< R is redistributed in proportion to the terms of a sum with learnt weights
};

/// The sign of an operator's results.
enum class ResultSign : std::uint8_t {
  Any,          ///< results may be negative
  NonNegative,  ///< results are never negative, whatever the operands are
  OfFirst,      ///< results are non-negative if all elements of the first operand are
  OfAll,        ///< results are non-negative if all elements of all operands are
};

/// The interval that an operator's results lie in, from which relevance rules conclude that the operator is a
/// gate: a weight in a product, as opposed to the signal.
enum class Gate : std::uint8_t { None, IntoMinusOneToOne, IntoZeroToOne };

/// The meaning that an operator gives to the axes of its first input.
enum class InputAxes : std::uint8_t {
  Any,             ///< no particular one
  Picture,         ///< [N,C,H,W]
  ChannelsSecond,  ///< [N,C,...]
};

/// The properties of an operator that passes, rules and backends ask for, declared beside the operator, so
/// that none of them keeps a list of operators.
struct Traits {
  /// Each element of the result depends on the elements at the same place of the operands, after broadcasting
  /// (LRN: at the same place in all channels).
  bool pointwise = false;
  /// The function is piecewise linear: operands of less precision cost the result no more than they lost.
  bool piecewise_linear = false;
  /// f(a x) = a f(x) for a > 0: the function adds nothing of its own, as a bias does.
  bool homogeneous = false;
  /// An activation function that users may expect DeconvNet and guided back-propagation to act on.
  bool activation = false;
  /// Every element of the results is an element of the first operand.
  bool moves_elements = false;
  ResultSign sign = ResultSign::Any;
  Gate gate = Gate::None;
  Relevance relevance = Relevance::None;
  /// The reach of output `i` (ir/reach.hpp), given the inputs' own. Null: a pointwise operator reaches what
  /// its operands reach, any other the whole picture.
  Reach (*reach)(const ReachCall& call, std::size_t i) = nullptr;
  /// Whether `reach` may be asked where the first input does not depend on the picture.
  bool reach_of_any_input = false;
  /// The roles of output `i`'s axes (ir/axis_roles.hpp). Null: a pointwise operator keeps its operands'
  /// roles, any other those of an input of the output's shape.
  AxisRoles (*axes)(const AxisCall& call, std::size_t i) = nullptr;
  /// Whether `axes` may be asked where the first input does not depend on the picture.
  bool axes_of_any_input = false;
  InputAxes input_axes = InputAxes::Any;
  /// The roles of input `i`'s axes, one entry for each, given those of the first output. Null: they follow by
  /// broadcasting for pointwise operators, and are unknown for others.
  AxisRoles (*axes_back)(const AxisCall& call, std::size_t i) = nullptr;
  /// The number of elements from which the kernel computes each element of the first result. Null: one or a
  /// few.
  std::int64_t (*terms)(const InferCall& call) = nullptr;
  /// Whether the terms are products, which are counted as multiply-adds.
  bool terms_are_products = false;
  /// Whether `terms` counts the results that each element of the first operand contributes to instead.
  bool terms_of_operand = false;
};

}  // namespace fovea::ir
