#pragma once

#include "support/problem.hpp"

#include <gtest/gtest.h>

namespace fovea::test {

/// Compares an operator's gradient rule with central differences in double: <J u, v> = <u, J' v> along two
/// random directions, for every floating operand that is not :const. The rule runs once with all of these
/// wanted and once for each alone; with several floating outputs, also with the gradient of each output
/// alone.
testing::AssertionResult check_gradient(const Problem& problem);

}  // namespace fovea::test
