/// The primitives by the API of oneDNN 3.x: primitive descriptors are made at once, and memory descriptors
/// are opaque. CMake compiles this file or primitives_v2.cpp, by the library's version.
#include "backend/onednn/primitive_attributes.hpp"
#include "base/check.hpp"

static_assert(DNNL_VERSION_MAJOR == 3);

namespace fovea::backend::onednn_detail {

void append_relu(dnnl::post_ops& after) {
  after.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
}

namespace {

using Tag = dnnl::memory::format_tag;

dnnl::convolution_forward::primitive_desc conv_forward_desc(const dnnl::engine& engine, const Desc& src,
                                                            const Desc& weights, const Desc& bias,
                                                            const Desc& dst, const Window& window,
                                                            dnnl::prop_kind kind, const Epilogue& epilogue) {
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const Dims dilations = from_zero(window.dilations);
  if (bias.is_zero())
    return {engine,
            kind,
            algorithm,
            src,
            weights,
            dst,
            window.strides,
            dilations,
            window.pad_begin,
            window.pad_end,
            attributes(epilogue),
            /*allow_empty=*/true};
  return {engine,
          kind,
          algorithm,
          src,
          weights,
          bias,
          dst,
          window.strides,
          dilations,
          window.pad_begin,
          window.pad_end,
          attributes(epilogue),
          /*allow_empty=*/true};
}

dnnl::pooling_forward::primitive_desc pool_forward_desc(const dnnl::engine& engine, Pooling kind,
                                                        const Desc& src, const Desc& dst,
                                                        const Window& window) {
  return {engine,
          prop_kind_of(kind),
          algorithm_of(kind),
          src,
          dst,
          window.strides,
          window.kernel,
          from_zero(window.dilations),
          window.pad_begin,
          window.pad_end,
          attributes()};
}

/// The slope and the offset of a hard swish, which 2.x knows itself, are parameters in 3.x.
Eltwise with_parameters(Eltwise function) {
  if (function.algorithm == dnnl::algorithm::eltwise_hardswish)
    return {function.algorithm, 1.0F / 6.0F, 0.5F};
  return function;
}

dnnl::eltwise_forward::primitive_desc eltwise_forward_desc(const dnnl::engine& engine,
                                                           const Eltwise& function, const Desc& data) {
  return {engine,
          dnnl::prop_kind::forward_training,
          function.algorithm,
          data,
          data,
          function.alpha,
          function.beta,
          attributes()};
}

}  // namespace

Type type_of(const Desc& desc) {
  return desc.get_data_type();
}

Desc retyped(const Desc& desc, Type type) {
  if (desc.get_format_kind() == dnnl::memory::format_kind::any)
    return Desc(desc.get_dims(), type, Tag::any);
  if (desc.get_inner_nblks() == 0)
    return Desc(desc.get_dims(), type, desc.get_strides());
  // A descriptor cannot be changed, and one with blocks is made from a tag only: these are the layouts with
  // blocks that oneDNN chooses for pictures.
  for (const Tag tag : {Tag::aBcd16b, Tag::aBcd8b, Tag::aBcd4b})
    if (desc.get_ndims() == 4 && Desc(desc.get_dims(), type_of(desc), tag) == desc)
      return Desc(desc.get_dims(), type, tag);
  throw InternalError("oneDNN chose a layout that has no counterpart in another element type");
}

Dims dims_of(const Desc& desc) {
  return desc.get_dims();
}

std::optional<Dims> strides_of(const Desc& desc) {
  const bool is_plain = desc.get_format_kind() == dnnl::memory::format_kind::blocked &&
                        desc.get_inner_nblks() == 0 && desc.get_padded_dims() == desc.get_dims();
  return is_plain ? std::optional(desc.get_strides()) : std::nullopt;
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
      engine, dnnl::algorithm::convolution_direct, diff_src, weights, diff_dst, window.strides,
      from_zero(window.dilations), window.pad_begin, window.pad_end, forward, attributes(),
      /*allow_empty=*/true);
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
  return {{dnnl::pooling_forward(desc), desc.scratchpad_desc()}, desc.dst_desc(), desc.workspace_desc()};
}

PoolBackward pool_backward(const dnnl::engine& engine, Pooling kind, const Desc& src, const Desc& dst,
                           const Window& window) {
  const auto forward = pool_forward_desc(engine, kind, src, dst, window);
  const dnnl::pooling_backward::primitive_desc desc(engine, algorithm_of(kind), src, dst, window.strides,
                                                    window.kernel, from_zero(window.dilations),
                                                    window.pad_begin, window.pad_end, forward, attributes());
  return {{dnnl::pooling_backward(desc), desc.scratchpad_desc()}, desc.diff_src_desc(), desc.diff_dst_desc()};
}

Primitive eltwise_forward(const dnnl::engine& engine, const Eltwise& function, const Desc& data) {
  const auto desc = eltwise_forward_desc(engine, with_parameters(function), data);
  return {dnnl::eltwise_forward(desc), desc.scratchpad_desc()};
}

Primitive eltwise_backward(const dnnl::engine& engine, const Eltwise& plain, const Desc& data) {
  const Eltwise function = with_parameters(plain);
  const dnnl::eltwise_backward::primitive_desc desc(
      engine, function.algorithm, data, data, data, function.alpha, function.beta,
      eltwise_forward_desc(engine, function, data), attributes());
  return {dnnl::eltwise_backward(desc), desc.scratchpad_desc()};
}

Primitive binary(const dnnl::engine& engine, dnnl::algorithm algorithm, const Desc& a, const Desc& b,
                 const Desc& dst) {
  const dnnl::binary::primitive_desc desc(engine, algorithm, a, b, dst, attributes());
  return {dnnl::binary(desc), desc.scratchpad_desc()};
}

Primitive matmul(const dnnl::engine& engine, const Desc& a, const Desc& b, const Desc& bias,
                 const Desc& dst) {
  const auto desc = bias.is_zero() ? dnnl::matmul::primitive_desc(engine, a, b, dst, attributes())
                                   : dnnl::matmul::primitive_desc(engine, a, b, bias, dst, attributes());
  return {dnnl::matmul(desc), desc.scratchpad_desc()};
}

Concat concat(const dnnl::engine& engine, int axis, const std::vector<Desc>& sources) {
  const dnnl::concat::primitive_desc desc(engine, axis, sources, attributes());
  return {{dnnl::concat(desc), desc.scratchpad_desc()}, desc.dst_desc()};
}

Primitive batch_norm_inference(const dnnl::engine& engine, const Desc& data, float epsilon) {
  const auto flags = dnnl::normalization_flags::use_global_stats | dnnl::normalization_flags::use_scale |
                     dnnl::normalization_flags::use_shift;
  const dnnl::batch_normalization_forward::primitive_desc desc(engine, dnnl::prop_kind::forward_inference,
                                                               data, data, epsilon, flags, attributes());
  return {dnnl::batch_normalization_forward(desc), desc.scratchpad_desc()};
}

Primitive reorder(const dnnl::engine& engine, const Desc& from, const Desc& to) {
  const dnnl::reorder::primitive_desc desc(engine, from, engine, to, attributes());
  return {dnnl::reorder(desc), desc.scratchpad_desc()};
}

}  // namespace fovea::backend::onednn_detail
