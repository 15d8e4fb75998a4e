#include "onnx/import/families.hpp"

#include "base/convert.hpp"
#include "base/dispatch.hpp"
#include "onnx/file/tensor_proto.hpp"
#include "ops/broadcast.hpp"
#include "ops/expand.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace fovea::onnx_import {
namespace {

std::int64_t product(std::span<const std::int64_t> values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{1}, std::multiplies<>());
}

/// Whether a target of positive numbers and at most one -1 holds that many elements.
bool fits(const std::vector<std::int64_t>& target, std::int64_t elements) {
  const std::int64_t count = std::abs(product(target));
  const bool open = std::find(target.begin(), target.end(), -1) != target.end();
  return open ? count > 0 && elements % count == 0 : count == elements;
}

/// The target with its first entry moved to the wanted batch: where it repeats the batch that the file fixes
/// and x has the wanted one, or where nothing else makes the counts agree.
std::vector<std::int64_t> rebatch_target(const TranslateContext& c, std::vector<std::int64_t> target) {
  const auto [declared, wanted] = c.rebatch();
  const Shape x = c.shape();
  if (declared == wanted || c.is_constant(c.x()) || target.empty() || target[0] < 1)
    return target;
  const bool open = std::find(target.begin(), target.end(), -1) != target.end();
  std::vector<std::int64_t> changed = target;
  if (target[0] == declared && x.rank() > 0 && x[0] == wanted) {
    changed[0] = wanted;
    if (fits(changed, x.elements()))
      return changed;
  }
  // An extent that stays the same at the front is no batch: the batch is further back, where nothing tells
  // it.
  const bool begins_with_batch = x.rank() > 0 && x[0] % wanted == 0 && x[0] != target[0];
  if (!open && !fits(target, x.elements()) && begins_with_batch && target[0] % declared == 0) {
    changed[0] = target[0] / declared * wanted;
    if (fits(changed, x.elements()))
      return changed;
  }
  return target;
}

std::vector<std::int64_t> reshape_target(const TranslateContext& c) {
  const auto attribute = c.opset() < 5 ? c.node().integers("shape") : std::nullopt;
  std::vector<std::int64_t> target = attribute ? *attribute : c.integers(1, "shape");
  const bool zero_is_zero = c.opset() >= 14 && c.node().flag("allowzero", false);
  std::vector<std::int64_t> known;
  for (std::size_t i = 0; i < target.size(); ++i) {
    FOVEA_CHECK(target[i] >= -1, "the target [{}] has an entry below -1", fmt::join(target, ","));
    if (target[i] == 0 && !zero_is_zero) {
      FOVEA_CHECK(static_cast<std::int64_t>(i) < c.rank(),
                  "the target [{}] copies axis {}, which x of {} does not have", fmt::join(target, ","), i,
                  to_string(c.shape()));
      target[i] = c.shape()[static_cast<std::int64_t>(i)];
    }
    if (target[i] >= 0)
      known.push_back(target[i]);
  }
  FOVEA_CHECK(known.size() + 1 >= target.size(), "the target [{}] has more than one -1",
              fmt::join(target, ","));
  checked_shape(known, "the target");
  return rebatch_target(c, std::move(target));
}

void translate_reshape(TranslateContext& c) {
  std::vector<std::int64_t> target = reshape_target(c);
  const std::int64_t elements = c.shape().elements();
  const auto open = std::find(target.begin(), target.end(), -1);
  const auto [declared, wanted] = c.rebatch();
  FOVEA_CHECK(fits(target, elements), "a tensor of {} cannot take the shape [{}]{}", to_string(c.shape()),
              fmt::join(target, ","),
              declared == wanted ? "" : fmt::format(" (the file is written for a batch of {})", declared));
  if (open != target.end())
    *open = elements / std::abs(product(target));
  c.output(c.reshape(c.x(), Shape(std::move(target))));
}

void translate_flatten(TranslateContext& c) {
  const Shape x = c.shape();
  std::int64_t axis = c.node().integer("axis", 1);
  FOVEA_CHECK(axis >= -x.rank() && axis <= x.rank(), "attribute 'axis': {} is outside a tensor of rank {}",
              axis, x.rank());
  axis += axis < 0 ? x.rank() : 0;
  const std::span<const std::int64_t> dims(x.dims());
  const auto at = static_cast<std::size_t>(axis);
  c.output(c.reshape(c.x(), Shape{product(dims.first(at)), product(dims.subspan(at))}));
}

