#include "ops/depth_to_space.hpp"
#include "backend/onednn/lowerings.hpp"

namespace fovea::backend::onednn_detail {
namespace {

bool supports_depth_to_space(const ir::Graph&, const ir::Node&) {
  return true;
}

/// From channels-last float32 to row-major: the result is the picture's gradient, of few channels.
void lower_depth_to_space(OneDnnBuilder& builder, const ir::Node& node) {
  const auto a = node.attributes.as<ops::DepthToSpaceAttributes>();
  const ir::Graph& graph = builder.graph();
  const Shape x = graph.shape(node.inputs[0]), y = graph.shape(node.outputs[0]);
  const Place from = builder.place(node.inputs[0], OneDnnBuilder::channels_last_desc(x));
  const Place to = builder.produce(node.outputs[0], OneDnnBuilder::plain_desc(y));
  builder.add_kernel(node.op->name, {from}, {to}, [a, x, y](const std::vector<void*>& at) {
    const auto* src = static_cast<const float*>(at[0]);
    auto* dst = static_cast<float*>(at[1]);
    const std::int64_t C = y[1];
#pragma omp parallel for collapse(2) schedule(static)
    for (std::int64_t n = 0; n < y[0]; ++n)
      for (std::int64_t oh = 0; oh < y[2]; ++oh) {
        const std::int64_t h = oh + a.offsets[0];
        const float* row =
            src + (n * x[2] + h / a.strides[0]) * x[3] * x[1] + h % a.strides[0] * a.strides[1] * C;
        for (std::int64_t c = 0; c < C; ++c)
          for (std::int64_t ow = 0; ow < y[3]; ++ow) {
            const std::int64_t w = ow + a.offsets[1];
            dst[((n * C + c) * y[2] + oh) * y[3] + ow] =
                row[w / a.strides[1] * x[1] + w % a.strides[1] * C + c];
          }
      }
  });
}

}  // namespace

std::vector<OperatorLowering> depth_to_space_lowerings() {
  return {{&ops::depth_to_space(), supports_depth_to_space, lower_depth_to_space, kAnyType}};
}

}  // namespace fovea::backend::onednn_detail
