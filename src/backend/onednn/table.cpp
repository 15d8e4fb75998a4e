#include "backend/onednn/lowerings.hpp"

#include <algorithm>

namespace fovea::backend::onednn_detail {
namespace {

std::vector<OperatorLowering> all_lowerings() {
  std::vector<OperatorLowering> all;
  for (auto* part :
       {convolution_lowerings, pooling_lowerings, binary_lowerings, matrix_lowerings, concat_lowerings,
        normalization_lowerings, mask_lowerings, depth_to_space_lowerings, stabilised_lowerings,
        curve_lowerings, row_lowerings, copy_lowerings, gather_lowerings, reduction_lowerings,
        resampling_lowerings, selection_lowerings, cum_sum_lowerings, fused_pointwise_lowerings}) {
    const std::vector<OperatorLowering> lowerings = part();
    all.insert(all.end(), lowerings.begin(), lowerings.end());
  }
  return all;
}

/// oneDNN is asked for float tensors of 1 to 6 axes with at least one element.
bool is_plain_float(const ir::TensorType& type) {
  return type.dtype == DType::F32 && type.shape.rank() >= 1 && type.shape.rank() <= 6 &&
         type.shape.elements() > 0;
}

}  // namespace

const OperatorLowering* lowering_of(const ir::Operator& op) {
  static const std::vector<OperatorLowering> table = all_lowerings();
  const auto at = std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.op == &op; });
  return at == table.end() ? nullptr : &*at;
}

const OperatorLowering* lowering_for(const ir::Graph& graph, const ir::Node& node) {
  const OperatorLowering* row = lowering_of(*node.op);
  if (!row)
    return nullptr;
  const bool fits = row->types == OperatorLowering::Types::AsSupported ||
                    (is_plain_float(graph.type(node.inputs[0])) &&
                     (is_plain_float(graph.type(node.outputs[0])) || is_mask(*node.op)));
  return fits && row->supports(graph, node) ? row : nullptr;
}

}  // namespace fovea::backend::onednn_detail
