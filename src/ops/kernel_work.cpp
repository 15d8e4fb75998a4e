#include "ops/kernel_work.hpp"

#include "ops/average_pool.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/gemm.hpp"
#include "ops/interpolate.hpp"
#include "ops/lrn.hpp"
#include "ops/mat_mul.hpp"
#include "ops/max_pool.hpp"

#include <algorithm>
#include <limits>

namespace fovea::ops {
namespace {

std::int64_t product(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::numeric_limits<std::int64_t>::max() : result;
}

std::int64_t sum(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? std::numeric_limits<std::int64_t>::max() : result;
}

/// Elements under a pooling window, at most those of the plane.
std::int64_t window_size(const std::vector<std::int64_t>& kernel, const Shape& x) {
  return product(std::min(kernel[0], x[2]), std::min(kernel[1], x[3]));
}

/// Multiplications for each element of the first result (of the first operand for a transposed convolution).
std::int64_t work_per_element(const ir::Operator& op, const ir::InferCall& call) {
  const Shape& x = call.shape(0);
  if (&op == &conv() || &op == &conv_transpose()) {
    const Shape& w = call.shape(1);
    return product(w[1], product(w[2], w[3]));
  }
  if (&op == &mat_mul())
    return x[x.rank() - 1];
  if (&op == &gemm())
    return x[call.attributes.as<GemmAttributes>().trans_a != 0 ? 0 : 1];
  if (&op == &max_pool())
    return window_size(call.attributes.as<MaxPoolAttributes>().kernel, x);
  if (&op == &average_pool())
    return window_size(call.attributes.as<AveragePoolAttributes>().kernel, x);
  if (&op == &lrn())
    return std::min(call.attributes.as<LrnAttributes>().size, x[1]);
  if (&op == &interpolate())
    return call.shape(1)[1];
  return 1;
}

}  // namespace

std::int64_t kernel_work(const ir::Operator& op, const ir::InferCall& call,
                         std::span<const ir::TensorType> results) {
  std::int64_t work = 0;
  for (const ir::TensorType* type : call.inputs)
    work = sum(work, type ? type->shape.elements() : 0);
  for (const ir::TensorType& type : results)
    work = sum(work, type.shape.elements());
  if (results.empty() || !call.has(0))
    return work;
  const Shape& computed = &op == &conv_transpose() ? call.shape(0) : results[0].shape;
  return sum(work, product(computed.elements(), work_per_element(op, call)));
}

}  // namespace fovea::ops
