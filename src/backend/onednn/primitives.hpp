#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include <optional>
#include <vector>

/// The one place that knows oneDNN's descriptor API, which differs between its major versions (2.x and 3.x;
/// primitives_v2.cpp and primitives_v3.cpp). All primitives take their scratch memory from the caller, so
/// that they can be shared between threads.
namespace fovea::backend::onednn_detail {

using Desc = dnnl::memory::desc;
using Dims = dnnl::memory::dims;

using Type = dnnl::memory::data_type;

Type type_of(const Desc& desc);
/// The same layout for elements of another type.
Desc retyped(const Desc& desc, Type type);

/// The extents of a layout.
Dims dims_of(const Desc& desc);
/// The strides of a layout without blocks and padding; none of any other.
std::optional<Dims> strides_of(const Desc& desc);

/// A sliding window; pairs are (height, width), dilations count from 1 as in ONNX.
struct Window {
  Dims kernel, strides, dilations, pad_begin, pad_end;
};

/// What is needed of a primitive once it is made.
struct Primitive {
  dnnl::primitive primitive;
  Desc scratchpad;
};

/// What a convolution does to its result before it is written.
struct Epilogue {
  enum class Sum { None, Destination } sum = Sum::None;  ///< Destination: adds what is there already
  enum class Activation { None, Relu } activation = Activation::None;
};

struct ConvForward : Primitive {
  Desc src, weights, dst;
  bool is_optimized = false;  ///< generated for this processor, not a plain or a matrix-product fallback
};
/// `bias` may be a zero descriptor. Without a primitive where the library has none for these layouts.
ConvForward conv_forward(const dnnl::engine& engine, const Desc& src, const Desc& weights, const Desc& bias,
                         const Desc& dst, const Window& window, const Epilogue& epilogue = {});

struct ConvBackwardData : Primitive {
  Desc diff_src, weights, diff_dst;
  bool is_optimized = false;
};
/// As above.
ConvBackwardData conv_backward_data(const dnnl::engine& engine, const Desc& diff_src, const Desc& weights,
                                    const Desc& diff_dst, const Window& window);

enum class Pooling { Max, MaxWithWorkspace, AverageIncludingPadding, AverageExcludingPadding };
struct PoolForward : Primitive {
  Desc dst, workspace;
};
PoolForward pool_forward(const dnnl::engine& engine, Pooling kind, const Desc& src, const Desc& dst,
                         const Window& window);
struct PoolBackward : Primitive {
  Desc diff_src, diff_dst;
};
/// `src` and `dst` are the layouts of the forward pooling, to which the workspace belongs.
PoolBackward pool_backward(const dnnl::engine& engine, Pooling kind, const Desc& src, const Desc& dst,
                           const Window& window);

struct Eltwise {
  dnnl::algorithm algorithm;
  float alpha = 0, beta = 0;
};
Primitive eltwise_forward(const dnnl::engine& engine, const Eltwise& function, const Desc& data);
/// `data` is the forward source, or the destination for the algorithms named *_use_dst_for_bwd.
Primitive eltwise_backward(const dnnl::engine& engine, const Eltwise& function, const Desc& data);

Primitive binary(const dnnl::engine& engine, dnnl::algorithm algorithm, const Desc& a, const Desc& b,
                 const Desc& dst);
/// `bias` may be a zero descriptor.
Primitive matmul(const dnnl::engine& engine, const Desc& a, const Desc& b, const Desc& bias, const Desc& dst);
struct Concat : Primitive {
  Desc dst;
};
Concat concat(const dnnl::engine& engine, int axis, const std::vector<Desc>& sources);
Primitive batch_norm_inference(const dnnl::engine& engine, const Desc& data, float epsilon);
Primitive reorder(const dnnl::engine& engine, const Desc& from, const Desc& to);

}  // namespace fovea::backend::onednn_detail
