#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fovea {

/// An index into one axis: a whole number, or a slice whose ends may be open.
struct TargetIndex {
  bool is_slice = true;
  std::optional<std::int64_t> first = {};  ///< the number itself if it is no slice
  std::optional<std::int64_t> end = {};
  std::int64_t step = 1;  ///< not 0
};

/// The tree of a Target.
struct TargetExpression {
  enum class Kind {
    Number,
    Sum,  ///< of `value` after `indices`, as Mean and Max
    Mean,
    Max,
    Exp,  ///< of one operand
    Add,  ///< of two operands, as Subtract and Multiply
    Subtract,
    Multiply,
  } kind = Kind::Number;
  double number = 0;
  std::string value = {};
  std::vector<TargetIndex> indices = {};
  std::vector<TargetExpression> operands = {};
};

}  // namespace fovea
