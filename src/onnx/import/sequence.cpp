#include "onnx/import/families.hpp"

#include "ops/concat.hpp"
#include "ops/split.hpp"

#include <algorithm>

namespace fovea::onnx_import {
namespace {

// A sequence is resolved while the file is imported: which tensors it holds, and where, must be known then.

constexpr std::int64_t kMaxParts = 65536;

/// The i-th input as a place in a list; `otherwise` where it is absent. Negative ones count from `size`.
std::size_t place(const TranslateContext& c, int i, std::int64_t otherwise, std::int64_t size,
                  std::int64_t places) {
  std::int64_t at = otherwise;
  if (c.has(i)) {
    const auto given = c.integers(i, "position");
    FOVEA_CHECK(given.size() == 1, "input {} (position): expected one number, found {}", i, given.size());
    at = given[0] < 0 ? given[0] + size : given[0];
  }
  FOVEA_CHECK(at >= 0 && at < places, "position {} is outside a sequence of {}", at, size);
  return static_cast<std::size_t>(at);
}

/// The sizes of SplitToSequence's parts along an axis of that extent.
std::vector<std::int64_t> part_sizes(const TranslateContext& c, std::int64_t extent) {
  if (c.has(1) && c.shape(c.x(1)).rank() == 1)
    return c.integers(1, "split");
  const std::int64_t size = c.has(1) ? c.integers(1, "split").front() : 1;
  FOVEA_CHECK(size >= 1, "cannot split into parts of {}", size);
  FOVEA_CHECK((extent - 1) / size < kMaxParts, "would split an extent of {} into parts of {}", extent, size);
  std::vector<std::int64_t> sizes;
  for (std::int64_t left = extent; left > 0; left -= size)
    sizes.push_back(std::min(left, size));
  return sizes;
}

ir::ValueId with_new_axis(TranslateContext& c, ir::ValueId x, std::int64_t axis) {
  std::vector<std::int64_t> dims = c.shape(x).dims();
  dims.insert(dims.begin() + axis, 1);
  return c.reshape(x, Shape(std::move(dims)), "/unsqueezed");
}

void translate_split_to_sequence(TranslateContext& c) {
  const Shape x = c.shape();
  const std::int64_t axis = resolve_axis(c.node().integer("axis", 0), x.rank());
  const std::vector<std::int64_t> sizes = part_sizes(c, x[axis]);
  FOVEA_CHECK(static_cast<std::int64_t>(sizes.size()) <= kMaxParts, "would split into {} parts",
              sizes.size());
  if (sizes.empty())
    return c.output_sequence({});
  Sequence parts =
      c.emit_all(ops::split(), {c.x()}, ops::SplitAttributes{.axis = axis, .sizes = sizes}, "/parts");
  // The standard ignores 'keepdims' beside a split; ONNX Runtime ignores it beside a list, and exporters rely
  // on it.
  const bool has_list = c.has(1) && c.shape(c.x(1)).rank() == 1;
  const bool are_slices = std::all_of(sizes.begin(), sizes.end(), [](std::int64_t n) { return n == 1; });
  if (!has_list && are_slices && !c.node().flag("keepdims", true)) {
    std::vector<std::int64_t> dims = x.dims();
    dims.erase(dims.begin() + axis);
    for (ir::ValueId& part : parts)
      part = c.reshape(part, Shape(dims), "/squeezed");
  }
  c.output_sequence(std::move(parts));
}

void translate_sequence_construct(TranslateContext& c) {
  Sequence tensors;
  for (int i = 0; i < c.input_count(); ++i)
    tensors.push_back(c.x(i));
  c.output_sequence(std::move(tensors));
}

void translate_sequence_at(TranslateContext& c) {
  const Sequence& tensors = c.sequence(0);
  const auto size = static_cast<std::int64_t>(tensors.size());
  FOVEA_CHECK(c.has(1), "input 1 (position) is missing");
  c.output(c.pass(tensors[place(c, 1, 0, size, size)]));
}

void translate_sequence_insert(TranslateContext& c) {
  Sequence tensors = c.sequence(0);
  const auto size = static_cast<std::int64_t>(tensors.size());
  tensors.insert(tensors.begin() + static_cast<std::ptrdiff_t>(place(c, 2, size, size, size + 1)), c.x(1));
  c.output_sequence(std::move(tensors));
}

void translate_sequence_erase(TranslateContext& c) {
  Sequence tensors = c.sequence(0);
  const auto size = static_cast<std::int64_t>(tensors.size());
  tensors.erase(tensors.begin() + static_cast<std::ptrdiff_t>(place(c, 1, size - 1, size, size)));
  c.output_sequence(std::move(tensors));
}

void translate_sequence_length(TranslateContext& c) {
  const auto size = static_cast<std::int64_t>(c.sequence(0).size());
  c.output(c.add_constant(Tensor::scalar(size), ""));
}

void translate_concat_from_sequence(TranslateContext& c) {
  Sequence tensors = c.sequence(0);
  FOVEA_CHECK(!tensors.empty(), "cannot concatenate an empty sequence");
  const bool is_new = c.node().flag("new_axis", false);
  const std::int64_t rank = c.shape(tensors.front()).rank() + (is_new ? 1 : 0);
  const std::int64_t axis = resolve_axis(c.node().required_integer("axis"), rank);
  for (ir::ValueId& tensor : tensors) {
    FOVEA_CHECK(c.shape(tensor).rank() + (is_new ? 1 : 0) == rank,
                "cannot concatenate tensors of ranks {} and {}", c.shape(tensors.front()).rank(),
                c.shape(tensor).rank());
    if (is_new)
      tensor = with_new_axis(c, tensor, axis);
  }
  c.output(c.emit(ops::concat(), std::move(tensors), ops::ConcatAttributes{.axis = axis}));
}

}  // namespace

Family sequence_family() {
  return {
      {"ConcatFromSequence", translate_concat_from_sequence},
      {"SequenceAt", translate_sequence_at},
      {"SequenceConstruct", translate_sequence_construct},
      {"SequenceEmpty", translate_sequence_construct},
      {"SequenceErase", translate_sequence_erase},
      {"SequenceInsert", translate_sequence_insert},
      {"SequenceLength", translate_sequence_length},
      {"SplitToSequence", translate_split_to_sequence},
  };
}

}  // namespace fovea::onnx_import
