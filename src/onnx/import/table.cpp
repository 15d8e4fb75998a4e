#include "onnx/import/families.hpp"

#include <algorithm>
#include <initializer_list>

namespace fovea::onnx_import {
namespace {

bool comes_before(const Translation& a, const Translation& b) {
  return a.op_type < b.op_type;
}

Family joined(std::initializer_list<Family (*)()> families) {
  Family all;
  for (auto* family : families) {
    const Family rows = family();
    all.insert(all.end(), rows.begin(), rows.end());
  }
  std::sort(all.begin(), all.end(), comes_before);
  return all;
}

Family all_families() {
  return joined({activation_family, arrange_family, attention_family, einsum_family, elementwise_family,
                 legacy_family, nn_family, normalization_family, pool_family, quantize_family,
                 recurrent_family, reduce_family, resize_family, scatter_family, sequence_family,
                 shape_family, tensor_family});
}

}  // namespace

std::span<const Translation> translate_table() {
  static const Family rows = all_families();
  return rows;
}

std::span<const Translation> microsoft_table() {
  static const Family rows = joined({microsoft_family, microsoft_quantize_family});
  return rows;
}

const Translation* find_translation(std::string_view op_type, std::string_view domain) {
  if (!domain.empty() && domain != "ai.onnx" && domain != "com.microsoft")
    return nullptr;
  const auto rows = domain == "com.microsoft" ? microsoft_table() : translate_table();
  const auto at = std::lower_bound(rows.begin(), rows.end(), Translation{op_type}, comes_before);
  return at != rows.end() && at->op_type == op_type ? &*at : nullptr;
}

}  // namespace fovea::onnx_import
