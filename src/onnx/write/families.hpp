#pragma once

#include "onnx/write/node_writer.hpp"

#include <utility>
#include <vector>

namespace fovea::onnx_write {

using Family = std::vector<std::pair<const ir::Operator*, WriteNode>>;

Family elementwise_family();
Family activation_family();
Family window_family();
Family arrange_family();
Family reduce_family();
Family normalization_family();

}  // namespace fovea::onnx_write
