#include "ops/table.hpp"

#include "ops/add.hpp"
#include "ops/arg_max.hpp"
#include "ops/average_pool.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/cast.hpp"
#include "ops/clip_mask.hpp"
#include "ops/comparison.hpp"
#include "ops/concat.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/cum_sum.hpp"
#include "ops/depth_to_space.hpp"
#include "ops/div.hpp"
#include "ops/expand.hpp"
#include "ops/flipped_weights.hpp"
#include "ops/functions.hpp"
#include "ops/fused_conv.hpp"
#include "ops/fused_pointwise.hpp"
#include "ops/gather.hpp"
#include "ops/gemm.hpp"
#include "ops/global_average_pool.hpp"
#include "ops/identity.hpp"
#include "ops/interpolate.hpp"
#include "ops/layer_normalization.hpp"
#include "ops/log_softmax.hpp"
#include "ops/lrn.hpp"
#include "ops/masked.hpp"
#include "ops/mat_mul.hpp"
#include "ops/max.hpp"
#include "ops/max_pool.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/pad.hpp"
#include "ops/pow.hpp"
#include "ops/prelu.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/reduce_prod.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/relu_mask.hpp"
#include "ops/reshape.hpp"
#include "ops/scatter.hpp"
#include "ops/slice.hpp"
#include "ops/softmax.hpp"
#include "ops/split.hpp"
#include "ops/stabilised_div.hpp"
#include "ops/sub.hpp"
#include "ops/top_k.hpp"
#include "ops/transpose.hpp"
#include "ops/where.hpp"

#include <algorithm>
#include <array>

namespace fovea::ops {

std::span<const ir::Operator* const> table() {
  // clang-format off
  static const std::array operators = {
      &abs(),
      &abs_gradient(),
      &add(),
      &logical_and(),
      &arg_max(),
      &atan(),
      &average_pool(),
      &average_pool_gradient(),
      &batch_normalization(),
      &batch_normalization_gradient(),
      &cast(),
      &ceil(),
      &clip(),
      &clip_gradient(),
      &clip_mask(),
      &concat(),
      &conv(),
      &conv_transpose(),
      &cos(),
      &cum_sum(),
      &depth_to_space(),
      &div(),
      &elu(),
      &elu_gradient(),
      &equal(),
      &erf(),
      &erf_gradient(),
      &exp(),
      &expand(),
      &flipped_weights(),
      &floor(),
      &fused_conv(),
      &fused_pointwise(),
      &gather(),
      &gather_gradient(),
      &gemm(),
      &global_average_pool(),
      &global_average_pool_gradient(),
      &greater(),
      &greater_or_equal(),
      &hard_sigmoid(),
      &hard_sigmoid_gradient(),
      &hard_swish(),
      &hard_swish_gradient(),
      &identity(),
      &interpolate(),
      &interpolate_gradient(),
      &lrn(),
      &lrn_gradient(),
      &layer_normalization(),
      &layer_normalization_gradient(),
      &leaky_relu(),
      &leaky_relu_gradient(),
      &less(),
      &less_or_equal(),
      &log(),
      &log_softmax(),
      &log_softmax_gradient(),
      &masked(),
      &mat_mul(),
      &max(),
      &max_gradient(),
      &max_pool(),
      &max_pool_gradient(),
      &min(),
      &min_gradient(),
      &mul(),
      &neg(),
      &logical_not(),
      &logical_or(),
      &prelu(),
      &prelu_gradient(),
      &pad(),
      &pad_gradient(),
      &pow(),
      &pow_base_derivative(),
      &pow_exponent_derivative(),
      &reciprocal(),
      &reciprocal_gradient(),
      &reduce_max(),
      &reduce_max_gradient(),
      &reduce_mean(),
      &reduce_prod(),
      &reduce_prod_gradient(),
      &reduce_sum(),
      &relu(),
      &relu_gradient(),
      &relu_mask(),
      &reshape(),
      &round(),
      &round_straight_through(),
      &scatter(),
      &sigmoid(),
      &sigmoid_gradient(),
      &sin(),
      &slice(),
      &slice_gradient(),
      &softmax(),
      &softmax_gradient(),
      &softplus(),
      &softplus_gradient(),
      &split(),
      &sqrt(),
      &sqrt_gradient(),
      &stabilised_div(),
      &sub(),
      &tanh(),
      &tanh_gradient(),
      &top_k(),
      &transpose(),
      &where(),
  };
  // clang-format on
  return operators;
}

const ir::Operator* find(std::string_view name) {
  const auto all = table();
  const auto at =
      std::find_if(all.begin(), all.end(), [&](const ir::Operator* op) { return op->name == name; });
  return at == all.end() ? nullptr : *at;
}

std::vector<Tensor> evaluate(const ir::Operator& op, const ir::Attributes& attributes,
                             std::span<const Tensor> inputs) {
  std::vector<ir::TensorType> types(inputs.size());
  std::vector<const ir::TensorType*> type_pointers(inputs.size(), nullptr);
  std::vector<ir::TensorView> sources(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].empty())
      continue;
    types[i] = {inputs[i].dtype(), inputs[i].shape()};
    type_pointers[i] = &types[i];
    sources[i] = {inputs[i].dtype(), inputs[i].shape(), const_cast<void*>(inputs[i].raw())};
  }
  std::vector<Tensor> results;
  std::vector<ir::TensorView> destinations;
  for (const ir::TensorType& type : op.infer({attributes, type_pointers})) {
    results.emplace_back(type.dtype, type.shape);
    destinations.push_back({type.dtype, type.shape, results.back().raw()});
  }
  op.kernel({attributes, sources, destinations});
  return results;
}

}  // namespace fovea::ops
