#pragma once

#include "ir/operator.hpp"

#include <span>
#include <string_view>

namespace fovea::ops {

/// Every operator of the canonical graph, in alphabetical order, except those that call functions of a
/// caller, which have no textual form (custom.hpp, rectifier_rule.hpp).
std::span<const ir::Operator* const> table();

/// The operator of that name, or nullptr.
const ir::Operator* find(std::string_view name);

/// Runs one operator's reference kernel on whole tensors: constant folding, tests. Empty tensors stand for
/// absent optional inputs. Throws InputError for operands that do not fit.
std::vector<Tensor> evaluate(const ir::Operator& op, const ir::Attributes& attributes,
                             std::span<const Tensor> inputs);

}  // namespace fovea::ops
