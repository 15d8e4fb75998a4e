#include "onnx/import/families.hpp"

#include "ops/add.hpp"
#include "ops/comparison.hpp"
#include "ops/gather.hpp"
#include "ops/mul.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/scatter.hpp"
#include "ops/top_k.hpp"
#include "ops/where.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace fovea::onnx_import {
namespace {

std::int64_t product(std::vector<std::int64_t>::const_iterator from,
                     std::vector<std::int64_t>::const_iterator to) {
  return std::accumulate(from, to, std::int64_t{1}, std::multiplies<>());
}

/// InputError for a constant index outside its extent; `extents` are one for each column of the indices.
void check_range(const TranslateContext& c, const std::vector<std::int64_t>& extents) {
  if (!c.is_constant(c.x(1)))
    return;
  const Tensor tensor = c.constant(1, "indices");
  const auto values = tensor.data<std::int64_t>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t extent = extents[i % extents.size()];
    FOVEA_CHECK(values[i] >= -extent && values[i] < extent, "index {} is outside an extent of {}", values[i],
                extent);
  }
}

/// Indices with those below 0 counted from the end of extents that broadcast to them.
ir::ValueId from_the_front(TranslateContext& c, ir::ValueId indices, ir::ValueId extents) {
  const ir::ValueId zero = c.add_constant(Tensor::scalar<std::int64_t>(0), "/zero");
  const ir::ValueId negative = c.emit(ops::less(), {indices, zero}, {}, "/negative");
  const ir::ValueId wrapped = c.emit(ops::add(), {indices, extents}, {}, "/wrapped");
  return c.emit(ops::where(), {negative, wrapped, indices}, {}, "/indices");
}

/// Where in x, flattened, the elements lie that indices, none of them below 0, name along the axis.
ir::ValueId places_along(TranslateContext& c, ir::ValueId picked, const Shape& x, std::int64_t axis) {
  const Shape indices = c.shape(picked);
  std::vector<std::int64_t> strides(static_cast<std::size_t>(x.rank()), 1);
  for (std::int64_t i = x.rank() - 2; i >= 0; --i)
    strides[static_cast<std::size_t>(i)] = strides[static_cast<std::size_t>(i + 1)] * x[i + 1];
  // Where every index points if it is 0.
  const auto origins = [=] {
    Tensor table(DType::I64, indices);
    std::vector<std::int64_t> at(strides.size(), 0);
    for (std::int64_t& origin : table.data<std::int64_t>()) {
      origin = 0;
      for (std::size_t i = 0; i < at.size(); ++i)
        origin += static_cast<std::int64_t>(i) == axis ? 0 : at[i] * strides[i];
      for (std::size_t i = at.size(); i-- > 0 && ++at[i] == indices[static_cast<std::int64_t>(i)];)
        at[i] = 0;
    }
    return table;
  };
  const ir::ValueId stride =
      c.add_constant(Tensor::scalar(strides[static_cast<std::size_t>(axis)]), "/stride");
  const ir::ValueId steps = c.emit(ops::mul(), {picked, stride}, {}, "/steps");
  const ir::ValueId places =
      c.emit(ops::add(), {steps, c.add_constant({DType::I64, indices}, origins, "/origins")}, {}, "/places");
  return c.reshape(places, {indices.elements()}, "/flat_places");
}

/// For GatherElements and ScatterElements: where in x, flattened, the elements lie that the indices name
/// along the axis.
ir::ValueId flat_elements(TranslateContext& c, std::int64_t axis) {
  const Shape x = c.shape(), indices = c.shape(c.x(1));
  FOVEA_CHECK(c.dtype(c.x(1)) == DType::I64 && indices.rank() == x.rank(),
              "expected indices of rank {}, found {} {}", x.rank(), name_of(c.dtype(c.x(1))),
              to_string(indices));
  for (std::int64_t i = 0; i < x.rank(); ++i)
    FOVEA_CHECK(i == axis || indices[i] <= x[i], "indices of {} do not fit x of {}", to_string(indices),
                to_string(x));
  check_range(c, {x[axis]});
  const ir::ValueId extent = c.add_constant(Tensor::scalar(x[axis]), "/extent");
  return places_along(c, from_the_front(c, c.x(1), extent), x, axis);
}

