#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/parallel.hpp"
#include "ops/stabilised_div.hpp"

namespace fovea::backend::onednn_detail {
namespace {

void divide(const float* a, const float* b, float epsilon, float* z, std::int64_t count) {
  share(count, [=](std::int64_t begin, std::int64_t end) {
#pragma omp simd
    for (std::int64_t i = begin; i < end; ++i)
      z[i] = a[i] / (b[i] + (b[i] < 0 ? -epsilon : epsilon));
  });
}

bool supports_all(const ir::Graph&, const ir::Node&) {
  return true;
}

/// The divisor keeps its layout, the dividend comes to it.
void lower_stabilised_div(OneDnnBuilder& builder, const ir::Node& node) {
  const Place b = builder.place(node.inputs[1]);
  const Place a = builder.place(node.inputs[0], b.desc);
  const Place z = builder.produce_in_place(node.inputs[0], a, node.outputs[0]);
  const auto epsilon = static_cast<float>(node.attributes.as<ops::StabilisedDivAttributes>().epsilon);
  const auto count = static_cast<std::int64_t>(b.desc.get_size() / sizeof(float));
  builder.add_kernel(node.op->name, {a, b}, {z}, [=](const std::vector<void*>& at) {
    divide(static_cast<const float*>(at[0]), static_cast<const float*>(at[1]), epsilon,
           static_cast<float*>(at[2]), count);
  });
}

}  // namespace

std::vector<OperatorLowering> stabilised_lowerings() {
  return {{&ops::stabilised_div(), supports_all, lower_stabilised_div}};
}

}  // namespace fovea::backend::onednn_detail
