#include "onnx/constant_node.hpp"
#include "onnx/translate_families.hpp"

#include <algorithm>
#include <array>

namespace fovea::onnx_import {
namespace {

/// Constant nodes become weights when the file is read.
void translate_nothing(TranslateContext&) {}

}  // namespace

std::span<const Translation> translate_table() {
  static constexpr auto rows = std::to_array<Translation>({
      {"Abs", translate_abs},
      {"Add", translate_add},
      {"And", translate_and},
      {"AveragePool", translate_average_pool},
      {"BatchNormalization", translate_batch_normalization, batch_normalization_why_not},
      {"Cast", translate_cast},
      {"Ceil", translate_ceil},
      {"Clip", translate_clip},
      {"Concat", translate_concat},
      {"Constant", translate_nothing, constant_why_not},
      {"ConstantOfShape", translate_constant_of_shape},
      {"Conv", translate_conv},
      {"ConvTranspose", translate_conv_transpose},
      {"Div", translate_div},
      {"Dropout", translate_dropout},
      {"Elu", translate_elu},
      {"Equal", translate_equal},
      {"Erf", translate_erf},
      {"Exp", translate_exp},
      {"Expand", translate_expand},
      {"Flatten", translate_flatten},
      {"Floor", translate_floor},
      {"Gather", translate_gather},
      {"Gelu", translate_gelu},
      {"Gemm", translate_gemm},
      {"GlobalAveragePool", translate_global_average_pool},
      {"GlobalMaxPool", translate_global_max_pool},
      {"Greater", translate_greater},
      {"GreaterOrEqual", translate_greater_or_equal},
      {"GroupNormalization", translate_group_normalization},
      {"HardSigmoid", translate_hard_sigmoid},
      {"HardSwish", translate_hard_swish},
      {"Identity", translate_identity},
      {"InstanceNormalization", translate_instance_normalization},
      {"LRN", translate_lrn},
      {"LayerNormalization", translate_layer_normalization},
      {"LeakyRelu", translate_leaky_relu},
      {"Less", translate_less},
      {"LessOrEqual", translate_less_or_equal},
      {"Log", translate_log},
      {"LogSoftmax", translate_log_softmax},
      {"MatMul", translate_mat_mul},
      {"Max", translate_max},
      {"MaxPool", translate_max_pool, max_pool_why_not},
      {"Mean", translate_mean},
      {"MeanVarianceNormalization", translate_mean_variance_normalization},
      {"Min", translate_min},
      {"Mish", translate_mish},
      {"Mod", translate_mod},
      {"Mul", translate_mul},
      {"Neg", translate_neg},
      {"Not", translate_not},
      {"Or", translate_or},
      {"PRelu", translate_prelu},
      {"Pad", translate_pad},
      {"Pow", translate_pow},
      {"RMSNormalization", translate_rms_normalization},
      {"Range", translate_range},
      {"Reciprocal", translate_reciprocal},
      {"ReduceL2", translate_reduce_l2},
      {"ReduceMax", translate_reduce_max},
      {"ReduceMean", translate_reduce_mean},
      {"ReduceMin", translate_reduce_min},
      {"ReduceSum", translate_reduce_sum},
      {"Relu", translate_relu},
      {"Reshape", translate_reshape},
      {"Round", translate_round},
      {"Selu", translate_selu},
      {"Shape", translate_shape},
      {"Sigmoid", translate_sigmoid},
      {"Size", translate_size},
      {"Slice", translate_slice},
      {"Softmax", translate_softmax},
      {"Softplus", translate_softplus},
      {"Split", translate_split},
      {"Sqrt", translate_sqrt},
      {"Squeeze", translate_squeeze},
      {"Sub", translate_sub},
      {"Sum", translate_sum},
      {"Tanh", translate_tanh},
      {"Transpose", translate_transpose},
      {"Unsqueeze", translate_unsqueeze},
      {"Where", translate_where},
  });
  return rows;
}

const Translation* find_translation(std::string_view op_type) {
  const auto rows = translate_table();
  const auto at =
      std::lower_bound(rows.begin(), rows.end(), op_type,
                       [](const Translation& row, std::string_view key) { return row.op_type < key; });
  return at != rows.end() && at->op_type == op_type ? &*at : nullptr;
}

}  // namespace fovea::onnx_import
