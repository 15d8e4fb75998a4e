#pragma once

#include "onnx/export/node_writer.hpp"

#include <utility>
#include <vector>

namespace fovea::onnx_export {

/// Rows of the table of operators that have an ONNX form.
using Family = std::vector<std::pair<const ir::Operator*, WriteNode>>;

// One function for each file of this folder that writes operators; table.cpp joins them.
Family activation_family();
Family arrange_family();
Family elementwise_family();
Family nn_family();
Family normalization_family();
Family pool_family();
Family reduce_family();

}  // namespace fovea::onnx_export