void translate_squeeze(TranslateContext& c) {
  const Shape x = c.shape();
  const auto given = c.integers(1, "axes", 13);
  const auto axes = given ? resolve_axes(*given, x.rank()) : std::vector<std::int64_t>();
  std::vector<std::int64_t> dims;
  for (std::int64_t axis = 0; axis < x.rank(); ++axis) {
    const bool named = std::binary_search(axes.begin(), axes.end(), axis);
    FOVEA_CHECK(!named || x[axis] == 1, "axis {} of a tensor of {} does not have extent 1", axis,
                to_string(x));
    if (given ? !named : x[axis] != 1)
      dims.push_back(x[axis]);
  }
  c.output(c.reshape(c.x(), Shape(std::move(dims))));
}

void translate_unsqueeze(TranslateContext& c) {
  const Shape x = c.shape();
  const auto given = c.integers(1, "axes", 13);
  FOVEA_CHECK(given, "axes are missing");
  constexpr std::size_t most = 64;
  FOVEA_CHECK(given->size() <= most, "{} axes are too many", given->size());
  std::vector<std::int64_t> dims = x.dims();
  for (std::int64_t axis : resolve_axes(*given, x.rank() + static_cast<std::int64_t>(given->size())))
    dims.insert(dims.begin() + axis, 1);
  c.output(c.reshape(c.x(), Shape(std::move(dims))));
}

void translate_shape(TranslateContext& c) {
  const Shape x = c.shape();
  auto position = [&](std::string_view name, std::int64_t otherwise) {
    const std::int64_t value = c.opset() >= 15 ? c.node().integer(name, otherwise) : otherwise;
    return std::clamp<std::int64_t>(value < 0 ? value + x.rank() : value, 0, x.rank());
  };
  const std::int64_t start = position("start", 0), end = std::max(start, position("end", x.rank()));
  const std::vector<std::int64_t> dims(x.begin() + start, x.begin() + end);
  c.output(c.add_constant(Tensor::from<std::int64_t>({end - start}, dims), ""));
}

void translate_size(TranslateContext& c) {
  c.output(c.add_constant(Tensor::scalar<std::int64_t>(c.shape().elements()), ""));
}

void translate_expand(TranslateContext& c) {
  const Shape target = checked_shape(c.integers(1, "shape"), "the target");
  const Shape result = ops::broadcast(c.shape(), target);
  if (result == c.shape())
    return c.output(c.pass(c.x()));
  c.output(c.emit(ops::expand(), {c.x()}, ops::ExpandAttributes{.shape = result}));
}

void translate_constant_of_shape(TranslateContext& c) {
  const Shape shape = checked_shape(c.integers(0, "shape"), "its result");
  Tensor value = c.node().tensor("value").value_or(Tensor::scalar(0.0F));
  FOVEA_CHECK(value.elements() == 1, "attribute 'value': expected one element, found {}",
              to_string(value.shape()));
  if (is_floating(value.dtype()))
    value = value.cast(c.options().floating);
  const ir::ValueId one = c.add_constant(value.reshaped({}));
  c.output(c.emit(ops::expand(), {one}, ops::ExpandAttributes{.shape = shape}));
}

void translate_range(TranslateContext& c) {
  const DType dtype = c.dtype(c.x(0));
  FOVEA_CHECK(c.dtype(c.x(1)) == dtype && c.dtype(c.x(2)) == dtype,
              "start, limit and delta have different element types");
  const double start = c.scalar(0, "start"), limit = c.scalar(1, "limit"), delta = c.scalar(2, "delta");
  FOVEA_CHECK(delta != 0 && std::isfinite(delta) && std::isfinite(start) && std::isfinite(limit),
              "cannot count from {} to {} in steps of {}", start, limit, delta);
  const double count = std::max(std::ceil((limit - start) / delta), 0.0);
  FOVEA_CHECK(count <= static_cast<double>(kMaxElements), "would make a constant of {} elements", count);
  const ir::TensorType type{dtype, {static_cast<std::int64_t>(count)}};
  const auto values = [=] {
    Tensor range(dtype, type.shape);
    dispatch(dtype, [&]<class T>(T) {
      double i = 0;
      for (T& value : range.data<T>())
        value = convert<T>(start + i++ * delta);
    });
    return range;
  };
  c.output(c.add_constant(type, values, ""));
}

}  // namespace

Family shape_family() {
  return {
      {"ConstantOfShape", translate_constant_of_shape},
      {"Expand", translate_expand},
      {"Flatten", translate_flatten},
      {"Range", translate_range},
      {"Reshape", translate_reshape},
      {"Shape", translate_shape},
      {"Size", translate_size},
      {"Squeeze", translate_squeeze},
      {"Unsqueeze", translate_unsqueeze},
  };
}

}  // namespace fovea::onnx_import