/// For GatherND and ScatterND: x as rows and the row that every index tuple names. The first `batch_dims`
/// axes of x and indices go together.
struct Rows {
  ir::ValueId x, places;
  Shape picked;  ///< of the rows: the indices' axes but the last, then what is left of x
};

Rows rows_of_tuples(TranslateContext& c, std::int64_t batch_dims) {
  const Shape x = c.shape(), indices = c.shape(c.x(1));
  const std::int64_t q = indices.rank(), r = x.rank();
  FOVEA_CHECK(c.dtype(c.x(1)) == DType::I64 && q >= 1 && r >= 1,
              "expected i64 indices of rank 1 or more, found {} {}", name_of(c.dtype(c.x(1))),
              to_string(indices));
  const std::int64_t depth = indices[q - 1];
  FOVEA_CHECK(batch_dims >= 0 && batch_dims < std::min(q, r) && depth >= 1 && batch_dims + depth <= r,
              "indices of {} do not fit x of {} with {} batch axes", to_string(indices), to_string(x),
              batch_dims);
  FOVEA_CHECK(std::equal(x.begin(), x.begin() + batch_dims, indices.begin()),
              "x of {} and indices of {} differ in the first {} axes", to_string(x), to_string(indices),
              batch_dims);
  const std::vector<std::int64_t>& dims = x.dims();
  const auto first = dims.begin() + batch_dims, rest = first + depth;
  const std::vector<std::int64_t> extents(first, rest);
  check_range(c, extents);
  std::vector<std::int64_t> strides;
  for (auto axis = first; axis != rest; ++axis)
    strides.push_back(product(axis + 1, rest));
  const ir::ValueId wrapped =
      from_the_front(c, c.x(1), c.add_constant(Tensor::from<std::int64_t>({depth}, extents), "/extents"));
  const ir::ValueId steps =
      c.emit(ops::mul(), {wrapped, c.add_constant(Tensor::from<std::int64_t>({depth}, strides), "/strides")},
             {}, "/steps");
  ir::ValueId places =
      c.emit(ops::reduce_sum(), {steps}, ops::ReduceAttributes{.axes = {q - 1}, .keep_dims = 0}, "/places");
  const std::int64_t batches = product(dims.begin(), first);
  const std::int64_t tuples = c.shape(places).elements();
  places = c.reshape(places, {batches, batches > 0 ? tuples / batches : 0}, "/batched_places");
  const auto starts = [=, size = product(first, rest)] {
    Tensor table(DType::I64, {batches, 1});
    std::int64_t batch = 0;
    for (std::int64_t& start : table.data<std::int64_t>())
      start = batch++ * size;
    return table;
  };
  if (batches > 1)
    places = c.emit(ops::add(), {places, c.add_constant({DType::I64, {batches, 1}}, starts, "/starts")}, {},
                    "/all_places");
  std::vector<std::int64_t> rows(rest, dims.end());
  rows.insert(rows.begin(), product(dims.begin(), rest));
  std::vector<std::int64_t> picked(indices.begin(), indices.end() - 1);
  picked.insert(picked.end(), rest, dims.end());
  return {c.reshape(c.x(), Shape(std::move(rows)), "/rows"), c.reshape(places, {tuples}, "/flat_places"),
          Shape(std::move(picked))};
}

ops::ScatterAttributes reduction_of(const TranslateContext& c) {
  const std::string reduction = c.node().text("reduction", "none");
  FOVEA_CHECK(reduction == "none" || reduction == "add" || reduction == "mul" || reduction == "max" ||
                  reduction == "min",
              "attribute 'reduction': unexpected value '{}'", reduction);
  return {.reduction = reduction};
}

