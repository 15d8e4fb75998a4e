#include "onnx/file/tensor_proto.hpp"
#include "onnx/import/attention_parts.hpp"
#include "onnx/import/families.hpp"

#include "ops/add.hpp"
#include "ops/concat.hpp"
#include "ops/gather.hpp"
#include "ops/mul.hpp"
#include "ops/pad.hpp"
#include "ops/slice.hpp"
#include "ops/sub.hpp"
#include "ops/transpose.hpp"

#include <cmath>
#include <limits>

namespace fovea::onnx_import {
namespace {

constexpr double kCutOff = -std::numeric_limits<double>::infinity();

ir::ValueId concatenated(TranslateContext& c, ir::ValueId a, ir::ValueId b, std::int64_t axis,
                         std::string_view suffix) {
  return c.emit(ops::concat(), {a, b}, ops::ConcatAttributes{.axis = axis}, suffix);
}

ir::ValueId heads_of(TranslateContext& c, ir::ValueId x, std::string_view attribute) {
  return c.shape(x).rank() == 3 ? split_heads(c, x, c.node().required_integer(attribute)) : x;
}

/// -infinity for the keys from the given number on, for each picture of the batch; and, for causal attention,
/// for those that come after a query when both end at that number.
ir::ValueId padding_bias(TranslateContext& c, std::int64_t queries, std::int64_t keys, bool causal) {
  const auto valid = c.integers(6, "nonpad_kv_seqlen");
  const std::int64_t batch = c.shape()[0];
  FOVEA_CHECK(static_cast<std::int64_t>(valid.size()) == batch,
              "expected {} numbers in nonpad_kv_seqlen, found {}", batch, valid.size());
  FOVEA_CHECK(checked_shape({batch, queries, keys}, "its mask").elements() <= std::int64_t{1} << 24,
              "would make a mask of {}x{}x{}", batch, queries, keys);
  for (std::int64_t count : valid)
    FOVEA_CHECK(count >= 0 && count <= keys, "nonpad_kv_seqlen: {} is outside 0 to {}", count, keys);
  Tensor bias(DType::F64, {batch, 1, queries, keys});
  std::size_t at = 0;
  for (std::int64_t count : valid)
    for (std::int64_t i = 0; i < queries; ++i)
      for (std::int64_t k = 0; k < keys; ++k)
        bias.data<double>()[at++] = k < count && (!causal || k <= i + count - queries) ? 0 : kCutOff;
  return c.add_constant(bias.cast(c.options().floating), "/padding");
}

/// The bias of the scores of that many queries and keys; kNoValue for none.
ir::ValueId bias_of(TranslateContext& c, std::int64_t queries, std::int64_t keys, std::int64_t past) {
  ir::ValueId bias = ir::kNoValue;
  if (c.has(3)) {
    bias = mask_as_bias(c, c.x(3));
    const std::int64_t rank = c.shape(bias).rank();
    FOVEA_CHECK(rank >= 1 && rank <= 4, "expected a mask of rank 1 to 4, found {}", to_string(c.shape(bias)));
    const std::int64_t missing = keys - c.shape(bias)[rank - 1];
    if (c.opset() >= 24 && missing > 0 && missing < keys - 1) {
      ops::PadAttributes pad{.pads = std::vector<std::int64_t>(static_cast<std::size_t>(2 * rank), 0),
                             .value = kCutOff};
      pad.pads.back() = missing;
      bias = c.emit(ops::pad(), {bias}, pad, "/padded_mask");
    }
  }
  const bool causal = c.node().flag("is_causal", false), padded = c.opset() >= 24 && c.has(6);
  if (!causal && !padded)
    return bias;
  const ir::ValueId more =
      padded ? padding_bias(c, queries, keys, causal) : causal_bias(c, queries, keys, past);
  return bias == ir::kNoValue ? more : c.emit(ops::add(), {bias, more}, {}, "/biases");
}

/// Every other element of the last axis, from the first or the second on; or its halves.
ir::ValueId half_of(TranslateContext& c, ir::ValueId x, std::int64_t size, std::int64_t which,
                    bool interleaved) {
  const auto rank = static_cast<std::size_t>(c.shape(x).rank());
  ops::SliceAttributes cut{std::vector<std::int64_t>(rank, 0), std::vector<std::int64_t>(rank, 1),
                           c.shape(x).dims()};
  cut.starts.back() = interleaved ? which : which * size;
  cut.steps.back() = interleaved ? 2 : 1;
  cut.sizes.back() = size;
  return c.emit(ops::slice(), {x}, cut, which == 0 ? "/first" : "/second");
}

/// The i-th input (a cache of cosines or sines) as [B,1,S,half].
ir::ValueId cache_of(TranslateContext& c, int i, const Shape& x, std::int64_t half) {
  ir::ValueId cache = c.x(i);
  if (c.has(3))
    cache = c.emit(ops::gather(), {cache, c.x(3)}, ops::GatherAttributes{.axis = 0}, "/positions");
  const Shape s = c.shape(cache);
  FOVEA_CHECK(s.rank() == 3 && (s[0] == x[0] || s[0] == 1) && s[1] == x[2] && s[2] == half,
              "input {}: expected a cache of [{},{},{}], found {}", i, x[0], x[2], half, to_string(s));
  return c.reshape(cache, {s[0], 1, s[1], s[2]}, "/cache");
}

/// The two halves rotated by the cached angles, put together as they were taken apart.
ir::ValueId rotated(TranslateContext& c, ir::ValueId x, std::int64_t half, bool interleaved) {
  const Shape s = c.shape(x);
  const ir::ValueId cosine = cache_of(c, 1, s, half), sine = cache_of(c, 2, s, half);
  const ir::ValueId a = half_of(c, x, half, 0, interleaved), b = half_of(c, x, half, 1, interleaved);
  const auto times = [&](ir::ValueId l, ir::ValueId r) { return c.emit(ops::mul(), {l, r}, {}, "/product"); };
  ir::ValueId real = c.emit(ops::sub(), {times(cosine, a), times(sine, b)}, {}, "/real");
  ir::ValueId imaginary = c.emit(ops::add(), {times(sine, a), times(cosine, b)}, {}, "/imaginary");
  if (!interleaved)
    return concatenated(c, real, imaginary, 3, "/rotated");
  const Shape column = {s[0], s[1], s[2], half, 1};
  const ir::ValueId pairs = concatenated(c, c.reshape(real, column, "/column"),
                                         c.reshape(imaginary, column, "/column"), 4, "/pairs");
  return c.reshape(pairs, {s[0], s[1], s[2], 2 * half}, "/rotated");
}

void translate_attention(TranslateContext& c) {
  const bool merged = c.rank() == 3;
  const std::int64_t mode = c.node().integer("qk_matmul_output_mode", 0);
  FOVEA_CHECK(mode >= 0 && mode <= 3, "attribute 'qk_matmul_output_mode': unexpected value {}", mode);
  AttentionRequest r{.q = heads_of(c, c.x(0), "q_num_heads"),
                     .k = heads_of(c, c.x(1), "kv_num_heads"),
                     .v = heads_of(c, c.x(2), "kv_num_heads")};
  FOVEA_CHECK(c.has(4) == c.has(5), "past_key and past_value are given together or not at all");
  const std::int64_t past = c.has(4) && c.shape(c.x(4)).rank() == 4 ? c.shape(c.x(4))[2] : 0;
  if (c.has(4)) {
    r.k = concatenated(c, c.x(4), r.k, 2, "/keys");
    r.v = concatenated(c, c.x(5), r.v, 2, "/values");
  }
  const Shape q = c.shape(r.q), k = c.shape(r.k);
  FOVEA_CHECK(q.rank() == 4 && k.rank() == 4 && q[3] > 0,
              "expected queries and keys of rank 3 or 4, found {} and {}", to_string(q), to_string(k));
  r.scale = c.node().has("scale") ? c.node().number("scale", 1) : 1 / std::sqrt(static_cast<double>(q[3]));
  r.softcap = c.node().number("softcap", 0);
  r.bias = bias_of(c, q[2], k[2], past);
  const AttentionResult result = attention(c, r);
  c.output(0, c.pass(merged ? merge_heads(c, result.y) : result.y));
  c.output(1, r.k);
  c.output(2, r.v);
  c.output(3, mode == 0   ? result.scores
              : mode == 1 ? result.capped
              : mode == 2 ? result.biased
                          : result.weights);
}

void translate_rotary_embedding(TranslateContext& c) {
  const bool merged = c.rank() == 3;
  const ir::ValueId x = heads_of(c, c.x(), "num_heads");
  const Shape s = c.shape(x);
  FOVEA_CHECK(s.rank() == 4, "expected x of rank 3 or 4, found {}", to_string(s));
  const std::int64_t given = c.node().integer("rotary_embedding_dim", 0);
  const std::int64_t size = given == 0 ? s[3] : given;
  FOVEA_CHECK(size > 0 && size <= s[3] && size % 2 == 0,
              "cannot rotate {} of {} elements: expected an even number of them", size, s[3]);
  ops::SliceAttributes front{{0, 0, 0, 0}, {1, 1, 1, 1}, {s[0], s[1], s[2], size}};
  ops::SliceAttributes rest{{0, 0, 0, size}, {1, 1, 1, 1}, {s[0], s[1], s[2], s[3] - size}};
  const bool whole = size == s[3];
  ir::ValueId y = rotated(c, whole ? x : c.emit(ops::slice(), {x}, front, "/front"), size / 2,
                          c.node().flag("interleaved", false));
  if (!whole)
    y = concatenated(c, y, c.emit(ops::slice(), {x}, rest, "/rest"), 3, "/whole");
  c.output(c.pass(merged ? merge_heads(c, y) : y));
}

}  // namespace

Family attention_family() {
  return {
      {"Attention", translate_attention},
      {"RotaryEmbedding", translate_rotary_embedding},
  };
}

}  // namespace fovea::onnx_import
