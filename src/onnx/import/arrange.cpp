#include "onnx/import/families.hpp"

#include "onnx/file/tensor_proto.hpp"
#include "ops/add.hpp"
#include "ops/comparison.hpp"
#include "ops/cum_sum.hpp"
#include "ops/expand.hpp"
#include "ops/gather.hpp"
#include "ops/pad.hpp"
#include "ops/transpose.hpp"
#include "ops/where.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea::onnx_import {
namespace {

constexpr std::int64_t kLargestBlock = std::int64_t{1} << 24;

/// x under a shape of more axes, permuted, and under its final shape.
void rearrange(TranslateContext& c, Shape parted, std::vector<std::int64_t> perm, Shape result) {
  const ir::ValueId parts = c.reshape(c.x(), std::move(parted), "/parted");
  const ir::ValueId permuted =
      c.emit(ops::transpose(), {parts}, ops::TransposeAttributes{.perm = std::move(perm)}, "/permuted");
  c.output(c.pass(c.reshape(permuted, std::move(result), "/shape")));
}

std::int64_t block_size(const TranslateContext& c) {
  const std::int64_t size = c.node().required_integer("blocksize");
  FOVEA_CHECK(size >= 1 && size <= kLargestBlock, "attribute 'blocksize': unexpected value {}", size);
  FOVEA_CHECK(c.rank() == 4, "expected x of rank 4, found {}", to_string(c.shape()));
  return size;
}

/// Opset 1: one axis is repeated.
std::vector<std::int64_t> repeats_along_axis(const TranslateContext& c) {
  const double tiles = c.scalar(1, "tiles"), axis = c.scalar(2, "axis");
  FOVEA_CHECK(tiles >= 0 && tiles <= static_cast<double>(kMaxElements) && std::abs(axis) <= 64,
              "cannot repeat axis {} {} times", axis, tiles);
  std::vector<std::int64_t> repeats(static_cast<std::size_t>(c.rank()), 1);
  repeats[static_cast<std::size_t>(resolve_axis(static_cast<std::int64_t>(axis), c.rank()))] =
      static_cast<std::int64_t>(tiles);
  return repeats;
}

void translate_depth_to_space(TranslateContext& c) {
  const std::int64_t b = block_size(c);
  const Shape x = c.shape();
  const std::string mode = c.node().text("mode", "DCR");
  FOVEA_CHECK(mode == "DCR" || mode == "CRD", "attribute 'mode': unexpected value '{}'", mode);
  FOVEA_CHECK(x[1] % (b * b) == 0, "{} channels cannot be parted into blocks of {}x{}", x[1], b, b);
  const std::int64_t channels = x[1] / (b * b);
  const Shape result = {x[0], channels, x[2] * b, x[3] * b};
  if (mode == "DCR")
    return rearrange(c, {x[0], b, b, channels, x[2], x[3]}, {0, 3, 4, 1, 5, 2}, result);
  rearrange(c, {x[0], channels, b, b, x[2], x[3]}, {0, 1, 4, 2, 5, 3}, result);
}

void translate_space_to_depth(TranslateContext& c) {
  const std::int64_t b = block_size(c);
  const Shape x = c.shape();
  FOVEA_CHECK(x[2] % b == 0 && x[3] % b == 0, "a plane of {}x{} cannot be parted into blocks of {}x{}", x[2],
              x[3], b, b);
  rearrange(c, {x[0], x[1], x[2] / b, b, x[3] / b, b}, {0, 3, 5, 1, 2, 4},
            {x[0], x[1] * b * b, x[2] / b, x[3] / b});
}

void translate_tile(TranslateContext& c) {
  const Shape x = c.shape();
  const auto repeats = c.opset() < 6 ? repeats_along_axis(c) : c.integers(1, "repeats");
  FOVEA_CHECK(static_cast<std::int64_t>(repeats.size()) == x.rank(), "expected {} repeats, found {}",
              x.rank(), repeats.size());
  std::vector<std::int64_t> parted, repeated, result;
  for (std::int64_t axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t count = repeats[static_cast<std::size_t>(axis)];
    checked_shape({count}, "the list of repeats");
    if (count != 1) {
      parted.push_back(1);
      repeated.push_back(count);
    }
    parted.push_back(x[axis]);
    repeated.push_back(x[axis]);
    checked_shape(repeated, "its result");
    result.push_back(x[axis] * count);
  }
  const ir::ValueId parts = c.reshape(c.x(), Shape(std::move(parted)), "/parted");
  const ir::ValueId copies =
      c.emit(ops::expand(), {parts}, ops::ExpandAttributes{.shape = Shape(std::move(repeated))}, "/copies");
  c.output(c.pass(c.reshape(copies, Shape(std::move(result)), "/shape")));
}

void translate_center_crop_pad(TranslateContext& c) {
  const Shape x = c.shape();
  const auto wanted = c.integers(1, "shape");
  std::vector<std::int64_t> axes(static_cast<std::size_t>(x.rank()));
  std::iota(axes.begin(), axes.end(), 0);
  if (const auto given = c.node().integers("axes")) {
    axes = *given;
    resolve_axes(axes, x.rank());
  }
  FOVEA_CHECK(wanted.size() == axes.size(), "expected {} extents, found {}", axes.size(), wanted.size());
  checked_shape(wanted, "its result");
  const auto rank = static_cast<std::size_t>(x.rank());
  ops::PadAttributes pads{.pads = std::vector<std::int64_t>(2 * rank, 0)};  // negative ones cut
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t axis = resolve_axis(axes[i], x.rank());
    const std::int64_t more = wanted[i] - x[axis], before = more >= 0 ? more / 2 : -(-more / 2);
    pads.pads[static_cast<std::size_t>(axis)] = before;
    pads.pads[static_cast<std::size_t>(axis) + rank] = more - before;
  }
  c.output(c.emit(ops::pad(), {c.x()}, pads));
}

