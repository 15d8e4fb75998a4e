#include "onnx/export/families.hpp"

#include <unordered_map>

namespace fovea::onnx_export {

WriteNode find_writer(const ir::Operator& op) {
  static const auto writers = [] {
    std::unordered_map<const ir::Operator*, WriteNode> all;
    for (const auto& family : {activation_family(), arrange_family(), elementwise_family(), nn_family(),
                               normalization_family(), pool_family(), reduce_family()})
      all.insert(family.begin(), family.end());
    return all;
  }();
  const auto at = writers.find(&op);
  return at == writers.end() ? nullptr : at->second;
}

}  // namespace fovea::onnx_export
