#include "ops/depth_to_space.hpp"

#include "base/dispatch.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const auto& a = call.attributes.as<DepthToSpaceAttributes>();
  const Shape& x = call.shape(0);
  const auto is_pair = [](const std::vector<std::int64_t>& values, std::int64_t least) {
    return values.size() == 2 &&
           std::all_of(values.begin(), values.end(), [=](auto v) { return v >= least; });
  };
  FOVEA_CHECK(is_pair(a.strides, 1) && is_pair(a.offsets, 0) && is_pair(a.sizes, 1),
              "expected pairs of positive strides and sizes and offsets that are not negative");
  const std::int64_t phases = a.strides[0] * a.strides[1];
  FOVEA_CHECK(x.rank() == 4 && x[1] % phases == 0, "x of {} has no {} phases of channels", to_string(x),
              phases);
  for (int i = 0; i < 2; ++i)
    FOVEA_CHECK(a.offsets[i] + a.sizes[i] <= x[2 + i] * a.strides[i],
                "an extent of {} from {} on leaves the {} of the finer grid", a.sizes[i], a.offsets[i],
                x[2 + i] * a.strides[i]);
  return {{call.dtype(0), {x[0], x[1] / phases, a.sizes[0], a.sizes[1]}}};
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<DepthToSpaceAttributes>();
  const Shape& x = call.shape(0);
  const Shape& y = call.outputs[0].shape;
  const std::int64_t C = y[1], H = x[2], W = x[3];
  dispatch(call.dtype(0), [&]<class T>(T) {
    const T* src = call.input<T>(0);
    T* dst = call.output<T>();
    for (std::int64_t n = 0; n < y[0]; ++n)
      for (std::int64_t c = 0; c < C; ++c)
        for (std::int64_t oh = 0; oh < y[2]; ++oh)
          for (std::int64_t ow = 0; ow < y[3]; ++ow) {
            const std::int64_t h = oh + a.offsets[0], w = ow + a.offsets[1];
            const std::int64_t phase = h % a.strides[0] * a.strides[1] + w % a.strides[1];
            *dst++ = src[((n * x[1] + phase * C + c) * H + h / a.strides[0]) * W + w / a.strides[1]];
          }
  });
}

}  // namespace

const ir::Operator& depth_to_space() {
  static const ir::Operator op{"DepthToSpace",
                               {"x"},
                               infer,
                               kernel,
                               ir::not_differentiable("it is made after differentiation"),
                               DepthToSpaceAttributes{}};
  return op;
}

}  // namespace fovea::ops
