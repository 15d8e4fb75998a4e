#pragma once

#include "ops/table.hpp"
#include "support/tensors.hpp"

namespace fovea::test {

/// The first result of an operator, its attributes given as text over the defaults.
inline Tensor run(const ir::Operator& op, const std::vector<Tensor>& inputs,
                  const ir::AttributeText& attributes = {}) {
  return ops::evaluate(op, op.attributes.with(attributes), inputs).front();
}

}  // namespace fovea::test