void translate_trilu(TranslateContext& c) {
  const Shape x = c.shape();
  FOVEA_CHECK(x.rank() >= 2, "expected x of rank 2 or more, found {}", to_string(x));
  const std::int64_t rows = x[x.rank() - 2], columns = x[x.rank() - 1];
  const bool upper = c.node().flag("upper", true);
  const double k = c.has(1) ? c.scalar(1, "k") : 0;
  const ir::TensorType type{DType::Bool, {rows, columns}};
  const auto mask = [=] {
    Tensor tensor(type.dtype, type.shape);
    for (std::int64_t i = 0; i < tensor.elements(); ++i) {
      const auto above = static_cast<double>(i % columns - i / columns);
      tensor.data<bool>()[static_cast<std::size_t>(i)] = upper ? above >= k : above <= k;
    }
    return tensor;
  };
  const ir::ValueId kept = c.add_constant(type, mask, "/mask");
  c.output(c.emit(ops::where(), {kept, c.x(), c.scalar_like(c.x(), 0)}));
}

void translate_eye_like(TranslateContext& c) {
  const Shape x = c.shape();
  FOVEA_CHECK(x.rank() == 2, "expected x of rank 2, found {}", to_string(x));
  const std::int64_t k = c.node().integer("k", 0);
  DType dtype = c.dtype(c.x());
  if (c.node().has("dtype")) {
    const auto stored = stored_type(static_cast<int>(c.node().integer("dtype", 0)));
    FOVEA_CHECK(stored, "attribute 'dtype': the element type is not supported");
    dtype = is_floating(*stored) ? c.options().floating : *stored;
  }
  const auto eye = [=] {
    Tensor mask(DType::Bool, x);
    for (std::int64_t row = 0; row < x[0]; ++row)
      for (std::int64_t column = 0; column < x[1]; ++column)
        mask.data<bool>()[static_cast<std::size_t>(row * x[1] + column)] = column - row == k;
    return mask.cast(dtype);
  };
  c.output(c.add_constant({dtype, x}, eye, ""));
}