void translate_gather_elements(TranslateContext& c) {
  const std::int64_t axis = resolve_axis(c.node().integer("axis", 0), c.rank());
  const Shape shape = c.shape(c.x(1));
  const ir::ValueId places = flat_elements(c, axis);
  const ir::ValueId flat = c.reshape(c.x(), {c.shape().elements()}, "/flat");
  const ir::ValueId y = c.emit(ops::gather(), {flat, places}, ops::GatherAttributes{.axis = 0}, "/picked");
  c.output(c.pass(c.reshape(y, shape, "/shape")));
}

void translate_scatter_elements(TranslateContext& c) {
  const Shape x = c.shape();
  const std::int64_t axis = resolve_axis(c.node().integer("axis", 0), x.rank());
  FOVEA_CHECK(c.shape(c.x(2)) == c.shape(c.x(1)), "indices of {} and updates of {} differ",
              to_string(c.shape(c.x(1))), to_string(c.shape(c.x(2))));
  const ir::ValueId places = flat_elements(c, axis);
  const ir::ValueId flat = c.reshape(c.x(), {x.elements()}, "/flat");
  const ir::ValueId updates = c.reshape(c.x(2), {c.shape(c.x(2)).elements()}, "/flat_updates");
  const ir::ValueId y = c.emit(ops::scatter(), {flat, places, updates}, reduction_of(c), "/scattered");
  c.output(c.pass(c.reshape(y, x, "/shape")));
}

void translate_gather_nd(TranslateContext& c) {
  const Rows rows = rows_of_tuples(c, c.node().integer("batch_dims", 0));
  const ir::ValueId y =
      c.emit(ops::gather(), {rows.x, rows.places}, ops::GatherAttributes{.axis = 0}, "/picked");
  c.output(c.pass(c.reshape(y, rows.picked, "/shape")));
}

void translate_scatter_nd(TranslateContext& c) {
  const Shape x = c.shape();
  const Rows rows = rows_of_tuples(c, 0);
  FOVEA_CHECK(c.shape(c.x(2)) == rows.picked, "expected updates of {}, found {}", to_string(rows.picked),
              to_string(c.shape(c.x(2))));
  Shape shape = c.shape(rows.x);
  shape[0] = c.shape(rows.places)[0];
  const ir::ValueId updates = c.reshape(c.x(2), shape, "/update_rows");
  const ir::ValueId y = c.emit(ops::scatter(), {rows.x, rows.places, updates}, reduction_of(c), "/scattered");
  c.output(c.pass(c.reshape(y, x, "/shape")));
}

/// The values are gathered by the indices, so that their gradient goes to the elements that were chosen.
void translate_top_k(TranslateContext& c) {
  const Shape x = c.shape();
  const std::int64_t axis = resolve_axis(c.node().integer("axis", -1), x.rank());
  const std::int64_t k = c.opset() < 10 ? c.node().required_integer("k") : c.whole_number(1, "k");
  const ir::ValueId indices = c.emit(
      ops::top_k(), {c.x()},
      ops::TopKAttributes{.axis = axis, .k = k, .largest = c.node().flag("largest", true)}, "/indices");
  const ir::ValueId flat = c.reshape(c.x(), {x.elements()}, "/flat");
  const ir::ValueId y = c.emit(ops::gather(), {flat, places_along(c, indices, x, axis)},
                               ops::GatherAttributes{.axis = 0}, "/picked");
  c.output(0, c.pass(c.reshape(y, c.shape(indices), "/shape")));
  c.output(1, indices);
}

}  // namespace

Family scatter_family() {
  return {
      {"GatherElements", translate_gather_elements}, {"GatherND", translate_gather_nd},
      {"Scatter", translate_scatter_elements},       {"ScatterElements", translate_scatter_elements},
      {"ScatterND", translate_scatter_nd},           {"TopK", translate_top_k},
  };
}

}  // namespace fovea::onnx_import
