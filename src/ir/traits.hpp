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

/// What becomes of the relevance R of an operator's output under the rules of relevance propagation
/// (autodiff/rules/relevance.hpp), unless a rule set has a part of its own for the operator.
enum class Relevance : std::uint8_t {
  None,      ///< nothing: no gradient passes it, or every rule set has a part of its own for it
  PassedOn,  ///< all of R to the first input that depends on the picture, as functions of one value do it
  Moved,     ///< R goes where the operator's own gradient goes: elements are moved or selected
  Shared,    ///< by the size of their terms: a sum of elements with weights that are not negative
  Layer,     ///< by the size of their terms: a sum of elements times learnt weights
};

/// Whether an element of the result can be below 0.
enum class ResultSign : std::uint8_t {
  Any,          ///< nothing is known
  NonNegative,  ///< never, whatever the operands
  OfFirst,      ///< not where no element of the first operand is
  OfAll,        ///< not where no element of any operand is
};

/// How surely a factor of a product that the operator made is a weight and no signal.
enum class Gate : std::uint8_t { None, IntoMinusOneToOne, IntoZeroToOne };

/// What the axes of an operator's first input count, whatever that input is.
enum class InputAxes : std::uint8_t {
  Any,             ///< nothing is known
  Picture,         ///< [N,C,H,W]
  ChannelsSecond,  ///< [N,C,...]
};

/// What an operator is, said beside it, so that passes, rules and backends need no lists of operators.
struct Traits {
  /// Each element of the result comes from the elements in the same place of the operands, after broadcasting
  /// (LRN: in the same place but for the channel).
  bool pointwise = false;
  /// A function of straight pieces: it reads operands of less precision without losing more than they have.
  bool piecewise_linear = false;
  /// An activation function of which users may expect that DeconvNet and guided back-propagation act on it.
  bool activation = false;
  /// The results hold elements of the first operand and nothing else.
  bool moves_elements = false;
  ResultSign sign = ResultSign::Any;
  Gate gate = Gate::None;
  Relevance relevance = Relevance::None;
  /// How far output `i` reaches, from inputs that reach a part of the picture each or none (ir/reach.hpp);
  /// null: pointwise operators reach what their operands do, others the whole picture.
  Reach (*reach)(const ReachCall& call, std::size_t i) = nullptr;
  /// Whether `reach` may be asked where the first input does not depend on the picture.
  bool reach_of_any_input = false;
  /// What the axes of output `i` count (ir/axis_roles.hpp); null: those of pointwise operators count what
  /// those of their operands do, those of others what those of an input of the output's shape do.
  AxisRoles (*axes)(const AxisCall& call, std::size_t i) = nullptr;
  /// Whether `axes` may be asked where the first input does not depend on the picture.
  bool axes_of_any_input = false;
  InputAxes input_axes = InputAxes::Any;
  /// What the axes of input `i` count by those of the first output, one entry for each; null: for pointwise
  /// operators by broadcasting, for others nothing.
  AxisRoles (*axes_back)(const AxisCall& call, std::size_t i) = nullptr;
  /// From how many elements the kernel computes each element of the first result, where these are many; null:
  /// one or few.
  std::int64_t (*terms)(const InferCall& call) = nullptr;
  /// Whether the terms are products, which are counted as multiply-adds.
  bool terms_are_products = false;
  /// Whether `terms` is how many results each element of the first operand adds to.
  bool terms_of_operand = false;
};

}  // namespace fovea::ir
