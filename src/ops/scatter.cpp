#include "ops/scatter.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/arithmetic.hpp"
#include "ops/gather.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const std::string& reduction = call.attributes.as<ScatterAttributes>().reduction;
  const bool replaces = reduction == "none";
  FOVEA_CHECK(replaces || reduction == "add" || reduction == "mul" || reduction == "max" ||
                  reduction == "min",
              "unknown reduction '{}'", reduction);
  const Shape& x = call.shape(0);
  FOVEA_CHECK(x.rank() >= 1 && (replaces || is_numeric(call.dtype(0))), "expected x with rows{}, found {} {}",
              replaces ? "" : " of numbers", name_of(call.dtype(0)), to_string(x));
  FOVEA_CHECK(call.dtype(1) == DType::I64 && call.shape(1).rank() == 1,
              "expected indices as a list of i64, found {} {}", name_of(call.dtype(1)),
              to_string(call.shape(1)));
  Shape rows = x;
  rows[0] = call.shape(1)[0];
  FOVEA_CHECK(call.type(2) == (ir::TensorType{call.dtype(0), rows}), "expected updates of {} {}, found {} {}",
              name_of(call.dtype(0)), to_string(rows), name_of(call.dtype(2)), to_string(call.shape(2)));
  return {call.type(0)};
}

/// Calls f(destination, source, count) for every row of updates.
template <class T, class F>
void for_each_row(const ir::KernelCall& call, F&& f) {
  const Shape& x = call.shape(0);
  const std::int64_t run = x[0] > 0 ? x.elements() / x[0] : 0;
  const std::int64_t* indices = call.input<std::int64_t>(1);
  const T* updates = call.input<T>(2);
  T* y = call.output<T>();
  for (std::int64_t i = 0, rows = call.count(1); i < rows; ++i) {
    FOVEA_CHECK(indices[i] >= -x[0] && indices[i] < x[0], "index {} is outside {} rows", indices[i], x[0]);
    f(y + (indices[i] < 0 ? indices[i] + x[0] : indices[i]) * run, updates + i * run, run);
  }
}

template <class T, class Function>
void combine(const ir::KernelCall& call, Function f) {
  for_each_row<T>(call, [&](T* to, const T* from, std::int64_t count) {
    for (std::int64_t k = 0; k < count; ++k)
      to[k] = f(to[k], from[k]);
  });
}

void kernel(const ir::KernelCall& call) {
  const std::string& reduction = call.attributes.as<ScatterAttributes>().reduction;
  dispatch(call.dtype(0), [&]<class T>(T) {
    std::copy_n(call.input<T>(0), call.count(0), call.output<T>());
    if (reduction == "none")
      for_each_row<T>(call, [](T* to, const T* from, std::int64_t count) { std::copy_n(from, count, to); });
  });
  if (reduction == "none")
    return;
  dispatch_numeric(call.dtype(0), [&]<class T>(T) {
    if (reduction == "add")
      combine<T>(call, Sum());
    else if (reduction == "mul")
      combine<T>(call, Product());
    else if (reduction == "max")
      combine<T>(call, [](T a, T b) { return std::max(a, b); });
    else
      combine<T>(call, [](T a, T b) { return std::min(a, b); });
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const std::string& reduction = c.attributes<ScatterAttributes>().reduction;
  FOVEA_CHECK(reduction == "none" || reduction == "add", "the reduction '{}' has no gradient rule",
              reduction);
  std::vector<ir::ValueId> d(3, ir::kNoValue);
  if (c.needs(0) && reduction == "add")
    d[0] = c.dy();
  if (c.needs(0) && reduction == "none") {
    const ir::ValueId zeros =
        c.graph().add_constant(c.node().name + "/grad/zeros", Tensor(c.dtype(c.dy()), c.shape(c.x(2))));
    d[0] = c.emit(scatter(), {c.dy(), c.x(1), zeros}, ScatterAttributes{});
  }
  if (c.needs(2))
    d[2] = c.emit(gather(), {c.dy(), c.x(1)}, GatherAttributes{.axis = 0});
  return d;
}

}  // namespace

const ir::Operator& scatter() {
  static const ir::Operator op{
      "Scatter",           {"x", "indices", "updates"},         infer, kernel, gradient,
      ScatterAttributes{}, {.relevance = ir::Relevance::Routed}};
  return op;
}

}  // namespace fovea::ops
