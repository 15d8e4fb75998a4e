#pragma once

#include "fovea/error.hpp"
#include "ir/graph.hpp"
#include "onnx/file/memory_budget.hpp"

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace fovea::onnx_import {

/// Computes the constants of an import: those of translate functions, and nodes whose operands are all
/// constants. Small ones are computed at once. Large ones are entered in the budget at once but computed only
/// when their elements are first needed, or by `finish` if the graph reads them. So a file that needs more
/// than the budget is refused before anything large exists.
class ConstantFolder {
public:
  ConstantFolder(ir::Graph& graph, MemoryBudget& budget) : graph_(graph), budget_(budget) {}

  /// Sets the node for which the following constants are made; errors of a later computation name it.
  void begin_node(ModelLocation node) { node_ = std::move(node); }

  /// The results of an operator over constants (kNoValue for an absent one); all operands must be constants.
  /// InputError when they do not fit or the budget does not allow the results.
  std::vector<ir::ValueId> fold(const ir::Operator& op, ir::Attributes attributes,
                                const std::vector<ir::ValueId>& inputs, const std::string& name);
  /// A constant of that type whose elements `make` computes.
  ir::ValueId add(const std::string& name, ir::TensorType type, std::function<Tensor()> make);
  /// Adds a constant that exists already; it is small or was entered in the budget before.
  ir::ValueId add(const std::string& name, Tensor tensor) {
    return graph_.add_constant(name, std::move(tensor));
  }

  /// The elements of a constant, made now if they are pending.
  const Tensor& elements(ir::ValueId constant);
  /// Computes all pending constants that nodes or outputs of the graph read; others stay without elements.
  void finish();

private:
  using Make = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;
  struct Recipe {
    Make make;
    std::vector<ir::ValueId> inputs, outputs;
    ModelLocation node;
  };

  std::vector<ir::ValueId> add_recipe(Make make, std::vector<ir::ValueId> inputs,
                                      const std::vector<ir::TensorType>& types, const std::string& name,
                                      bool at_once);
  void run(Recipe& recipe);
  bool is_pending(ir::ValueId id) const {
    return id != ir::kNoValue && graph_.is_constant(id) && !graph_.has_elements(id);
  }

  ir::Graph& graph_;
  MemoryBudget& budget_;
  ModelLocation node_;
  std::vector<Recipe> recipes_;
  std::unordered_map<ir::ValueId, std::size_t> recipe_of_;
};

}  // namespace fovea::onnx_import
