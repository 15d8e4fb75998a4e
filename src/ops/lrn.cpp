#include "ops/lrn.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::ops {
namespace {

void check(const ir::InferCall& call) {
  const auto& a = call.attributes.as<LrnAttributes>();
  FOVEA_CHECK(a.size >= 1, "expected a positive size, found {}", a.size);
  FOVEA_CHECK(call.shape(0).rank() >= 2 && is_floating(call.dtype(0)),
              "expected a floating x of rank 2 or more, found {} {}", name_of(call.dtype(0)),
              to_string(call.shape(0)));
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  check(call);
  return same_type(call);
}

std::vector<ir::TensorType> infer_gradient(const ir::InferCall& call) {
  check(call);
  return same_type_pair(call);
}

/// The picture of one batch entry as a matrix of channels and positions.
struct Extents {
  std::int64_t N, C, plane;
};

Extents extents_of(const Shape& x) {
  Extents e{x[0], x[1], 1};
  for (std::int64_t axis = 2; axis < x.rank(); ++axis)
    e.plane *= x[axis];
  return e;
}

/// sums[c] = the sum of terms[i] over the channels c - before <= i <= c + after, for every position.
template <class T>
void sum_over_channels(const Extents& e, const std::vector<T>& terms, std::int64_t before, std::int64_t after,
                       std::vector<T>& sums) {
  std::fill(sums.begin(), sums.end(), T(0));
  for (std::int64_t c = 0; c < e.C; ++c) {
    T* sum = sums.data() + c * e.plane;
    for (std::int64_t i = std::max<std::int64_t>(c - before, 0), last = std::min(c + after, e.C - 1);
         i <= last; ++i)
      for (std::int64_t p = 0; p < e.plane; ++p)
        sum[p] += terms[static_cast<std::size_t>(i * e.plane + p)];
  }
}

/// s of one batch entry; `terms` is room for its squares.
template <class T>
void compute_scale(const LrnAttributes& a, const Extents& e, const T* x, std::vector<T>& terms,
                   std::vector<T>& s) {
  for (std::size_t i = 0; i < terms.size(); ++i)
    terms[i] = x[i] * x[i];
  sum_over_channels(e, terms, (a.size - 1) / 2, a.size / 2, s);
  for (T& value : s)
    value = static_cast<T>(a.bias) + static_cast<T>(a.alpha) / static_cast<T>(a.size) * value;
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<LrnAttributes>();
  const Extents e = extents_of(call.shape(0));
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    const auto count = static_cast<std::size_t>(e.C * e.plane);
    std::vector<T> terms(count), s(count);
    for (std::int64_t n = 0; n < e.N; ++n, x += count, y += count) {
      compute_scale(a, e, x, terms, s);
      for (std::size_t i = 0; i < count; ++i)
        y[i] = x[i] * std::pow(s[i], static_cast<T>(-a.beta));
    }
  });
}

// With y[c] = x[c] s[c]^-beta: dx[i] = dy[i] s[i]^-beta - 2 alpha beta / size * x[i] * the sum of
// dy[c] x[c] s[c]^(-beta-1) over all c whose window holds i, which are i - after <= c <= i + before.
void gradient_kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<LrnAttributes>();
  const Extents e = extents_of(call.shape(0));
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* dy = call.input<T>(0);
    const T* x = call.input<T>(1);
    T* dx = call.output<T>();
    const T factor = static_cast<T>(2 * a.alpha * a.beta / static_cast<double>(a.size));
    const auto count = static_cast<std::size_t>(e.C * e.plane);
    std::vector<T> terms(count), s(count), sums(count);
    for (std::int64_t n = 0; n < e.N; ++n, dy += count, x += count, dx += count) {
      compute_scale(a, e, x, terms, s);
      for (std::size_t i = 0; i < count; ++i) {
        dx[i] = dy[i] * std::pow(s[i], static_cast<T>(-a.beta));
        terms[i] = dx[i] * x[i] / s[i];
      }
      sum_over_channels(e, terms, a.size / 2, (a.size - 1) / 2, sums);
      for (std::size_t i = 0; i < count; ++i)
        dx[i] -= factor * x[i] * sums[i];
    }
  });
}

std::int64_t terms(const ir::InferCall& call) {
  return std::min(call.attributes.as<LrnAttributes>().size, call.shape(0)[1]);
}

}  // namespace

const ir::Operator& lrn() {
  static const ir::Operator op{"LRN",
                               {"x"},
                               infer,
                               kernel,
                               from_x<lrn_gradient>,
                               LrnAttributes{},
                               {.pointwise = true,
                                .relevance = ir::Relevance::PassThrough,
                                .input_axes = ir::InputAxes::ChannelsSecond,
                                .terms = terms}};
  return op;
}

const ir::Operator& lrn_gradient() {
  static const ir::Operator op{"LRNGradient",
                               {"dy", "x"},
                               infer_gradient,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               LrnAttributes{}};
  return op;
}

}  // namespace fovea::ops
