#include "onnx/import/constant_folder.hpp"

#include "ops/kernel_work.hpp"
#include "ops/table.hpp"

#include <algorithm>

namespace fovea::onnx_import {
namespace {

/// Constants of this many bytes, and this many operations, are made at once: the arithmetic with shapes,
/// whose results decide on shapes and are few.
constexpr std::int64_t kSmall = std::int64_t{1} << 16;

std::int64_t bytes_of(const ir::TensorType& type) {
  return type.shape.elements() * static_cast<std::int64_t>(size_of(type.dtype));
}

}  // namespace

std::vector<ir::ValueId> ConstantFolder::fold(const ir::Operator& op, ir::Attributes attributes,
                                              const std::vector<ir::ValueId>& inputs,
                                              const std::string& name) {
  std::vector<const ir::TensorType*> types;
  std::int64_t sources = 0;
  for (ir::ValueId id : inputs) {
    types.push_back(id == ir::kNoValue ? nullptr : &graph_.type(id));
    sources += id == ir::kNoValue ? 0 : bytes_of(graph_.type(id));
  }
  const std::vector<ir::TensorType> results = op.infer({attributes, types});
  std::int64_t made = 0;
  for (const ir::TensorType& type : results) {
    ir::check_size(type);
    made += bytes_of(type);
  }
  const std::int64_t work = ops::kernel_work(op, {attributes, types}, results);
  budget_.take(made, sources);
  budget_.take_work(work);
  Make make = [&op, attributes = std::move(attributes)](const std::vector<Tensor>& operands) {
    return ops::evaluate(op, attributes, operands);
  };
  const bool at_once = made <= kSmall && work <= kSmall &&
                       std::none_of(inputs.begin(), inputs.end(), [&](auto id) { return is_pending(id); });
  return add_recipe(std::move(make), inputs, results, name, at_once);
}

ir::ValueId ConstantFolder::add(const std::string& name, ir::TensorType type, std::function<Tensor()> make) {
  ir::check_size(type);
  const std::int64_t bytes = bytes_of(type);
  budget_.take(bytes, 0);
  budget_.take_work(type.shape.elements());
  return add_recipe([make = std::move(make)](const auto&) { return std::vector<Tensor>{make()}; }, {}, {type},
                    name, bytes <= kSmall)
      .front();
}

std::vector<ir::ValueId> ConstantFolder::add_recipe(Make make, std::vector<ir::ValueId> inputs,
                                                    const std::vector<ir::TensorType>& types,
                                                    const std::string& name, bool at_once) {
  Recipe recipe{std::move(make), std::move(inputs), {}, node_};
  for (const ir::TensorType& type : types)
    recipe.outputs.push_back(graph_.add_pending_constant(name, type));
  if (at_once) {
    run(recipe);
    return recipe.outputs;
  }
  for (ir::ValueId id : recipe.outputs)
    recipe_of_[id] = recipes_.size();
  recipes_.push_back(recipe);
  return recipe.outputs;
}

void ConstantFolder::run(Recipe& recipe) {
  std::vector<Tensor> operands;
  for (ir::ValueId id : recipe.inputs)
    operands.push_back(id == ir::kNoValue ? Tensor() : *graph_.value(id).constant);
  const std::vector<Tensor> results = recipe.make(operands);
  for (std::size_t i = 0; i < results.size(); ++i)
    graph_.set_elements(recipe.outputs[i], results[i]);
}

const Tensor& ConstantFolder::elements(ir::ValueId constant) {
  // By a stack of our own, since chains of constants can be as long as the file.
  std::vector<ir::ValueId> wanted = {constant};
  while (!wanted.empty()) {
    const ir::ValueId id = wanted.back();
    if (!is_pending(id)) {
      wanted.pop_back();
      continue;
    }
    Recipe& recipe = recipes_[recipe_of_.at(id)];
    const std::size_t before = wanted.size();
    std::copy_if(recipe.inputs.begin(), recipe.inputs.end(), std::back_inserter(wanted),
                 [&](ir::ValueId input) { return is_pending(input); });
    if (wanted.size() == before)
      run(recipe);
  }
  return *graph_.value(constant).constant;
}

void ConstantFolder::finish() {
  std::vector<bool> read(graph_.values().size(), false);
  const auto mark = [&](const std::vector<ir::ValueId>& ids) {
    for (ir::ValueId id : ids)
      if (id != ir::kNoValue)
        read[static_cast<std::size_t>(id)] = true;
  };
  const auto is_read = [&](ir::ValueId id) { return read[static_cast<std::size_t>(id)]; };
  for (const ir::Node& node : graph_.nodes())
    mark(node.inputs);
  mark(graph_.outputs());
  const std::vector<bool> kept = read;
  std::vector<std::size_t> last_reader(graph_.values().size(), 0);
  for (std::size_t r = recipes_.size(); r-- > 0;) {
    Recipe& recipe = recipes_[r];
    const bool is_needed = std::any_of(recipe.outputs.begin(), recipe.outputs.end(),
                                       [&](ir::ValueId id) { return is_read(id) && is_pending(id); });
    if (!is_needed)
      continue;
    mark(recipe.inputs);
    for (ir::ValueId id : recipe.inputs)
      if (id != ir::kNoValue)
        last_reader[static_cast<std::size_t>(id)] = std::max(last_reader[static_cast<std::size_t>(id)], r);
  }
  for (const Recipe& recipe : recipes_)
    for (ir::ValueId id : recipe.outputs)
      if (!is_read(id))
        graph_.drop_elements(id);
  for (std::size_t r = 0; r < recipes_.size(); ++r) {
    Recipe& recipe = recipes_[r];
    if (std::none_of(recipe.outputs.begin(), recipe.outputs.end(),
                     [&](ir::ValueId id) { return is_read(id) && is_pending(id); }))
      continue;
    try {
      run(recipe);
    } catch (const InputError& error) {
      throw ModelError(error.what(), recipe.node);
    }
    // Values that only this recipe and earlier ones read are not needed any more.
    for (ir::ValueId id : recipe.inputs)
      if (id != ir::kNoValue && recipe_of_.contains(id) && !kept[static_cast<std::size_t>(id)] &&
          last_reader[static_cast<std::size_t>(id)] == r)
        graph_.drop_elements(id);
  }
  recipes_.clear();
  recipe_of_.clear();
}

}  // namespace fovea::onnx_import
