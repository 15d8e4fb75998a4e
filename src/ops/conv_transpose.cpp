#include "ops/conv_transpose.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"
#include "ops/conv.hpp"
#include "ops/kernel_work.hpp"
#include "ops/reach_rules.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const auto& a = call.attributes.as<ConvTransposeAttributes>();
  const Shape& x = call.shape(0);
  const Shape& w = call.shape(1);
  check_window(a.strides, a.pads, a.dilations);
  FOVEA_CHECK(a.output_padding.size() == 2, "expected an output_padding of two numbers");
  FOVEA_CHECK(x.rank() == 4 && w.rank() == 4,
              "expected x and w of rank 4 (images), found x of {} and w of {}", to_string(x), to_string(w));
  FOVEA_CHECK(w[0] >= 1 && a.groups >= 1 && x[1] == w[0] && w[0] % a.groups == 0,
              "x of {} does not fit w of {} with {} groups", to_string(x), to_string(w), a.groups);
  FOVEA_CHECK(is_floating(call.dtype(0)) && call.dtype(0) == call.dtype(1) &&
                  (!call.has(2) || call.dtype(2) == call.dtype(0)),
              "expected floating operands of one type");
  Shape y{x[0], w[1] * a.groups, 0, 0};
  FOVEA_CHECK(!call.has(2) || call.shape(2) == Shape({y[1]}), "expected a bias of shape {}, found {}", y[1],
              to_string(call.shape(2)));
  for (int i = 0; i < 2; ++i) {
    FOVEA_CHECK(a.output_padding[i] >= 0 && a.output_padding[i] < a.strides[i],
                "expected an output_padding from 0 to below the stride of {}, found {}", a.strides[i],
                a.output_padding[i]);
    y[2 + i] = (x[2 + i] - 1) * a.strides[i] + a.dilations[i] * (w[2 + i] - 1) + 1 - a.pads[i] -
               a.pads[2 + i] + a.output_padding[i];
    FOVEA_CHECK(y[2 + i] >= 1, "the padding leaves nothing of the result");
  }
  return {{call.dtype(0), y}};
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<ConvTransposeAttributes>();
  const Shape& x = call.shape(0);
  const Shape& w = call.shape(1);
  const Shape& y = call.outputs[0].shape;
  const std::int64_t H = x[2], W = x[3], OH = y[2], OW = y[3], KH = w[2], KW = w[3];
  const std::int64_t group_inputs = w[0] / a.groups, group_outputs = w[1];
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* weights = call.input<T>(1);
    const T* bias = call.has(2) ? call.input<T>(2) : nullptr;
    for (std::int64_t n = 0; n < y[0]; ++n)
      for (std::int64_t oc = 0; oc < y[1]; ++oc) {
        T* dst = call.output<T>() + (n * y[1] + oc) * OH * OW;
        std::fill(dst, dst + OH * OW, bias ? bias[oc] : T(0));
        for (std::int64_t i = 0; i < group_inputs; ++i) {
          const std::int64_t ic = oc / group_outputs * group_inputs + i;
          const T* src = call.input<T>(0) + (n * x[1] + ic) * H * W;
          const T* window = weights + (ic * group_outputs + oc % group_outputs) * KH * KW;
          for (std::int64_t kh = 0; kh < KH; ++kh)
            for (std::int64_t kw = 0; kw < KW; ++kw)
              for (std::int64_t ih = 0; ih < H; ++ih) {
                const std::int64_t oh = ih * a.strides[0] - a.pads[0] + kh * a.dilations[0];
                if (oh < 0 || oh >= OH)
                  continue;
                for (std::int64_t iw = 0; iw < W; ++iw) {
                  const std::int64_t ow = iw * a.strides[1] - a.pads[1] + kw * a.dilations[1];
                  if (ow >= 0 && ow < OW)
                    dst[oh * OW + ow] += src[ih * W + iw] * window[kh * KW + kw];
                }
              }
        }
      }
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const auto& a = c.attributes<ConvTransposeAttributes>();
  FOVEA_CHECK(!c.needs(1), "weights computed from the image have no gradient rule");
  FOVEA_CHECK(c.input_count() < 3 || !c.needs(2), "a bias computed from the image has no gradient rule");
  std::vector<ir::ValueId> dx(c.input_count(), ir::kNoValue);
  dx[0] = c.emit(conv(), {c.dy(), c.x(1)}, ConvAttributes{a.strides, a.pads, a.dilations, a.groups});
  return dx;
}

}  // namespace

const ir::Operator& conv_transpose() {
  static const ir::Operator op{
      "ConvTranspose",
      {"x", "w", "b?"},
      infer,
      kernel,
      gradient,
      ConvTransposeAttributes{},
      {.relevance = ir::Relevance::LinearLayer,
       .reach = convolution_reach<ConvTransposeAttributes, through_transposed_window>,
       .axes = window_axes,
       .input_axes = ir::InputAxes::Picture,
       .terms = convolution_terms,
       .terms_are_products = true,
       .terms_of_operand = true}};
  return op;
}

void check_window(const std::vector<std::int64_t>& strides, const std::vector<std::int64_t>& pads,
                  const std::vector<std::int64_t>& dilations) {
  auto all_at_least = [](const std::vector<std::int64_t>& values, std::size_t count, std::int64_t minimum) {
    return values.size() == count &&
           std::all_of(values.begin(), values.end(), [=](auto v) { return v >= minimum; });
  };
  FOVEA_CHECK(all_at_least(strides, 2, 1), "expected strides of two positive numbers");
  FOVEA_CHECK(all_at_least(dilations, 2, 1), "expected dilations of two positive numbers");
  FOVEA_CHECK(all_at_least(pads, 4, 0), "expected pads of four non-negative numbers");
}

}  // namespace fovea::ops
