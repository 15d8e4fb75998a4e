#include "onnx/import/attention_parts.hpp"

#include "ops/add.hpp"
#include "ops/comparison.hpp"
#include "ops/div.hpp"
#include "ops/expand.hpp"
#include "ops/functions.hpp"
#include "ops/mat_mul.hpp"
#include "ops/mul.hpp"
#include "ops/reduce_max.hpp"
#include "ops/softmax.hpp"
#include "ops/transpose.hpp"
#include "ops/where.hpp"

#include <algorithm>
#include <limits>

namespace fovea::onnx_import {
namespace {

constexpr double kCutOff = -std::numeric_limits<double>::infinity();
constexpr std::int64_t kMaxConstantElements = std::int64_t{1} << 24;

ir::ValueId transposed(TranslateContext& c, ir::ValueId x, std::vector<std::int64_t> perm) {
  return c.emit(ops::transpose(), {x}, ops::TransposeAttributes{.perm = std::move(perm)}, "/transposed");
}

/// Each head as often as queries' heads share it.
ir::ValueId repeat_heads(TranslateContext& c, ir::ValueId x, std::int64_t heads) {
  const Shape s = c.shape(x);
  if (s[1] == heads)
    return x;
  FOVEA_CHECK(s[1] > 0 && heads % s[1] == 0, "{} heads of queries cannot share {} heads of keys", heads,
              s[1]);
  const std::int64_t times = heads / s[1];
  const ir::ValueId one = c.reshape(x, {s[0], s[1], 1, s[2], s[3]}, "/heads");
  const ir::ValueId all = c.emit(ops::expand(), {one},
                                 ops::ExpandAttributes{.shape = {s[0], s[1], times, s[2], s[3]}}, "/shared");
  return c.reshape(all, {s[0], heads, s[2], s[3]}, "/all_heads");
}

/// Whether a bias may cut off all keys of a query; true where only a run can tell.
bool may_cut_off_a_row(const TranslateContext& c, ir::ValueId bias) {
  const auto constant = c.constant_of(bias);
  if (!constant)
    return true;
  const Tensor wide = constant->cast(DType::F64);
  const auto values = wide.data<double>();
  const std::int64_t rank = wide.shape().rank();
  const auto row = static_cast<std::size_t>(rank > 0 ? wide.shape()[rank - 1] : 1);
  for (std::size_t at = 0; row > 0 && at < values.size(); at += row)
    if (std::all_of(values.begin() + static_cast<std::ptrdiff_t>(at),
                    values.begin() + static_cast<std::ptrdiff_t>(at + row),
                    [](double value) { return value == kCutOff; }))
      return true;
  return false;
}

/// Softmax along the last axis; rows of -infinity become 0.
ir::ValueId guarded_softmax(TranslateContext& c, ir::ValueId scores, bool guarded) {
  const ops::SoftmaxAttributes last{.axis = c.shape(scores).rank() - 1};
  if (!guarded)
    return c.emit(ops::softmax(), {scores}, last, "/softmax");
  const ops::ReduceAttributes along{.axes = {last.axis}, .keep_dims = 1};
  const ir::ValueId largest = c.emit(ops::reduce_max(), {scores}, along, "/largest");
  const ir::ValueId open = c.emit(ops::greater(), {largest, c.scalar_like(scores, kCutOff)}, {}, "/open");
  const ir::ValueId zero = c.scalar_like(scores, 0);
  const ir::ValueId finite = c.emit(ops::where(), {open, scores, zero}, {}, "/open_rows");
  const ir::ValueId y = c.emit(ops::softmax(), {finite}, last, "/softmax");
  return c.emit(ops::where(), {open, y, zero}, {}, "/weights");
}

}  // namespace

ir::ValueId split_heads(TranslateContext& c, ir::ValueId x, std::int64_t heads) {
  const Shape s = c.shape(x);
  FOVEA_CHECK(s.rank() == 3 && heads >= 1 && s[2] % heads == 0, "{} cannot be divided into {} heads",
              to_string(s), heads);
  return transposed(c, c.reshape(x, {s[0], s[1], heads, s[2] / heads}, "/heads"), {0, 2, 1, 3});
}

ir::ValueId merge_heads(TranslateContext& c, ir::ValueId x) {
  const Shape s = c.shape(x);
  return c.reshape(transposed(c, x, {0, 2, 1, 3}), {s[0], s[2], s[1] * s[3]}, "/merged");
}

ir::ValueId causal_bias(TranslateContext& c, std::int64_t queries, std::int64_t keys, std::int64_t offset) {
  FOVEA_CHECK(queries * keys <= kMaxConstantElements, "would make a mask of {}x{}", queries, keys);
  Tensor bias(DType::F64, {queries, keys});
  for (std::int64_t i = 0; i < queries; ++i)
    for (std::int64_t k = 0; k < keys; ++k)
      bias.data<double>()[static_cast<std::size_t>(i * keys + k)] = k <= i + offset ? 0 : kCutOff;
  return c.add_constant(bias.cast(c.options().floating), "/causal");
}

ir::ValueId mask_as_bias(TranslateContext& c, ir::ValueId mask) {
  if (c.dtype(mask) != DType::Bool) {
    FOVEA_CHECK(is_floating(c.dtype(mask)), "expected a mask of bool or floating numbers, found {}",
                name_of(c.dtype(mask)));
    return mask;
  }
  const DType dtype = c.options().floating;
  const ir::ValueId zero = c.add_constant(Tensor::scalar(0.0).cast(dtype), "/kept");
  const ir::ValueId cut = c.add_constant(Tensor::scalar(kCutOff).cast(dtype), "/cut");
  return c.emit(ops::where(), {mask, zero, cut}, {}, "/bias");
}

AttentionResult attention(TranslateContext& c, const AttentionRequest& r) {
  const Shape q = c.shape(r.q), k = c.shape(r.k), v = c.shape(r.v);
  FOVEA_CHECK(q.rank() == 4 && k.rank() == 4 && v.rank() == 4 && q[0] == k[0] && k[0] == v[0] &&
                  k[1] == v[1] && q[3] == k[3] && k[2] == v[2],
              "queries of {}, keys of {} and values of {} do not fit together", to_string(q), to_string(k),
              to_string(v));
  const ir::ValueId keys = transposed(c, repeat_heads(c, r.k, q[1]), {0, 1, 3, 2});
  const ir::ValueId scaled = c.emit(ops::mul(), {r.q, c.scalar_like(r.q, r.scale)}, {}, "/scaled");
  AttentionResult result;
  result.scores = c.emit(ops::mat_mul(), {scaled, keys}, {}, "/scores");
  result.capped = result.scores;
  if (r.softcap > 0) {
    const ir::ValueId cap = c.scalar_like(r.q, r.softcap);
    const ir::ValueId part = c.emit(ops::div(), {result.scores, cap}, {}, "/part");
    result.capped = c.emit(ops::mul(), {c.emit(ops::tanh(), {part}, {}, "/tanh"), cap}, {}, "/capped");
  }
  result.biased = result.capped;
  if (r.bias != ir::kNoValue)
    result.biased = c.emit(ops::add(), {result.capped, r.bias}, {}, "/biased");
  FOVEA_CHECK(c.shape(result.biased) == c.shape(result.scores), "a mask of {} does not fit scores of {}",
              to_string(c.shape(r.bias)), to_string(c.shape(result.scores)));
  result.weights = guarded_softmax(c, result.biased, r.bias != ir::kNoValue && may_cut_off_a_row(c, r.bias));
  result.y = c.emit(ops::mat_mul(), {result.weights, repeat_heads(c, r.v, q[1])}, {}, "/attended");
  return result;
}

}  // namespace fovea::onnx_import
