#include "ops/gemm.hpp"

#include "ops/axis_rules.hpp"
#include "ops/broadcast.hpp"
#include "ops/mul.hpp"

namespace fovea::ops {
namespace {

/// Extents of the product, and the strides (in elements) along its axes in the operands as they are stored.
struct Product {
  std::int64_t M, N, K;
  std::int64_t a_row, a_column, b_row, b_column;
};

Product product_of(const GemmAttributes& g, const Shape& a, const Shape& b) {
  FOVEA_CHECK(a.rank() == 2 && b.rank() == 2, "expected two matrices, found {} and {}", to_string(a),
              to_string(b));
  const bool ta = g.trans_a != 0, tb = g.trans_b != 0;
  const Product p{a[ta ? 1 : 0], b[tb ? 0 : 1], a[ta ? 0 : 1], ta ? 1 : a[1],
                  ta ? a[1] : 1, tb ? 1 : b[1], tb ? b[1] : 1};
  FOVEA_CHECK(b[tb ? 1 : 0] == p.K, "a of {}{} does not fit b of {}{}", to_string(a),
              ta ? " (transposed)" : "", to_string(b), tb ? " (transposed)" : "");
  return p;
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const Product p = product_of(call.attributes.as<GemmAttributes>(), call.shape(0), call.shape(1));
  FOVEA_CHECK(is_floating(call.dtype(0)) && call.dtype(0) == call.dtype(1) &&
                  (!call.has(2) || call.dtype(2) == call.dtype(0)),
              "expected floating operands of one type");
  const Shape y{p.M, p.N};
  FOVEA_CHECK(!call.has(2) || (call.shape(2).rank() <= 2 && broadcast(call.shape(2), y) == y),
              "c of {} does not broadcast to {}", to_string(call.shape(2)), to_string(y));
  return {{call.dtype(0), y}};
}

void kernel(const ir::KernelCall& call) {
  const auto& g = call.attributes.as<GemmAttributes>();
  const Product p = product_of(g, call.shape(0), call.shape(1));
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* a = call.input<T>(0);
    const T* b = call.input<T>(1);
    T* y = call.output<T>();
    for (std::int64_t m = 0; m < p.M; ++m)
      for (std::int64_t n = 0; n < p.N; ++n) {
        T sum = 0;
        for (std::int64_t k = 0; k < p.K; ++k)
          sum += a[m * p.a_row + k * p.a_column] * b[k * p.b_row + n * p.b_column];
        y[m * p.N + n] = static_cast<T>(g.alpha) * sum;
      }
    if (!call.has(2))
      return;
    const T* c = call.input<T>(2);
    const Shape& shape = call.outputs[0].shape;
    const auto strides = broadcast_strides(call.shape(2), shape);
    for_each_pair(shape, strides, strides, [&](std::int64_t i, std::int64_t from, std::int64_t) {
      y[i] += static_cast<T>(g.beta) * c[from];
    });
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const auto& g = c.attributes<GemmAttributes>();
  const std::int64_t ta = g.trans_a, tb = g.trans_b;
  auto product = [&](ir::ValueId left, std::int64_t trans_left, ir::ValueId right, std::int64_t trans_right) {
    return c.emit(gemm(), {left, right},
                  GemmAttributes{.alpha = g.alpha, .beta = 1, .trans_a = trans_left, .trans_b = trans_right});
  };
  std::vector<ir::ValueId> dx(c.input_count(), ir::kNoValue);
  if (c.needs(0))
    dx[0] = ta ? product(c.x(1), tb, c.dy(), 1) : product(c.dy(), 0, c.x(1), !tb);
  if (c.needs(1))
    dx[1] = tb ? product(c.dy(), 1, c.x(0), ta) : product(c.x(0), !ta, c.dy(), 0);
  if (c.input_count() > 2 && c.needs(2)) {
    dx[2] = sum_to_shape(c, c.dy(), c.shape(c.x(2)));
    if (g.beta != 1)
      dx[2] = c.emit(mul(), {dx[2], c.scalar(g.beta, c.dtype(dx[2]))});
  }
  return dx;
}

AxisRoles axes_rule(const AxisCall& call, std::size_t) {
  const auto& g = call.attributes<GemmAttributes>();
  const bool a = call.depends(0), b = call.depends(1);
  if (!a && !b)
    return broadcast_axes(call, 0);
  const std::int64_t a_row = g.trans_a != 0 ? 1 : 0, b_row = g.trans_b != 0 ? 1 : 0;
  return {a ? call.x_axis(0, a_row) : mixed_axis(call.x(1), b_row, call.y_shape()[0]),
          b ? call.x_axis(1, 1 - b_row) : mixed_axis(call.x(0), 1 - a_row, call.y_shape()[1])};
}

std::int64_t terms(const ir::InferCall& call) {
  return call.shape(0)[call.attributes.as<GemmAttributes>().trans_a != 0 ? 0 : 1];
}

}  // namespace

const ir::Operator& gemm() {
  static const ir::Operator op{"Gemm",
                               {"a", "b", "c?"},
                               infer,
                               kernel,
                               gradient,
                               GemmAttributes{},
                               {.relevance = ir::Relevance::LinearLayer,
                                .axes = axes_rule,
                                .axes_of_any_input = true,
                                .terms = terms,
                                .terms_are_products = true}};
  return op;
}

}  // namespace fovea::ops
