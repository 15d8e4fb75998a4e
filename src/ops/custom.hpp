#pragma once

#include "fovea/custom.hpp"
#include "ir/operator.hpp"

#include <memory>

namespace fovea::ops {

/// A caller's functions and the ONNX node that they are called for.
struct CustomAttributes {
  std::shared_ptr<const CustomOperator> functions;
  std::shared_ptr<const CustomNode> node;
  std::string path;              ///< of the model, for errors
  std::string operator_name;     ///< as in `node`, for printing
  DType floating = DType::F32;   ///< the output's element type
  std::vector<std::int64_t> dx;  ///< for custom_gradient: inputs whose gradients are needed, ascending

  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("operator", self.operator_name);
    f("dx", self.dx);
  }
};

// These operators contain functions, which have no textual form, so ops::table() does not list them.

/// y = the result of the caller's function.
const ir::Operator& custom();

/// The same operator without a gradient.
const ir::Operator& custom_without_backward();

/// The needed gradients, one output for each. Inputs (dy, y, x...).
const ir::Operator& custom_gradient();

}  // namespace fovea::ops
