#pragma once

#include "backend/onednn/vector_kernels.hpp"
#include "ir/graph.hpp"

#include <initializer_list>
#include <optional>
#include <vector>

namespace fovea::backend::onednn_detail {

/// The vector kernel that computes an operator, with its parameters.
struct VectorFunction {
  enum class Kind {
    OfFirst,   ///< y = f(a): a curve of the first operand
    Gradient,  ///< dx = f(dy, v): a curve of two operands of one shape
    Binary,    ///< z = f(a, b) with broadcasting
    Ternary,   ///< z = f(a, b, c) with broadcasting
  } kind = Kind::OfFirst;
  Curve curve = Curve::Neg;
  Binary binary = Binary::Add;
  Ternary ternary = Ternary::PReluGradient;
  float p = 0, q = 0;
};

/// Nothing where no vector kernel computes the operator with those attributes. `second` is the second operand
/// where that is one known number; only powers ask for it.
std::optional<VectorFunction> vector_function(const ir::Operator& op, const ir::Attributes& attributes,
                                              std::optional<float> second);

/// The same for a node. Its second operand counts as known if it is a constant of one element that does not
/// widen the result.
std::optional<VectorFunction> vector_function(const ir::Graph& graph, const ir::Node& node);

/// The operators that a vector kernel of one of those kinds computes, where attributes and operands allow it.
std::vector<const ir::Operator*> operators_of(std::initializer_list<VectorFunction::Kind> kinds);

/// The one number that a constant holds; nothing where it holds more, or is no constant of float32.
std::optional<float> known_number(const ir::Graph& graph, ir::ValueId id);

}  // namespace fovea::backend::onednn_detail
