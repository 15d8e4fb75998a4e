#include "onnx/import/families.hpp"
#include "onnx/import/reduction.hpp"

#include "ops/add.hpp"
#include "ops/arg_max.hpp"
#include "ops/comparison.hpp"
#include "ops/div.hpp"
#include "ops/functions.hpp"
#include "ops/max.hpp"
#include "ops/mul.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/reduce_prod.hpp"
#include "ops/sub.hpp"

#include <limits>
#include <numeric>

namespace fovea::onnx_import {
namespace {

void reduce(TranslateContext& c, const ir::Operator& op, std::int64_t since) {
  const auto attributes = reduction(c, since);
  c.output(attributes ? c.emit(op, {c.x()}, *attributes) : c.pass(c.x()));
}

/// The sum of a value that was made from x element by element; the value itself where there is nothing to
/// sum.
ir::ValueId summed(TranslateContext& c, ir::ValueId value, std::string_view suffix = "") {
  const auto attributes = reduction(c, 18);
  return attributes ? c.emit(ops::reduce_sum(), {value}, *attributes, suffix) : value;
}

/// x, with 0 and 1 for false and true.
ir::ValueId as_numbers(TranslateContext& c) {
  return c.dtype(c.x()) == DType::Bool ? c.cast(c.x(), c.options().floating) : c.x();
}

/// A result of those numbers, bool again where x is.
ir::ValueId like_x(TranslateContext& c, ir::ValueId y) {
  return c.cast(y, c.dtype(c.x()));
}

ir::ValueId squared(TranslateContext& c) {
  return c.emit(ops::mul(), {c.x(), c.x()}, {}, "/square");
}

void arg_extremum(TranslateContext& c, ir::ValueId x) {
  c.output(c.emit(ops::arg_max(), {x},
                  ops::ArgMaxAttributes{.axis = resolve_axis(c.node().integer("axis", 0), c.rank()),
                                        .keep_dims = c.node().flag("keepdims", true),
                                        .last = c.node().flag("select_last_index", false)}));
}

}  // namespace

std::optional<ops::ReduceAttributes> reduction(const TranslateContext& c, std::int64_t since) {
  auto axes = c.integers(1, "axes", since).value_or(std::vector<std::int64_t>());
  if (axes.empty()) {
    if (c.opset() >= since && c.node().flag("noop_with_empty_axes", false))
      return std::nullopt;
    axes.resize(static_cast<std::size_t>(c.rank()));
    std::iota(axes.begin(), axes.end(), 0);
  }
  return ops::ReduceAttributes{.axes = resolve_axes(std::move(axes), c.rank()),
                               .keep_dims = c.node().flag("keepdims", true)};
}

ir::ValueId root_of_squares(TranslateContext& c, ir::ValueId sum, std::string_view suffix) {
  const double smallest = c.dtype(sum) == DType::F64 ? std::numeric_limits<double>::min()
                                                     : double{std::numeric_limits<float>::min()};
  const ir::ValueId bounded = c.emit(ops::clip(), {sum}, ops::ClipAttributes{.min = smallest}, "/bounded");
  return c.emit(ops::sqrt(), {bounded}, {}, suffix);
}

namespace {

void translate_arg_max(TranslateContext& c) {
  arg_extremum(c, c.x());
}

void translate_arg_min(TranslateContext& c) {
  arg_extremum(c, c.emit(ops::neg(), {c.x()}, {}, "/negated"));
}

void translate_reduce_max(TranslateContext& c) {
  if (c.dtype(c.x()) != DType::Bool)
    return reduce(c, ops::reduce_max(), 18);
  const auto attributes = reduction(c, 18);
  c.output(c.pass(attributes ? like_x(c, c.emit(ops::reduce_max(), {as_numbers(c)}, *attributes, "/max"))
                             : c.x()));
}

void translate_reduce_mean(TranslateContext& c) {
  reduce(c, ops::reduce_mean(), 18);
}

void translate_reduce_prod(TranslateContext& c) {
  reduce(c, ops::reduce_prod(), 18);
}

void translate_reduce_sum(TranslateContext& c) {
  reduce(c, ops::reduce_sum(), 13);
}

void translate_reduce_min(TranslateContext& c) {
  const auto attributes = reduction(c, 18);
  if (!attributes)
    return c.output(c.pass(c.x()));
  const ir::ValueId negated = c.emit(ops::neg(), {as_numbers(c)}, {}, "/negated");
  const ir::ValueId largest = c.emit(ops::reduce_max(), {negated}, *attributes, "/max");
  if (c.dtype(c.x()) != DType::Bool)
    return c.output(c.emit(ops::neg(), {largest}));
  c.output(c.pass(like_x(c, c.emit(ops::neg(), {largest}, {}, "/min"))));
}

void translate_reduce_l1(TranslateContext& c) {
  c.output(c.pass(summed(c, c.emit(ops::abs(), {c.x()}, {}, "/magnitude"), "/sum")));
}

void translate_reduce_l2(TranslateContext& c) {
  c.output(root_of_squares(c, summed(c, squared(c), "/sum"), ""));
}

void translate_reduce_sum_square(TranslateContext& c) {
  c.output(c.pass(summed(c, squared(c), "/sum")));
}

void translate_reduce_log_sum(TranslateContext& c) {
  c.output(c.emit(ops::log(), {summed(c, c.x(), "/sum")}));
}

void translate_reduce_log_sum_exp(TranslateContext& c) {
  const auto attributes = reduction(c, 18);
  if (!attributes)
    return c.output(c.pass(c.x()));
  ops::ReduceAttributes kept = *attributes;
  kept.keep_dims = 1;
  // Shifted by the largest, so that nothing overflows; by a finite number where that is -infinity.
  const ir::ValueId raw = c.emit(ops::reduce_max(), {c.x()}, kept, "/max");
  const ir::ValueId largest =
      c.emit(ops::clip(), {raw}, ops::ClipAttributes{.min = std::numeric_limits<float>::lowest()}, "/shift");
  const ir::ValueId shifted = c.emit(ops::sub(), {c.x(), largest}, {}, "/shifted");
  const ir::ValueId powers = c.emit(ops::exp(), {shifted}, {}, "/exp");
  const ir::ValueId log =
      c.emit(ops::log(), {c.emit(ops::reduce_sum(), {powers}, *attributes, "/sum")}, {}, "/log");
  c.output(c.emit(ops::add(), {log, c.reshape(largest, c.shape(log), "/shift_back")}));
}

void translate_lp_normalization(TranslateContext& c) {
  const std::int64_t p = c.node().integer("p", 2);
  FOVEA_CHECK(p == 1 || p == 2, "attribute 'p': expected 1 or 2, found {}", p);
  const ops::ReduceAttributes along{.axes = {resolve_axis(c.node().integer("axis", -1), c.rank())},
                                    .keep_dims = 1};
  const ir::ValueId each = p == 1 ? c.emit(ops::abs(), {c.x()}, {}, "/magnitude") : squared(c);
  const ir::ValueId sum = c.emit(ops::reduce_sum(), {each}, along, "/sum");
  constexpr auto smallest = double{std::numeric_limits<float>::min()};
  const ir::ValueId norm = p == 1 ? c.emit(ops::clip(), {sum}, ops::ClipAttributes{.min = smallest}, "/norm")
                                  : root_of_squares(c, sum, "/norm");
  c.output(c.emit(ops::div(), {c.x(), norm}));
}

void translate_hardmax(TranslateContext& c) {
  const Shape x = c.shape();
  const bool flattens = c.opset() < 13;
  std::int64_t axis = resolve_axis(c.node().integer("axis", flattens ? 1 : -1), x.rank());
  ir::ValueId rows = c.x();
  if (flattens) {
    std::int64_t count = 1;
    for (std::int64_t i = 0; i < axis; ++i)
      count *= x[i];
    rows = c.reshape(rows, {count, count > 0 ? x.elements() / count : 0}, "/rows");
    axis = 1;
  }
  const Shape shape = c.shape(rows);
  std::vector<std::int64_t> dims(static_cast<std::size_t>(shape.rank()), 1);
  dims[static_cast<std::size_t>(axis)] = shape[axis];
  const ir::ValueId numbers = add_numbers(c, Shape(dims), "/numbers");
  const ir::ValueId best = c.emit(ops::arg_max(), {rows}, ops::ArgMaxAttributes{.axis = axis}, "/largest");
  const ir::ValueId ones = c.cast(c.emit(ops::equal(), {numbers, best}, {}, "/mask"), c.dtype(c.x()));
  c.output(c.pass(c.reshape(ones, x, "/shape")));
}

}  // namespace

Family reduce_family() {
  return {
      {"ArgMax", translate_arg_max},
      {"ArgMin", translate_arg_min},
      {"Hardmax", translate_hardmax},
      {"LpNormalization", translate_lp_normalization},
      {"ReduceL1", translate_reduce_l1},
      {"ReduceL2", translate_reduce_l2},
      {"ReduceLogSum", translate_reduce_log_sum},
      {"ReduceLogSumExp", translate_reduce_log_sum_exp},
      {"ReduceMax", translate_reduce_max},
      {"ReduceMean", translate_reduce_mean},
      {"ReduceMin", translate_reduce_min},
      {"ReduceProd", translate_reduce_prod},
      {"ReduceSum", translate_reduce_sum},
      {"ReduceSumSquare", translate_reduce_sum_square},
  };
}

}  // namespace fovea::onnx_import
