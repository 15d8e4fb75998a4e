#pragma once

#include "onnx/import/translate.hpp"

namespace fovea::onnx_import {

/// Scaled dot-product attention of q [B,H,S,D] over k [B,G,T,D] and v [B,G,T,E], where the number of heads G
/// divides H: y [B,H,S,E].
struct AttentionRequest {
  ir::ValueId q = ir::kNoValue, k = ir::kNoValue, v = ir::kNoValue;
  /// A bias added to the scores (broadcast over [B,H,S,T]; -infinity masks out); kNoValue: none.
  ir::ValueId bias = ir::kNoValue;
  double scale = 1;
  double softcap = 0;  ///< c * tanh(score / c) if c is above 0
};

struct AttentionResult {
  ir::ValueId y = ir::kNoValue;
  ir::ValueId scores = ir::kNoValue;   ///< q k^T * scale
  ir::ValueId capped = ir::kNoValue;   ///< after softcap
  ir::ValueId biased = ir::kNoValue;   ///< after adding the bias
  ir::ValueId weights = ir::kNoValue;  ///< after Softmax; 0 in a row that is masked out completely
};

AttentionResult attention(TranslateContext& c, const AttentionRequest& request);

/// x [B,S,heads*D] as [B,heads,S,D]; InputError if the last axis is not divisible by the number of heads.
ir::ValueId split_heads(TranslateContext& c, ir::ValueId x, std::int64_t heads);
/// The inverse of `split_heads`.
ir::ValueId merge_heads(TranslateContext& c, ir::ValueId x);

/// A constant [queries,keys] with 0 where key <= query + offset, and -infinity elsewhere.
ir::ValueId causal_bias(TranslateContext& c, std::int64_t queries, std::int64_t keys, std::int64_t offset);

/// A mask as a bias: true becomes 0 and false -infinity; a floating-point mask is unchanged.
ir::ValueId mask_as_bias(TranslateContext& c, ir::ValueId mask);

}  // namespace fovea::onnx_import