void translate_one_hot(TranslateContext& c) {
  const std::int64_t depth = c.whole_number(1, "depth");
  FOVEA_CHECK(depth >= 1, "a depth of {} is not possible", depth);
  FOVEA_CHECK(c.shape(c.x(2)).elements() == 2, "expected two values, found {}", to_string(c.shape(c.x(2))));
  const ir::ValueId indices = c.cast(c.x(0), DType::I64);
  const Shape shape = c.shape(indices);
  const std::int64_t axis = resolve_axis(c.node().integer("axis", -1), shape.rank() + 1);
  const ir::ValueId zero = c.add_constant(Tensor::scalar<std::int64_t>(0), "/zero");
  const ir::ValueId wrapped =
      c.emit(ops::add(), {indices, c.add_constant(Tensor::scalar(depth), "/depth")}, {}, "/wrapped");
  const ir::ValueId negative = c.emit(ops::less(), {indices, zero}, {}, "/negative");
  const ir::ValueId places = c.emit(ops::where(), {negative, wrapped, indices}, {}, "/places");
  std::vector<std::int64_t> dims = shape.dims(), along(dims.size() + 1, 1);
  dims.insert(dims.begin() + axis, 1);
  along[static_cast<std::size_t>(axis)] = depth;
  const ir::ValueId hot = c.emit(
      ops::equal(), {c.reshape(places, Shape(dims), "/column"), add_numbers(c, Shape(along), "/numbers")}, {},
      "/hot");
  const auto value = [&](std::int64_t i) {
    const ir::ValueId at = c.add_constant(Tensor::scalar(i), "/at");
    return c.emit(ops::gather(), {c.reshape(c.x(2), {2}, "/values"), at}, ops::GatherAttributes{.axis = 0},
                  "/value");
  };
  c.output(c.emit(ops::where(), {hot, value(1), value(0)}));
}

void translate_cum_sum(TranslateContext& c) {
  const std::int64_t axis = c.whole_number(1, "axis");
  c.output(c.emit(ops::cum_sum(), {c.x()},
                  ops::CumSumAttributes{.axis = resolve_axis(axis, c.rank()),
                                        .exclusive = c.node().flag("exclusive", false),
                                        .reverse = c.node().flag("reverse", false)}));
}

void translate_cast_like(TranslateContext& c) {
  const DType dtype = c.dtype(c.x(1));
  c.output(c.pass(c.cast(c.x(0), dtype)));
}

void translate_non_zero(TranslateContext& c) {
  const std::int64_t rank = c.rank();
  c.reserve(c.shape().elements() * (rank + 2) * std::int64_t{8});  // the places, if no element is zero
  const Tensor x = c.constant(0, "X").cast(DType::F64);
  const auto values = x.data<double>();
  std::vector<std::int64_t> places;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] != 0)
      places.push_back(static_cast<std::int64_t>(i));
  const auto count = static_cast<std::int64_t>(places.size());
  Tensor result(DType::I64, {rank, count});
  for (std::int64_t axis = rank; axis-- > 0;)
    for (std::size_t i = 0; i < places.size(); ++i) {
      result.data<std::int64_t>()[static_cast<std::size_t>(axis * count) + i] = places[i] % x.shape()[axis];
      places[i] /= x.shape()[axis];
    }
  c.output(c.add_constant(std::move(result), ""));
}

}  // namespace

Family arrange_family() {
  return {
      {"CastLike", translate_cast_like}, {"CenterCropPad", translate_center_crop_pad},
      {"CumSum", translate_cum_sum},     {"DepthToSpace", translate_depth_to_space},
      {"EyeLike", translate_eye_like},   {"NonZero", translate_non_zero},
      {"OneHot", translate_one_hot},     {"SpaceToDepth", translate_space_to_depth},
      {"Tile", translate_tile},          {"Trilu", translate_trilu},
  };
}

}  // namespace fovea::onnx_import
