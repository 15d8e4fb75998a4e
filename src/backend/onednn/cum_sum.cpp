#include "ops/cum_sum.hpp"

#include "backend/onednn/axis_extents.hpp"
#include "backend/onednn/lowerings.hpp"

namespace fovea::backend::onednn_detail {
namespace {

bool supports_all(const ir::Graph&, const ir::Node&) {
  return true;
}

/// Running sums of `width` columns: each place of the result is the one before it plus an element.
void add_up(const ops::CumSumAttributes& a, const AxisExtents& e, const float* x, float* y,
            std::int64_t width) {
  const std::int64_t step = a.reverse != 0 ? -e.inner : e.inner;
  std::int64_t at = a.reverse != 0 ? (e.count - 1) * e.inner : 0;
  for (std::int64_t i = 0; i < width; ++i)
    y[at + i] = a.exclusive != 0 ? 0.0F : x[at + i];
  for (std::int64_t k = 1; k < e.count; ++k) {
    const float* before = y + at;
    // An exclusive sum lacks the element at its own place.
    const float* added = x + (a.exclusive != 0 ? at : at + step);
    at += step;
    float* to = y + at;
#pragma omp simd
    for (std::int64_t i = 0; i < width; ++i)
      to[i] = before[i] + added[i];
  }
}

void lower_cum_sum(OneDnnBuilder& builder, const ir::Node& node) {
  const auto a = node.attributes.as<ops::CumSumAttributes>();
  const auto [x, order] = ordered_place(builder, node.inputs[0]);
  const Shape& shape = builder.graph().shape(node.inputs[0]);
  const AxisExtents e = *extents_along(shape, {a.axis}, order);
  const Place y = builder.produce(node.outputs[0], x.desc);
  builder.add_kernel(node.op->name, {x}, {y}, [=](const std::vector<void*>& at) {
    const auto* from = static_cast<const float*>(at[0]);
    auto* to = static_cast<float*>(at[1]);
    share_columns(e, [=](std::int64_t outer, std::int64_t first, std::int64_t width) {
      const std::int64_t offset = outer * e.count * e.inner + first;
      add_up(a, e, from + offset, to + offset, width);
    });
  });
}

}  // namespace

std::vector<OperatorLowering> cum_sum_lowerings() {
  return {{&ops::cum_sum(), supports_all, lower_cum_sum}};
}

}  // namespace fovea::backend::onednn_detail
