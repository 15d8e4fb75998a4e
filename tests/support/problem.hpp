#pragma once

#include "ir/operator.hpp"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::test {

/// One operator with attributes and operands, written on one line, for value tests, gradient checks and
/// benchmarks:
///
///     Conv x=1x3x9x7 w=4x3x3x3:const b=4:const strides=2,2 pads=1,1,1,1
///
/// The first word is the operator. NAME=SHAPE gives an operand (`scalar` for rank 0; the operands of a
/// variadic "xs..." are xs0, xs1, ...); one that is left out is absent. Anything else is an attribute. After
/// the shape:
///   :const      no gradient is wanted
///   :away       normal, pushed away from 0 by 0.1: the default, since most kinks are at 0
///   :positive   between 0.5 and 2
///   :unit       between 0.05 and 0.95
///   :ties       whole numbers from -2 to 2, so that equal values are many
///   :bool       bool
///   :indexN     int64 from 0 to N-1
/// Values are double unless said otherwise and follow from the text alone.
struct Problem {
  struct Operand {
    std::string name;
    Tensor value;  ///< empty for an absent optional operand
    bool constant = false;
  };
  std::string text;
  const ir::Operator* op = nullptr;
  ir::Attributes attributes;
  std::vector<Operand> operands;  ///< in the operator's order

  /// The operands' values, the floating ones as `floating`.
  std::vector<Tensor> values(DType floating = DType::F64) const;
};

/// Throws InputError for an unknown operator, operand, attribute or distribution.
Problem parse_problem(std::string_view text);

void PrintTo(const Problem& problem, std::ostream* out);

}  // namespace fovea::test
