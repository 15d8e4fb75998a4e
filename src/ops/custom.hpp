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
  std::string operator_name;     ///< as in `node`, for texts
  DType floating = DType::F32;   ///< the output's element type
  std::vector<std::int64_t> dx;  ///< of custom_gradient: inputs whose gradients are wanted, ascending

  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("operator", self.operator_name);
    f("dx", self.dx);
  }
};

// These carry functions that no text can name, so ops::table() does not list them.

/// y = what the caller's function makes of the inputs.
const ir::Operator& custom();

/// The same without a gradient.
const ir::Operator& custom_without_backward();

/// The wanted gradients, an output for each. Inputs (dy, y, x...).
const ir::Operator& custom_gradient();

}  // namespace fovea::ops
