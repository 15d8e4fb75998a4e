#include "ops/conv.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/kernel_work.hpp"
#include "ops/reach_rules.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const auto& a = call.attributes.as<ConvAttributes>();
  const Shape& x = call.shape(0);
  const Shape& w = call.shape(1);
  check_window(a.strides, a.pads, a.dilations);
  FOVEA_CHECK(x.rank() == 4 && w.rank() == 4,
              "expected x and w of rank 4 (images), found x of {} and w of {}", to_string(x), to_string(w));
  FOVEA_CHECK(w[0] >= 1 && a.groups >= 1 && w[0] % a.groups == 0 && x[1] == w[1] * a.groups,
              "the {} channels of x of {} do not fit w of {} with {} groups", x[1], to_string(x),
              to_string(w), a.groups);
  FOVEA_CHECK(!call.has(2) || call.shape(2) == Shape({w[0]}), "expected a bias of shape {}, found {}", w[0],
              to_string(call.shape(2)));
  FOVEA_CHECK(!call.has(2) || call.dtype(2) == call.dtype(0), "expected a bias of x's element type");
  FOVEA_CHECK(is_floating(call.dtype(0)) && call.dtype(0) == call.dtype(1),
              "expected floating operands of one type");
  Shape y{x[0], w[0], 0, 0};
  for (int i = 0; i < 2; ++i) {
    const std::int64_t window = a.dilations[i] * (w[2 + i] - 1) + 1;
    const std::int64_t padded = x[2 + i] + a.pads[i] + a.pads[2 + i];
    FOVEA_CHECK(w[2 + i] >= 1 && padded >= window, "the window of {} does not fit into the padded extent {}",
                window, padded);
    y[2 + i] = (padded - window) / a.strides[i] + 1;
  }
  return {{call.dtype(0), y}};
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<ConvAttributes>();
  const Shape& x = call.shape(0);
  const Shape& w = call.shape(1);
  const Shape& y = call.outputs[0].shape;
  const std::int64_t H = x[2], W = x[3], OH = y[2], OW = y[3], KH = w[2], KW = w[3];
  const std::int64_t group_inputs = w[1], group_outputs = w[0] / a.groups;
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* weights = call.input<T>(1);
    const T* bias = call.has(2) ? call.input<T>(2) : nullptr;
    for (std::int64_t n = 0; n < y[0]; ++n)
      for (std::int64_t oc = 0; oc < y[1]; ++oc) {
        T* dst = call.output<T>() + (n * y[1] + oc) * OH * OW;
        std::fill(dst, dst + OH * OW, bias ? bias[oc] : T(0));
        for (std::int64_t ic = 0; ic < group_inputs; ++ic) {
          const T* src = call.input<T>(0) + (n * x[1] + oc / group_outputs * group_inputs + ic) * H * W;
          const T* window = weights + (oc * group_inputs + ic) * KH * KW;
          for (std::int64_t kh = 0; kh < KH; ++kh)
            for (std::int64_t kw = 0; kw < KW; ++kw)
              for (std::int64_t oh = 0; oh < OH; ++oh) {
                const std::int64_t ih = oh * a.strides[0] - a.pads[0] + kh * a.dilations[0];
                if (ih < 0 || ih >= H)
                  continue;
                for (std::int64_t ow = 0; ow < OW; ++ow) {
                  const std::int64_t iw = ow * a.strides[1] - a.pads[1] + kw * a.dilations[1];
                  if (iw >= 0 && iw < W)
                    dst[oh * OW + ow] += src[ih * W + iw] * window[kh * KW + kw];
                }
              }
        }
      }
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const auto& a = c.attributes<ConvAttributes>();
  FOVEA_CHECK(!c.needs(1), "weights computed from the image have no gradient rule");
  FOVEA_CHECK(c.input_count() < 3 || !c.needs(2), "a bias computed from the image has no gradient rule");
  ConvTransposeAttributes back{a.strides, a.pads, a.dilations, a.groups, {0, 0}};
  const Shape& x = c.shape(c.x(0));
  const Shape& w = c.shape(c.x(1));
  const Shape& y = c.shape(c.y());
  for (int i = 0; i < 2; ++i)
    back.output_padding[i] = x[2 + i] + a.pads[i] + a.pads[2 + i] - a.dilations[i] * (w[2 + i] - 1) - 1 -
                             (y[2 + i] - 1) * a.strides[i];
  std::vector<ir::ValueId> dx(c.input_count(), ir::kNoValue);
  dx[0] = c.emit(conv_transpose(), {c.dy(), c.x(1)}, back);
  return dx;
}

}  // namespace

const ir::Operator& conv() {
  static const ir::Operator op{"Conv",
                               {"x", "w", "b?"},
                               infer,
                               kernel,
                               gradient,
                               ConvAttributes{},
                               {.relevance = ir::Relevance::LinearLayer,
                                .reach = convolution_reach<ConvAttributes, through_window>,
                                .axes = window_axes,
                                .input_axes = ir::InputAxes::Picture,
                                .terms = convolution_terms,
                                .terms_are_products = true}};
  return op;
}

}  // namespace fovea::ops
