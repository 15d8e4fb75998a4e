#include "ops/top_k.hpp"

#include "base/dispatch.hpp"
#include "ops/softmax.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const auto& a = call.attributes.as<TopKAttributes>();
  Shape shape = call.shape(0);
  FOVEA_CHECK(is_numeric(call.dtype(0)), "expected a floating or int64 operand, found {}",
              name_of(call.dtype(0)));
  FOVEA_CHECK(a.axis >= 0 && a.axis < shape.rank(), "axis {} is not an axis of a tensor of {}", a.axis,
              to_string(shape));
  FOVEA_CHECK(a.k >= 1 && a.k <= shape[a.axis], "k is {}, but axis {} of a tensor of {} has {} elements", a.k,
              a.axis, to_string(shape), shape[a.axis]);
  shape[a.axis] = a.k;
  return {{DType::I64, shape}};
}

/// Whether a value comes before another; a NaN comes before none.
template <class T>
bool comes_first(T a, T b, bool largest) {
  if (a != a || b != b)
    return a == a && b != b;
  return largest ? a > b : a < b;
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<TopKAttributes>();
  dispatch_numeric(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    std::int64_t* y = call.output<std::int64_t>();
    std::vector<std::int64_t> order(static_cast<std::size_t>(call.shape(0)[a.axis]));
    for_each_line(call.shape(0), a.axis, [&](std::int64_t first, std::int64_t count, std::int64_t step) {
      std::iota(order.begin(), order.end(), std::int64_t{0});
      std::partial_sort(order.begin(), order.begin() + a.k, order.end(), [&](std::int64_t i, std::int64_t j) {
        const T left = x[first + i * step], right = x[first + j * step];
        return comes_first(left, right, a.largest != 0) ||
               (!comes_first(right, left, a.largest != 0) && i < j);
      });
      std::int64_t* line = y + first / (count * step) * a.k * step + first % step;
      for (std::int64_t i = 0; i < a.k; ++i)
        line[i * step] = order[static_cast<std::size_t>(i)];
    });
  });
}

}  // namespace

const ir::Operator& top_k() {
  static const ir::Operator op{
      "TopK", {"x"}, infer, kernel, ir::not_differentiable("its result are indices"), TopKAttributes{}};
  return op;
}

}  // namespace fovea::ops
