#pragma once

#include "backend/onednn/builder.hpp"

namespace fovea::backend::onednn_detail {

/// How oneDNN runs one operator. `supports` may look at shapes and attributes; `lower` is called only where
/// it says yes.
struct OperatorLowering {
  const ir::Operator* op;
  bool (*supports)(const ir::Graph& graph, const ir::Node& node);
  void (*lower)(OneDnnBuilder& builder, const ir::Node& node);
  /// Any: reads operands that are kept as bfloat16 without losing more by it than they have lost.
  enum class Takes { Float32, Any } takes = Takes::Float32;
  /// Float32: operands and results are float32 of 1 to 6 axes, with elements; AsSupported: `supports` looks
  /// at their types, and at shapes as well.
  enum class Types { Float32, AsSupported } types = Types::Float32;
};
inline constexpr auto kAnyType = OperatorLowering::Takes::Any;

// One function for each file of this folder; table.cpp joins them.
std::vector<OperatorLowering> convolution_lowerings();
std::vector<OperatorLowering> pooling_lowerings();
std::vector<OperatorLowering> binary_lowerings();
std::vector<OperatorLowering> matrix_lowerings();
std::vector<OperatorLowering> concat_lowerings();
std::vector<OperatorLowering> normalization_lowerings();
std::vector<OperatorLowering> mask_lowerings();
std::vector<OperatorLowering> depth_to_space_lowerings();
std::vector<OperatorLowering> stabilised_lowerings();
std::vector<OperatorLowering> curve_lowerings();
std::vector<OperatorLowering> row_lowerings();
std::vector<OperatorLowering> reduction_lowerings();
std::vector<OperatorLowering> resampling_lowerings();
std::vector<OperatorLowering> selection_lowerings();
std::vector<OperatorLowering> cum_sum_lowerings();
std::vector<OperatorLowering> copy_lowerings();
std::vector<OperatorLowering> gather_lowerings();
std::vector<OperatorLowering> fused_pointwise_lowerings();

/// Lowers a piecewise linear function, or its gradient, of a value that is kept as bfloat16; false for every
/// other node.
bool lower_short_curve(OneDnnBuilder& builder, const ir::Node& node);

/// A Pad that reflects or repeats, or its gradient.
void lower_mirrored_pad(OneDnnBuilder& builder, const ir::Node& node);

/// Whether a vector kernel can run the node as a step of a fused one.
bool is_fusable(const ir::Graph& graph, const ir::Node& node);

/// Whether an operator makes a mask: bits in the layout of what it looks at, for Masked alone to read.
bool is_mask(const ir::Operator& op);

/// An operator's lowering, which may not hold for each of its nodes, or nullptr.
const OperatorLowering* lowering_of(const ir::Operator& op);

/// The lowering of a node, or nullptr where its reference kernel runs.
const OperatorLowering* lowering_for(const ir::Graph& graph, const ir::Node& node);

}  // namespace fovea::backend::onednn_detail
