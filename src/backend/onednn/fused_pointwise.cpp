#include "ops/fused_pointwise.hpp"

#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/memory_order.hpp"
#include "backend/onednn/pointwise_program.hpp"

#include <algorithm>

/// Chains of pointwise operators, and single ones of three operands, that walk memory once.
namespace fovea::backend::onednn_detail {
namespace {

/// The program's steps, or nothing where a step has no vector kernel.
std::optional<std::vector<ProgramStep>> program_steps(const ir::Graph& graph, const ir::Node& node) {
  std::vector<ProgramStep> steps;
  if (node.op != &ops::fused_pointwise()) {
    const std::optional<VectorFunction> function = vector_function(graph, node);
    return function ? std::optional(std::vector{ProgramStep{*function, 0, 1, 2}}) : std::nullopt;
  }
  for (const ops::PointwiseStep& step : node.attributes.as<ops::FusedPointwiseAttributes>().steps) {
    std::optional<float> second;
    if (step.operands.size() > 1 && step.operands[1] < static_cast<std::int64_t>(node.inputs.size()))
      second = known_number(graph, node.inputs[static_cast<std::size_t>(step.operands[1])]);
    const std::optional<VectorFunction> function = vector_function(*step.op, step.attributes, second);
    if (!function)
      return {};
    steps.push_back({*function, static_cast<int>(step.operands.front()),
                     static_cast<int>(step.operands[step.operands.size() > 1 ? 1 : 0]),
                     static_cast<int>(step.operands.back())});
  }
  return steps;
}

/// The numbers of the values that are the node's outputs.
std::vector<int> program_results(const ir::Node& node) {
  if (node.op != &ops::fused_pointwise())
    return {static_cast<int>(node.inputs.size())};
  const auto& results = node.attributes.as<ops::FusedPointwiseAttributes>().results;
  return {results.begin(), results.end()};
}

bool supports_fused(const ir::Graph& graph, const ir::Node& node) {
  const Shape& shape = graph.shape(node.outputs[0]);
  return program_steps(graph, node).has_value() &&
         std::all_of(node.outputs.begin(), node.outputs.end(),
                     [&](ir::ValueId id) { return graph.shape(id) == shape; });
}

/// The order of memory that most operands of the result's shape have, constants aside; the others are copied
/// into it.
MemoryOrder common_order(OneDnnBuilder& builder, const ir::Node& node, const Shape& shape) {
  std::vector<std::pair<MemoryOrder, int>> votes;
  for (const ir::ValueId id : node.inputs) {
    if (builder.graph().shape(id) != shape || builder.graph().is_constant(id))
      continue;
    const auto order = memory_order(builder.place(id).desc);
    if (!order)
      continue;
    const auto found =
        std::find_if(votes.begin(), votes.end(), [&](const auto& vote) { return vote.first == *order; });
    if (found == votes.end())
      votes.emplace_back(*order, 1);
    else
      ++found->second;
  }
  if (votes.empty())
    return row_major_order(shape.rank());
  return std::max_element(votes.begin(), votes.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

struct Operands {
  std::vector<Place> places;
  std::vector<std::vector<std::int64_t>> strides;  ///< by operand, then by axis in the common order
};

Operands read_operands(OneDnnBuilder& builder, const ir::Node& node, const Shape& shape,
                       const MemoryOrder& order) {
  Operands operands;
  for (const ir::ValueId id : node.inputs) {
    const Shape& own = builder.graph().shape(id);
    if (own == shape) {
      operands.places.push_back(builder.place(id, desc_in_order(shape, order)));
      operands.strides.push_back(dense_strides(in_order(shape.dims(), order)));
    } else {
      operands.places.push_back(builder.plain(id));
      operands.strides.push_back(in_order(ops::broadcast_strides(own, shape), order));
    }
  }
  return operands;
}

/// Room for each result, in the memory of an operand that nothing reads any more where that may be.
std::vector<Place> write_results(OneDnnBuilder& builder, const ir::Node& node, const Shape& shape,
                                 const Operands& operands, const PointwiseProgram& program,
                                 const Desc& desc) {
  std::vector<bool> taken(node.inputs.size(), false);
  std::vector<Place> results;
  for (std::size_t r = 0; r < node.outputs.size(); ++r) {
    std::size_t over = 0;
    while (over < node.inputs.size() &&
           (taken[over] || builder.graph().shape(node.inputs[over]) != shape ||
            !builder.may_overwrite(node.inputs[over]) || !program.may_overwrite(static_cast<int>(over), r)))
      ++over;
    if (over == node.inputs.size()) {
      results.push_back(builder.produce(node.outputs[r], desc));
    } else {
      taken[over] = true;
      results.push_back(builder.produce_in_place(node.inputs[over], operands.places[over], node.outputs[r]));
    }
  }
  return results;
}

void lower_fused(OneDnnBuilder& builder, const ir::Node& node) {
  const Shape& shape = builder.graph().shape(node.outputs[0]);
  const MemoryOrder order = common_order(builder, node, shape);
  const Operands operands = read_operands(builder, node, shape, order);
  const PointwiseProgram program(ops::merge_axes(in_order(shape.dims(), order), operands.strides),
                                 *program_steps(builder.graph(), node), program_results(node));
  const std::vector<Place> results =
      write_results(builder, node, shape, operands, program, desc_in_order(shape, order));
  builder.add_kernel(node.op->name, operands.places, results,
                     [program, count = operands.places.size()](const std::vector<void*>& at) {
                       std::vector<const float*> reads;
                       std::vector<float*> writes;
                       for (std::size_t i = 0; i < at.size(); ++i) {
                         if (i < count)
                           reads.push_back(static_cast<const float*>(at[i]));
                         else
                           writes.push_back(static_cast<float*>(at[i]));
                       }
                       program.run(reads, writes);
                     });
}

}  // namespace

std::vector<OperatorLowering> fused_pointwise_lowerings() {
  std::vector<OperatorLowering> lowerings = {{&ops::fused_pointwise(), supports_fused, lower_fused}};
  for (const ir::Operator* op : operators_of({VectorFunction::Kind::Ternary}))
    lowerings.push_back({op, supports_fused, lower_fused});
  return lowerings;
}

bool is_fusable(const ir::Graph& graph, const ir::Node& node) {
  const ir::TensorType& type = graph.type(node.outputs[0]);
  return type.dtype == DType::F32 && type.shape.rank() >= 1 && type.shape.rank() <= 6 &&
         type.shape.elements() > 0 && vector_function(graph, node).has_value();
}

}  // namespace fovea::backend::onednn_detail
