#pragma once

#include "onnx/translate.hpp"

namespace fovea::onnx_import {

/// The translate functions, one for each ONNX operator; see translate_table.cpp for which is whose.

// translate_activation.cpp
void translate_clip(TranslateContext& c);
void translate_elu(TranslateContext& c);
void translate_erf(TranslateContext& c);
void translate_gelu(TranslateContext& c);
void translate_hard_sigmoid(TranslateContext& c);
void translate_hard_swish(TranslateContext& c);
void translate_leaky_relu(TranslateContext& c);
void translate_log_softmax(TranslateContext& c);
void translate_mish(TranslateContext& c);
void translate_prelu(TranslateContext& c);
void translate_relu(TranslateContext& c);
void translate_selu(TranslateContext& c);
void translate_sigmoid(TranslateContext& c);
void translate_softmax(TranslateContext& c);
void translate_softplus(TranslateContext& c);
void translate_tanh(TranslateContext& c);

// translate_arrange.cpp
void translate_cast_like(TranslateContext& c);
void translate_center_crop_pad(TranslateContext& c);
void translate_cum_sum(TranslateContext& c);
void translate_depth_to_space(TranslateContext& c);
void translate_eye_like(TranslateContext& c);
void translate_non_zero(TranslateContext& c);
void translate_one_hot(TranslateContext& c);
void translate_space_to_depth(TranslateContext& c);
void translate_tile(TranslateContext& c);
void translate_trilu(TranslateContext& c);

// translate_attention.cpp
void translate_attention(TranslateContext& c);
void translate_rotary_embedding(TranslateContext& c);

// translate_einsum.cpp
void translate_einsum(TranslateContext& c);

// translate_elementwise.cpp
void translate_acos(TranslateContext& c);
void translate_acosh(TranslateContext& c);
void translate_asin(TranslateContext& c);
void translate_asinh(TranslateContext& c);
void translate_atan(TranslateContext& c);
void translate_atanh(TranslateContext& c);
void translate_celu(TranslateContext& c);
void translate_cos(TranslateContext& c);
void translate_cosh(TranslateContext& c);
void translate_is_inf(TranslateContext& c);
void translate_is_nan(TranslateContext& c);
void translate_shrink(TranslateContext& c);
void translate_sign(TranslateContext& c);
void translate_sin(TranslateContext& c);
void translate_sinh(TranslateContext& c);
void translate_softsign(TranslateContext& c);
void translate_swish(TranslateContext& c);
void translate_tan(TranslateContext& c);
void translate_thresholded_relu(TranslateContext& c);
void translate_xor(TranslateContext& c);

// translate_legacy.cpp
void translate_affine(TranslateContext& c);
void translate_constant_fill(TranslateContext& c);
void translate_crop(TranslateContext& c);
void translate_given_tensor_fill(TranslateContext& c);
void translate_image_scaler(TranslateContext& c);
void translate_parametric_softplus(TranslateContext& c);
void translate_scale(TranslateContext& c);
void translate_scaled_tanh(TranslateContext& c);

// translate_math.cpp
void translate_abs(TranslateContext& c);
void translate_add(TranslateContext& c);
void translate_and(TranslateContext& c);
void translate_ceil(TranslateContext& c);
void translate_div(TranslateContext& c);
void translate_equal(TranslateContext& c);
void translate_exp(TranslateContext& c);
void translate_floor(TranslateContext& c);
void translate_greater(TranslateContext& c);
void translate_greater_or_equal(TranslateContext& c);
void translate_less(TranslateContext& c);
void translate_less_or_equal(TranslateContext& c);
void translate_log(TranslateContext& c);
void translate_max(TranslateContext& c);
void translate_mean(TranslateContext& c);
void translate_min(TranslateContext& c);
void translate_mod(TranslateContext& c);
void translate_mul(TranslateContext& c);
void translate_neg(TranslateContext& c);
void translate_not(TranslateContext& c);
void translate_or(TranslateContext& c);
void translate_pow(TranslateContext& c);
void translate_reciprocal(TranslateContext& c);
void translate_round(TranslateContext& c);
void translate_sqrt(TranslateContext& c);
void translate_sub(TranslateContext& c);
void translate_sum(TranslateContext& c);
void translate_where(TranslateContext& c);

// translate_nn.cpp
void translate_batch_normalization(TranslateContext& c);
void translate_conv(TranslateContext& c);
void translate_conv_transpose(TranslateContext& c);
void translate_gemm(TranslateContext& c);
void translate_global_average_pool(TranslateContext& c);
void translate_lrn(TranslateContext& c);
void translate_mat_mul(TranslateContext& c);

// translate_normalization.cpp
void translate_training_batch_normalization(TranslateContext& c);
void translate_group_normalization(TranslateContext& c);
void translate_instance_normalization(TranslateContext& c);
void translate_layer_normalization(TranslateContext& c);
void translate_mean_variance_normalization(TranslateContext& c);
void translate_rms_normalization(TranslateContext& c);

// translate_pool.cpp
void translate_average_pool(TranslateContext& c);
void translate_global_lp_pool(TranslateContext& c);
void translate_global_max_pool(TranslateContext& c);
void translate_lp_pool(TranslateContext& c);
void translate_max_pool(TranslateContext& c);

// translate_quantize.cpp
void translate_conv_integer(TranslateContext& c);
void translate_dequantize_linear(TranslateContext& c);
void translate_dynamic_quantize_linear(TranslateContext& c);
void translate_mat_mul_integer(TranslateContext& c);
void translate_q_linear_conv(TranslateContext& c);
void translate_q_linear_mat_mul(TranslateContext& c);
void translate_quantize_linear(TranslateContext& c);

// translate_reduce.cpp
void translate_arg_max(TranslateContext& c);
void translate_arg_min(TranslateContext& c);
void translate_hardmax(TranslateContext& c);
void translate_lp_normalization(TranslateContext& c);
void translate_reduce_l1(TranslateContext& c);
void translate_reduce_l2(TranslateContext& c);
void translate_reduce_log_sum(TranslateContext& c);
void translate_reduce_log_sum_exp(TranslateContext& c);
void translate_reduce_max(TranslateContext& c);
void translate_reduce_mean(TranslateContext& c);
void translate_reduce_min(TranslateContext& c);
void translate_reduce_prod(TranslateContext& c);
void translate_reduce_sum(TranslateContext& c);
void translate_reduce_sum_square(TranslateContext& c);

// translate_resize.cpp
void translate_resize(TranslateContext& c);
void translate_upsample(TranslateContext& c);

// translate_scatter.cpp
void translate_gather_elements(TranslateContext& c);
void translate_gather_nd(TranslateContext& c);
void translate_scatter_elements(TranslateContext& c);
void translate_scatter_nd(TranslateContext& c);

// translate_sequence.cpp
void translate_concat_from_sequence(TranslateContext& c);
void translate_sequence_at(TranslateContext& c);
void translate_sequence_construct(TranslateContext& c);
void translate_sequence_erase(TranslateContext& c);
void translate_sequence_insert(TranslateContext& c);
void translate_sequence_length(TranslateContext& c);
void translate_split_to_sequence(TranslateContext& c);

// translate_shape.cpp
void translate_constant_of_shape(TranslateContext& c);
void translate_expand(TranslateContext& c);
void translate_flatten(TranslateContext& c);
void translate_range(TranslateContext& c);
void translate_reshape(TranslateContext& c);
void translate_shape(TranslateContext& c);
void translate_size(TranslateContext& c);
void translate_squeeze(TranslateContext& c);
void translate_unsqueeze(TranslateContext& c);

// translate_tensor.cpp
void translate_cast(TranslateContext& c);
void translate_concat(TranslateContext& c);
void translate_dropout(TranslateContext& c);
void translate_gather(TranslateContext& c);
void translate_identity(TranslateContext& c);
/// Of an If whose branch is chosen: its inputs are that branch's results.
void translate_if(TranslateContext& c);
void translate_pad(TranslateContext& c);
void translate_slice(TranslateContext& c);
void translate_split(TranslateContext& c);
void translate_transpose(TranslateContext& c);

// Limits that a node alone shows.
std::string batch_normalization_why_not(const NodeReader& node, std::int64_t opset);

}  // namespace fovea::onnx_import
