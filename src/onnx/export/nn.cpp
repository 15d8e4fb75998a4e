#include "onnx/export/families.hpp"
#include "onnx/export/transposed_convolution.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"

namespace fovea::onnx_export {
namespace {

std::vector<std::int64_t> window_of(const Shape& weights) {
  return {weights[2], weights[3]};
}

void conv(NodeWriter& w) {
  const auto& a = w.attributes<ops::ConvAttributes>();
  w.result("Conv", w.all_inputs(),
           {{"kernel_shape", window_of(w.shape(1))},
            {"strides", a.strides},
            {"pads", a.pads},
            {"dilations", a.dilations},
            {"group", a.groups}});
}

void conv_transpose(NodeWriter& w) {
  const auto& a = w.attributes<ops::ConvTransposeAttributes>();
  write_transposed_convolution(w,
                               {w.all_inputs(),
                                window_of(w.shape(1)),
                                a.strides,
                                a.dilations,
                                a.groups,
                                {a.pads[0], a.pads[1]},
                                {a.pads[2] - a.output_padding[0], a.pads[3] - a.output_padding[1]}},
                               w.y());
}

void gemm(NodeWriter& w) {
  const auto& a = w.attributes<ops::GemmAttributes>();
  w.result("Gemm", w.all_inputs(),
           {{"alpha", a.alpha}, {"beta", a.beta}, {"transA", a.trans_a}, {"transB", a.trans_b}});
}

void mat_mul(NodeWriter& w) {
  w.result("MatMul", w.all_inputs());
}

}  // namespace

Family nn_family() {
  return {{&ops::conv(), conv},
          {&ops::conv_transpose(), conv_transpose},
          {&ops::gemm(), gemm},
          {&ops::mat_mul(), mat_mul}};
}

}  // namespace fovea::onnx_export
