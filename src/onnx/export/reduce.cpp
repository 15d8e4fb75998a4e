#include "ops/reduce.hpp"
#include "onnx/export/families.hpp"
#include "ops/arg_max.hpp"
#include "ops/cum_sum.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/reduce_prod.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/top_k.hpp"

#include <numeric>

namespace fovea::onnx_export {
namespace {

void reduce_sum(NodeWriter& w) {
  const auto& a = w.attributes<ops::ReduceAttributes>();
  if (a.axes.empty())  // which ONNX would take for all of them
    return w.result("Identity", {w.x()});
  w.result("ReduceSum", {w.x(), w.integers(a.axes)}, {{"keepdims", a.keep_dims}});
}

/// Axes are an attribute until opset 18.
void reduce_by_attribute(NodeWriter& w) {
  const auto& a = w.attributes<ops::ReduceAttributes>();
  if (a.axes.empty())
    return w.result("Identity", {w.x()});
  w.result(std::string(w.node().op->name), {w.x()}, {{"axes", a.axes}, {"keepdims", a.keep_dims}});
}

/// dy in equal parts to the largest elements.
void reduce_max_gradient(NodeWriter& w) {
  const auto& a = w.attributes<ops::ReduceAttributes>();
  if (a.axes.empty())
    return w.result("Identity", {w.x(0)});
  const Shape kept = ops::kept_shape(w.shape(1), a.axes);
  const std::string largest = w.as_number(w.emit("Equal", {w.x(1), w.reshape(w.x(2), kept)}));
  const std::string count = w.emit("ReduceSum", {largest, w.integers(a.axes)});
  w.result("Mul", {largest, w.emit("Div", {w.reshape(w.x(0), kept), count})});
}

/// The last of equal elements, which GPU runtimes do not have, is found by comparisons.
void arg_max(NodeWriter& w) {
  const auto& a = w.attributes<ops::ArgMaxAttributes>();
  if (a.last == 0)
    return w.result("ArgMax", {w.x()}, {{"axis", a.axis}, {"keepdims", a.keep_dims}});
  const Shape& shape = w.shape(0);
  const NodeAttributes kept = {{"axes", std::vector<std::int64_t>{a.axis}}, {"keepdims", std::int64_t{1}}};
  std::vector<std::int64_t> along(static_cast<std::size_t>(shape.rank()), 1);
  along[static_cast<std::size_t>(a.axis)] = shape[a.axis];
  Tensor places(DType::I64, Shape(along));
  std::iota(places.data<std::int64_t>().begin(), places.data<std::int64_t>().end(), std::int64_t{0});
  const std::string is_largest = w.emit("Equal", {w.x(), w.emit("ReduceMax", {w.x()}, kept)});
  const std::string candidates =
      w.emit("Where", {is_largest, w.model().constant(places, "places"), w.model().scalar(0, DType::I64)});
  w.result("ReduceMax", {candidates}, {kept.front(), {"keepdims", a.keep_dims}});
}

void top_k(NodeWriter& w) {
  const auto& a = w.attributes<ops::TopKAttributes>();
  const std::string values = w.model().unique_name("TopK");
  w.model().node("TopK", {w.x(), w.integers({a.k})}, {{"axis", a.axis}, {"largest", a.largest}},
                 {values, w.y()});
}

void cum_sum(NodeWriter& w) {
  const auto& a = w.attributes<ops::CumSumAttributes>();
  w.result("CumSum", {w.x(), w.model().scalar(static_cast<double>(a.axis), DType::I64)},
           {{"exclusive", a.exclusive}, {"reverse", a.reverse}});
}

}  // namespace

Family reduce_family() {
  return {{&ops::reduce_sum(), reduce_sum},
          {&ops::reduce_mean(), reduce_by_attribute},
          {&ops::reduce_max(), reduce_by_attribute},
          {&ops::reduce_prod(), reduce_by_attribute},
          {&ops::reduce_max_gradient(), reduce_max_gradient},
          {&ops::arg_max(), arg_max},
          {&ops::top_k(), top_k},
          {&ops::cum_sum(), cum_sum}};
}

}  // namespace fovea::onnx_export
