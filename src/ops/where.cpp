#include "ops/where.hpp"

#include "ops/broadcast.hpp"

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  FOVEA_CHECK(call.dtype(0) == DType::Bool, "expected a bool condition, found {}", name_of(call.dtype(0)));
  FOVEA_CHECK(call.dtype(1) == call.dtype(2), "operands have element types {} and {}", name_of(call.dtype(1)),
              name_of(call.dtype(2)));
  return {{call.dtype(1), broadcast(call.shape(0), broadcast(call.shape(1), call.shape(2)))}};
}

void kernel(const ir::KernelCall& call) {
  const bool* condition = call.input<bool>(0);
  const Shape& shape = call.outputs[0].shape;
  const auto strides = broadcast_strides(call.shape(0), shape);
  dispatch(call.dtype(1), [&]<class T>(T) {
    T* out = call.output<T>();
    for (std::size_t operand : {1, 2}) {
      const T* source = call.input<T>(operand);
      const bool chosen = operand == 1;
      for_each_pair(shape, strides, broadcast_strides(call.shape(operand), shape),
                    [&](std::int64_t i, std::int64_t c, std::int64_t s) {
                      if (condition[c] == chosen)
                        out[i] = source[s];
                    });
    }
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  std::vector<ir::ValueId> d(3, ir::kNoValue);
  const ir::ValueId zero = c.scalar(0, c.dtype(c.dy()));
  if (c.needs(1))
    d[1] = sum_to_shape(c, c.emit(where(), {c.x(0), c.dy(), zero}), c.shape(c.x(1)));
  if (c.needs(2))
    d[2] = sum_to_shape(c, c.emit(where(), {c.x(0), zero, c.dy()}), c.shape(c.x(2)));
  return d;
}

}  // namespace

const ir::Operator& where() {
  static const ir::Operator op{"Where",
                               {"condition", "a", "b"},
                               infer,
                               kernel,
                               gradient,
                               {},
                               {.pointwise = true, .relevance = ir::Relevance::Routed}};
  return op;
}

}  // namespace fovea::ops
