#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// How many elements the plain kernel of an operator reads, writes and multiplies, about: what it takes to
/// compute the results from those operands. Saturates at the largest number.
std::int64_t kernel_work(const ir::Operator& op, const ir::InferCall& call,
                         std::span<const ir::TensorType> results);

}  // namespace fovea::ops
