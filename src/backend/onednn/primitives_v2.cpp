/// The primitives by the API of oneDNN 2.x: an operation descriptor first, a primitive descriptor from it.
/// CMake compiles this file or primitives_v3.cpp, by the library's version.
#include "backend/onednn/primitives.hpp"

#include "backend/onednn/primitive_attributes.hpp"

#include <algorithm>

static_assert(DNNL_VERSION_MAJOR == 2);

namespace fovea::backend::onednn_detail {

void append_relu(dnnl::post_ops& after) {
  after.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
}

namespace {

dnnl::convolution_forward::primitive_desc conv_forward_desc(const dnnl::engine& engine, const Desc& src,
                                                            const Desc& weights, const Desc& bias,
                                                            const Desc& dst, const Window& window,
                                                            dnnl::prop_kind kind, const Epilogue& epilogue) {
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const Dims dilations = from_zero(window.dilations);
  const dnnl::convolution_forward::desc desc =
      bias.is_zero()
          ? dnnl::convolution_forward::desc(kind, algorithm, src, weights, dst, window.strides, dilations,
                                            window.pad_begin, window.pad_end)
          : dnnl::convolution_forward::desc(kind, algorithm, src, weights, bias, dst, window.strides,
                                            dilations, window.pad_begin, window.pad_end);
  return {desc, attributes(epilogue), engine, /*allow_empty=*/true};
}

dnnl::pooling_v2_forward::primitive_desc pool_forward_desc(const dnnl::engine& engine, Pooling kind,
                                                           const Desc& src, const Desc& dst,
                                                           const Window& window) {
  return {{prop_kind_of(kind), algorithm_of(kind), src, dst, window.strides, window.kernel,
           from_zero(window.dilations), window.pad_begin, window.pad_end},
          attributes(),
          engine};
}

}  // namespace

Type type_of(const Desc& desc) {
  return desc.data_type();
}

Desc retyped(const Desc& desc, Type type) {
  Desc changed = desc;
  changed.data.data_type = dnnl::memory::convert_to_c(type);
  return changed;
}

Dims dims_of(const Desc& desc) {
  return desc.dims();
}

std::optional<Dims> strides_of(const Desc& desc) {
  const dnnl_memory_desc_t& d = desc.data;
  if (d.format_kind != dnnl_blocked || d.format_desc.blocking.inner_nblks != 0)
    return {};
  if (!std::equal(d.dims, d.dims + d.ndims, d.padded_dims))
    return {};
  return Dims(d.format_desc.blocking.strides, d.format_desc.blocking.strides + d.ndims);
}

ConvForward conv_forward(const dnnl::engine& engine, const Desc& src, const Desc& weights, const Desc& bias,
                         const Desc& dst, const Window& window, const Epilogue& epilogue) {
  const auto desc = conv_forward_desc(engine, src, weights, bias, dst, window,
                                      dnnl::prop_kind::forward_inference, epilogue);
  if (!desc)
    return {};
  return {{dnnl::convolution_forward(desc), desc.scratchpad_desc()},
          desc.src_desc(),
          desc.weights_desc(),
          desc.dst_desc(),
          is_optimized(desc.impl_info_str())};
}

ConvBackwardData conv_backward_data(const dnnl::engine& engine, const Desc& diff_src, const Desc& weights,
                                    const Desc& diff_dst, const Window& window) {
  // The forward convolution that goes with it has a source of the weights' type.
  const auto forward = conv_forward_desc(engine, retyped(diff_src, type_of(weights)), weights, {}, diff_dst,
                                         window, dnnl::prop_kind::forward_training, {});
  if (!forward)
    return {};
  const dnnl::convolution_backward_data::primitive_desc desc(
      {dnnl::algorithm::convolution_direct, diff_src, weights, diff_dst, window.strides,
       from_zero(window.dilations), window.pad_begin, window.pad_end},
      attributes(), engine, forward, /*allow_empty=*/true);
  if (!desc)
    return {};
  return {{dnnl::convolution_backward_data(desc), desc.scratchpad_desc()},
          desc.diff_src_desc(),
          desc.weights_desc(),
          desc.diff_dst_desc(),
          is_optimized(desc.impl_info_str())};
}

PoolForward pool_forward(const dnnl::engine& engine, Pooling kind, const Desc& src, const Desc& dst,
                         const Window& window) {
  const auto desc = pool_forward_desc(engine, kind, src, dst, window);
  return {{dnnl::pooling_v2_forward(desc), desc.scratchpad_desc()}, desc.dst_desc(), desc.workspace_desc()};
}

PoolBackward pool_backward(const dnnl::engine& engine, Pooling kind, const Desc& src, const Desc& dst,
                           const Window& window) {
  const auto forward = pool_forward_desc(engine, kind, src, dst, window);
  const dnnl::pooling_v2_backward::primitive_desc desc({algorithm_of(kind), src, dst, window.strides,
                                                        window.kernel, from_zero(window.dilations),
                                                        window.pad_begin, window.pad_end},
                                                       attributes(), engine, forward);
  return {
      {dnnl::pooling_v2_backward(desc), desc.scratchpad_desc()}, desc.diff_src_desc(), desc.diff_dst_desc()};
}

Primitive eltwise_forward(const dnnl::engine& engine, const Eltwise& function, const Desc& data) {
  const dnnl::eltwise_forward::primitive_desc desc(
      {dnnl::prop_kind::forward_training, function.algorithm, data, function.alpha, function.beta},
      attributes(), engine);
  return {dnnl::eltwise_forward(desc), desc.scratchpad_desc()};
}

Primitive eltwise_backward(const dnnl::engine& engine, const Eltwise& function, const Desc& data) {
  const dnnl::eltwise_forward::primitive_desc forward(
      {dnnl::prop_kind::forward_training, function.algorithm, data, function.alpha, function.beta},
      attributes(), engine);
  const dnnl::eltwise_backward::primitive_desc desc(
      {function.algorithm, data, data, function.alpha, function.beta}, attributes(), engine, forward);
  return {dnnl::eltwise_backward(desc), desc.scratchpad_desc()};
}

Primitive binary(const dnnl::engine& engine, dnnl::algorithm algorithm, const Desc& a, const Desc& b,
                 const Desc& dst) {
  const dnnl::binary::primitive_desc desc({algorithm, a, b, dst}, attributes(), engine);
  return {dnnl::binary(desc), desc.scratchpad_desc()};
}

Primitive matmul(const dnnl::engine& engine, const Desc& a, const Desc& b, const Desc& bias,
                 const Desc& dst) {
  const dnnl::matmul::desc what =
      bias.is_zero() ? dnnl::matmul::desc(a, b, dst) : dnnl::matmul::desc(a, b, bias, dst);
  const dnnl::matmul::primitive_desc desc(what, attributes(), engine);
  return {dnnl::matmul(desc), desc.scratchpad_desc()};
}

Concat concat(const dnnl::engine& engine, int axis, const std::vector<Desc>& sources) {
  const dnnl::concat::primitive_desc desc(axis, sources, engine, attributes());
  return {{dnnl::concat(desc), desc.scratchpad_desc()}, desc.dst_desc()};
}

Primitive batch_norm_inference(const dnnl::engine& engine, const Desc& data, float epsilon) {
  const auto flags = dnnl::normalization_flags::use_global_stats | dnnl::normalization_flags::use_scale |
                     dnnl::normalization_flags::use_shift;
  const dnnl::batch_normalization_forward::primitive_desc desc(
      {dnnl::prop_kind::forward_inference, data, epsilon, flags}, attributes(), engine);
  return {dnnl::batch_normalization_forward(desc), desc.scratchpad_desc()};
}

Primitive reorder(const dnnl::engine& engine, const Desc& from, const Desc& to) {
  const dnnl::reorder::primitive_desc desc(engine, from, engine, to, attributes());
  return {dnnl::reorder(desc), desc.scratchpad_desc()};
}

}  // namespace fovea::backend::onednn_detail
