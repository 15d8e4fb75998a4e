#include "ops/arg_max.hpp"

#include "base/dispatch.hpp"
#include "ops/softmax.hpp"

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const auto& a = call.attributes.as<ArgMaxAttributes>();
  const Shape& x = call.shape(0);
  FOVEA_CHECK(is_numeric(call.dtype(0)), "expected a floating or int64 operand, found {}",
              name_of(call.dtype(0)));
  FOVEA_CHECK(a.axis >= 0 && a.axis < x.rank() && x[a.axis] > 0, "axis {} of a tensor of {} has no largest",
              a.axis, to_string(x));
  std::vector<std::int64_t> dims = x.dims();
  if (a.keep_dims != 0)
    dims[static_cast<std::size_t>(a.axis)] = 1;
  else
    dims.erase(dims.begin() + a.axis);
  return {{DType::I64, Shape(std::move(dims))}};
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<ArgMaxAttributes>();
  dispatch_numeric(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    std::int64_t* y = call.output<std::int64_t>();
    for_each_line(call.shape(0), a.axis, [&](std::int64_t first, std::int64_t count, std::int64_t step) {
      std::int64_t best = 0;
      for (std::int64_t k = 1; k < count; ++k) {
        const T value = x[first + k * step], largest = x[first + best * step];
        if (value > largest || (a.last != 0 && value == largest))
          best = k;
      }
      *y++ = best;
    });
  });
}

}  // namespace

const ir::Operator& arg_max() {
  static const ir::Operator op{
      "ArgMax", {"x"}, infer, kernel, ir::not_differentiable("its result is an index"), ArgMaxAttributes{}};
  return op;
}

}  // namespace fovea::ops
