#include "onnx/import/normalization.hpp"

#include "onnx/import/families.hpp"
#include "onnx/import/legacy_attributes.hpp"
#include "ops/add.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/broadcast.hpp"
#include "ops/div.hpp"
#include "ops/expand.hpp"
#include "ops/functions.hpp"
#include "ops/layer_normalization.hpp"
#include "ops/lrn.hpp"
#include "ops/mul.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/sub.hpp"
#include "ops/transpose.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::onnx_import {
namespace {

std::vector<std::int64_t> axes_from(std::int64_t first, std::int64_t rank) {
  std::vector<std::int64_t> axes(static_cast<std::size_t>(rank - first));
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

/// A constant operand stretched to that shape.
ir::ValueId stretched(TranslateContext& c, ir::ValueId value, const Shape& shape) {
  return c.shape(value) == shape
             ? value
             : c.emit(ops::expand(), {value}, ops::ExpandAttributes{.shape = shape}, "/stretched");
}

/// (x - mean) / sqrt(variance + epsilon) over the axes from `axis` on.
ir::ValueId standardized(TranslateContext& c, ir::ValueId x, std::int64_t axis, double epsilon,
                         std::string_view suffix) {
  return c.emit(ops::layer_normalization(), {x},
                ops::LayerNormalizationAttributes{.axis = axis, .epsilon = epsilon}, suffix);
}

/// x * scale + bias with operands that broadcast; an absent one does nothing. The last node stands for the
/// whole.
ir::ValueId affine(TranslateContext& c, ir::ValueId x, ir::ValueId scale, ir::ValueId bias) {
  if (scale != ir::kNoValue)
    x = c.emit(ops::mul(), {x, scale}, {}, bias == ir::kNoValue ? "" : "/scaled");
  return bias == ir::kNoValue ? x : c.emit(ops::add(), {x, bias});
}

/// A list of one number for each channel (or group) as [count,1,...,1], to broadcast over an x of that rank.
ir::ValueId per_channel(TranslateContext& c, int i, std::int64_t count, std::int64_t rank) {
  const Shape found = c.shape(c.x(i));
  FOVEA_CHECK(found.elements() == count, "expected {} numbers in input {}, found {}", count, i,
              to_string(found));
  std::vector<std::int64_t> dims(static_cast<std::size_t>(rank - 1), 1);
  dims.front() = count;
  return c.reshape(c.x(i), Shape(std::move(dims)), "/channels");
}

void translate_mean_and_deviation(TranslateContext& c, std::int64_t axis, double epsilon) {
  if (!c.node().uses(1) && !c.node().uses(2))
    return;
  const ops::ReduceAttributes over{.axes = axes_from(axis, c.rank()), .keep_dims = 1};
  const ir::ValueId mean = c.emit(ops::reduce_mean(), {c.x()}, over, "/mean");
  const ir::ValueId centred = c.emit(ops::sub(), {c.x(), mean}, {}, "/centred");
  const ir::ValueId square = c.emit(ops::mul(), {centred, centred}, {}, "/square");
  const ir::ValueId variance = c.emit(ops::reduce_mean(), {square}, over, "/variance");
  const ir::ValueId sum = c.emit(ops::add(), {variance, c.scalar_like(variance, epsilon)}, {}, "/sum");
  c.output(1, mean);
  c.output(2, c.emit(ops::reciprocal(), {c.emit(ops::sqrt(), {sum}, {}, "/deviation")}, {}, "/inverse"));
}

/// The axes of x exchanged so that the channels come first and the batch second; its own inverse.
ir::ValueId batch_and_channels_exchanged(TranslateContext& c, ir::ValueId x, std::string_view suffix) {
  std::vector<std::int64_t> perm = axes_from(0, c.shape(x).rank());
  std::swap(perm[0], perm[1]);
  return c.emit(ops::transpose(), {x}, ops::TransposeAttributes{.perm = std::move(perm)}, suffix);
}

/// old * momentum + found * (1 - momentum): a running statistic that training updates.
ir::ValueId running_statistic(TranslateContext& c, ir::ValueId old, ir::ValueId found, double momentum) {
  const ir::ValueId kept = c.emit(ops::mul(), {old, c.scalar_like(old, momentum)}, {}, "/kept");
  const ir::ValueId added = c.emit(ops::mul(), {found, c.scalar_like(found, 1 - momentum)}, {}, "/added");
  return c.emit(ops::add(), {kept, added}, {}, "/running");
}

/// Of MeanVarianceNormalization; before opset 9 each picture has its own mean, for each channel or for all.
std::vector<std::int64_t> axes_of_mean(const TranslateContext& c) {
  const auto given = c.node().integers("axes");
  if (c.opset() < 9 && !given) {
    FOVEA_CHECK(c.rank() >= 2, "expected x of rank 2 or more, found {}", to_string(c.shape()));
    return axes_from(c.node().flag("across_channels", false) ? 1 : 2, c.rank());
  }
  return resolve_axes(given.value_or(std::vector<std::int64_t>{0, 2, 3}), c.rank());
}

}  // namespace

ir::ValueId layer_normalized(TranslateContext& c, ir::ValueId x, std::int64_t axis, double epsilon,
                             ir::ValueId scale, ir::ValueId bias) {
  const Shape shape = c.shape(x);
  const Shape normalised(std::vector<std::int64_t>(shape.begin() + axis, shape.end()));
  // ONNX lets scale and bias broadcast, even against the axes in front.
  const auto fits = [&](ir::ValueId id) {
    return id == ir::kNoValue || (c.is_constant(id) && ops::broadcast(c.shape(id), normalised) == normalised);
  };
  if (!fits(scale) || !fits(bias))
    return affine(c, standardized(c, x, axis, epsilon, "/standardized"), scale, bias);
  std::vector<ir::ValueId> inputs = {x};
  for (ir::ValueId id : {scale, bias})
    inputs.push_back(id == ir::kNoValue ? id : stretched(c, id, normalised));
  return c.emit(ops::layer_normalization(), std::move(inputs),
                ops::LayerNormalizationAttributes{.axis = axis, .epsilon = epsilon});
}

ir::ValueId rms_normalized(TranslateContext& c, ir::ValueId x, std::int64_t axis, double epsilon,
                           ir::ValueId scale) {
  const ops::ReduceAttributes over{.axes = axes_from(axis, c.shape(x).rank()), .keep_dims = 1};
  const ir::ValueId square = c.emit(ops::mul(), {x, x}, {}, "/square");
  const ir::ValueId mean = c.emit(ops::reduce_mean(), {square}, over, "/mean");
  const ir::ValueId sum = c.emit(ops::add(), {mean, c.scalar_like(mean, epsilon)}, {}, "/sum");
  const ir::ValueId root = c.emit(ops::sqrt(), {sum}, {}, "/root");
  return c.emit(ops::mul(), {c.emit(ops::div(), {x, root}, {}, "/normalized"), scale});
}

namespace {

void translate_layer_normalization(TranslateContext& c) {
  const std::int64_t axis = resolve_axis(c.node().integer("axis", -1), c.rank());
  const double epsilon = c.node().number("epsilon", 1e-5F);
  c.output(layer_normalized(c, c.x(), axis, epsilon, c.optional(1), c.optional(2)));
  translate_mean_and_deviation(c, axis, epsilon);
}

void translate_rms_normalization(TranslateContext& c) {
  const std::int64_t axis = resolve_axis(c.node().integer("axis", -1), c.rank());
  c.output(rms_normalized(c, c.x(), axis, c.node().number("epsilon", 1e-5F), c.x(1)));
}

void translate_instance_normalization(TranslateContext& c) {
  const Shape x = c.shape();
  FOVEA_CHECK(x.rank() >= 3, "expected x of rank 3 or more, found {}", to_string(x));
  const ir::ValueId plain = standardized(c, c.x(), 2, c.node().number("epsilon", 1e-5F), "/standardized");
  c.output(affine(c, plain, per_channel(c, 1, x[1], x.rank()), per_channel(c, 2, x[1], x.rank())));
}

void translate_group_normalization(TranslateContext& c) {
  const Shape x = c.shape();
  FOVEA_CHECK(x.rank() >= 2, "expected x of rank 2 or more, found {}", to_string(x));
  const std::int64_t groups = c.node().required_integer("num_groups");
  FOVEA_CHECK(groups >= 1 && groups <= std::max<std::int64_t>(x[1], 1) && x[1] % groups == 0,
              "{} channels cannot be parted into {} groups", x[1], groups);
  const std::int64_t size = x.elements() / std::max<std::int64_t>(x[0] * groups, 1);
  const Shape grouped = {x[0], groups, size};
  ir::ValueId y = standardized(c, c.reshape(c.x(), grouped, "/grouped"), 2, c.node().number("epsilon", 1e-5F),
                               "/standardized");
  if (c.opset() >= 21) {
    y = c.reshape(y, x, "/channels_back");
    return c.output(affine(c, y, per_channel(c, 1, x[1], x.rank()), per_channel(c, 2, x[1], x.rank())));
  }
  // Opset 18 has one number for each group.
  y = c.emit(ops::mul(), {y, per_channel(c, 1, groups, 3)}, {}, "/scaled");
  y = c.emit(ops::add(), {y, per_channel(c, 2, groups, 3)}, {}, "/shifted");
  c.output(c.pass(c.reshape(y, x, "/channels_back")));
}

void translate_mean_variance_normalization(TranslateContext& c) {
  const std::int64_t rank = c.rank();
  const auto over = axes_of_mean(c);
  if (c.opset() < 9 && !c.node().flag("normalize_variance", true)) {
    const ir::ValueId mean =
        c.emit(ops::reduce_mean(), {c.x()}, ops::ReduceAttributes{.axes = over, .keep_dims = 1}, "/mean");
    return c.output(c.emit(ops::sub(), {c.x(), mean}));
  }
  std::vector<std::int64_t> perm;
  for (std::int64_t axis = 0; axis < rank; ++axis)
    if (!std::binary_search(over.begin(), over.end(), axis))
      perm.push_back(axis);
  const auto kept = static_cast<std::int64_t>(perm.size());
  perm.insert(perm.end(), over.begin(), over.end());
  if (kept == rank)
    return c.output(c.emit(ops::sub(), {c.x(), c.x()}));  // each element is its own mean
  std::vector<std::int64_t> back(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i)
    back[static_cast<std::size_t>(perm[i])] = static_cast<std::int64_t>(i);
  const ir::ValueId last =
      c.emit(ops::transpose(), {c.x()}, ops::TransposeAttributes{.perm = perm}, "/axes_last");
  // ONNX divides by deviation + 1e-9; the root of variance + 1e-18 differs from it by 1e-9 at most.
  const ir::ValueId y = standardized(c, last, kept, 1e-18, "/standardized");
  c.output(c.emit(ops::transpose(), {y}, ops::TransposeAttributes{.perm = back}));
}

/// BatchNormalization by the statistics of x itself, a constant. PyTorch's exporter writes the
/// standardization of convolution weights so: one picture of a channel for each output channel.
void translate_training_batch_normalization(TranslateContext& c) {
  FOVEA_CHECK(
      c.is_constant(c.x()),
      "training mode (training_mode = 1) is not supported on anything but constants, since the scores of a "
      "picture would depend on the other pictures of the batch; export the network in evaluation mode "
      "(net.eval() in PyTorch)");
  const Shape x = c.shape();
  FOVEA_CHECK(x.rank() >= 2, "expected x of rank 2 or more, found {}", to_string(x));
  const ir::ValueId first = batch_and_channels_exchanged(c, c.x(), "/channels_first");
  const ir::ValueId plain = batch_and_channels_exchanged(
      c, standardized(c, first, 1, c.node().number("epsilon", 1e-5F), "/standardized"), "/channels_second");
  c.output(affine(c, plain, per_channel(c, 1, x[1], x.rank()), per_channel(c, 2, x[1], x.rank())));
  if (!c.node().uses(1) && !c.node().uses(2))
    return;
  const ops::ReduceAttributes over{.axes = axes_from(1, x.rank()), .keep_dims = 1};
  const ir::ValueId mean = c.emit(ops::reduce_mean(), {first}, over, "/mean");
  const ir::ValueId centred = c.emit(ops::sub(), {first, mean}, {}, "/centred");
  const ir::ValueId square = c.emit(ops::mul(), {centred, centred}, {}, "/square");
  const ir::ValueId variance = c.emit(ops::reduce_mean(), {square}, over, "/variance");
  const double momentum = c.node().number("momentum", 0.9F);
  c.output(1, running_statistic(c, c.x(3), c.reshape(mean, {x[1]}, "/mean_of_channels"), momentum));
  c.output(2, running_statistic(c, c.x(4), c.reshape(variance, {x[1]}, "/variance_of_channels"), momentum));
}

/// BatchNormalization with statistics for each element of a picture (spatial = 0).
void normalize_elements(TranslateContext& c) {
  const Shape x = c.shape();
  FOVEA_CHECK(x.rank() >= 2, "expected x of rank 2 or more, found {}", to_string(x));
  const Shape each(std::vector<std::int64_t>(x.begin() + 1, x.end()));
  const auto statistic = [&](int i) {
    FOVEA_CHECK(c.shape(c.x(i)).elements() == each.elements(), "expected {} numbers in input {}, found {}",
                each.elements(), i, to_string(c.shape(c.x(i))));
    return c.reshape(c.x(i), each, "/elements");
  };
  const ir::ValueId centred = c.emit(ops::sub(), {c.x(), statistic(3)}, {}, "/centred");
  const ir::ValueId variance = statistic(4);
  const ir::ValueId epsilon = c.scalar_like(variance, c.node().number("epsilon", 1e-5F));
  const ir::ValueId sum = c.emit(ops::add(), {variance, epsilon}, {}, "/sum");
  const ir::ValueId deviation = c.emit(ops::sqrt(), {sum}, {}, "/deviation");
  const ir::ValueId factor = c.emit(ops::div(), {statistic(1), deviation}, {}, "/factor");
  c.output(c.emit(ops::add(), {c.emit(ops::mul(), {centred, factor}, {}, "/scaled"), statistic(2)}));
}

std::string batch_normalization_why_not(const NodeReader& node, std::int64_t opset) {
  if (opset >= 14 && node.flag("training_mode", false))
    return {};  // whether x is a constant is known only when the node is translated
  if (const std::string reason = is_test_why_not(node, opset); !reason.empty())
    return reason;
  for (int i = 1; i < 5; ++i)
    if (node.uses(i))
      return "training mode (more than one output) is not supported";
  return {};
}

void translate_batch_normalization(TranslateContext& c) {
  if (c.opset() >= 14 && c.node().flag("training_mode", false))
    return translate_training_batch_normalization(c);
  if (c.opset() < 9 && !c.node().flag("spatial", true))
    return normalize_elements(c);
  c.output(c.emit(ops::batch_normalization(), {c.x(0), c.x(1), c.x(2), c.x(3), c.x(4)},
                  ops::BatchNormalizationAttributes{.epsilon = c.node().number("epsilon", 1e-5F)}));
}

void translate_lrn(TranslateContext& c) {
  c.output(c.emit(ops::lrn(), {c.x()},
                  ops::LrnAttributes{.size = c.node().required_integer("size"),
                                     .alpha = c.node().number("alpha", 1e-4F),
                                     .beta = c.node().number("beta", 0.75F),
                                     .bias = c.node().number("bias", 1)}));
}

}  // namespace

Family normalization_family() {
  return {
      {"BatchNormalization", translate_batch_normalization, batch_normalization_why_not},
      {"GroupNormalization", translate_group_normalization},
      {"InstanceNormalization", translate_instance_normalization},
      {"LRN", translate_lrn},
      {"LayerNormalization", translate_layer_normalization},
      {"MeanVarianceNormalization", translate_mean_variance_normalization},
      {"RMSNormalization", translate_rms_normalization},
      {"SimplifiedLayerNormalization", translate_rms_normalization},
  };
}

}  // namespace fovea::onnx_import
