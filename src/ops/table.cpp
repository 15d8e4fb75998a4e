#include "ops/table.hpp"

#include "ops/add.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/expand.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/relu.hpp"
#include "ops/reshape.hpp"

#include <algorithm>
#include <array>

namespace fovea::ops {

std::span<const ir::Operator* const> table() {
  static const std::array operators = {
      &add(),         &conv(), &conv_transpose(), &expand(),
      &reduce_sum(),  &relu(), &relu_gradient(),  &reshape(),
  };
  return operators;
}

const ir::Operator* find(std::string_view name) {
  const auto all = table();
  const auto at = std::find_if(all.begin(), all.end(), [&](const ir::Operator* op) { return op->name == name; });
  return at == all.end() ? nullptr : *at;
}

std::vector<Tensor> evaluate(const ir::Operator& op, const ir::Attributes& attributes, std::span<const Tensor> inputs) {
  std::vector<ir::TensorType> types(inputs.size());
  std::vector<const ir::TensorType*> type_pointers(inputs.size(), nullptr);
  std::vector<ir::TensorView> sources(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].empty())
      continue;
    types[i] = {inputs[i].dtype(), inputs[i].shape()};
    type_pointers[i] = &types[i];
    sources[i] = {inputs[i].dtype(), inputs[i].shape(), const_cast<void*>(inputs[i].raw())};
  }
  std::vector<Tensor> results;
  std::vector<ir::TensorView> destinations;
  for (const ir::TensorType& type : op.infer({attributes, type_pointers})) {
    results.emplace_back(type.dtype, type.shape);
    destinations.push_back({type.dtype, type.shape, results.back().raw()});
  }
  op.kernel({attributes, sources, destinations});
  return results;
}

}  // namespace fovea::ops
