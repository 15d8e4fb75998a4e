#pragma once

#include "ir/graph.hpp"
#include "onnx/file/node_reader.hpp"
#include "onnx/import/constant_folder.hpp"
#include "onnx/import/import.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>

namespace fovea::onnx_import {

/// The batch that the file fixes and the one wanted instead; equal if nothing is to be changed.
struct Rebatch {
  std::int64_t declared = 1;
  std::int64_t wanted = 1;
};

/// The tensors of an ONNX sequence.
using Sequence = std::vector<ir::ValueId>;

/// The arguments of a translate function: one ONNX node, its inputs as values of the canonical graph, and
/// functions that append nodes. A node whose inputs are all constants is evaluated at once and becomes a
/// constant. Every mismatch is an InputError; the caller adds file, node and operator.
class TranslateContext {
public:
  /// `sequences` contains the inputs that are sequences; in `inputs` they are kNoValue. `onnx_types` contains
  /// the ONNX element type of each input in the file, 0 if unknown.
  TranslateContext(ir::Graph& graph, ConstantFolder& folder, MemoryBudget& budget, const NodeReader& node,
                   std::vector<ir::ValueId> inputs, std::vector<int> onnx_types, std::int64_t opset,
                   const ImportOptions& options, Rebatch rebatch, std::map<int, Sequence> sequences = {});

  const NodeReader& node() const { return node_; }
  std::int64_t opset() const { return opset_; }
  const ImportOptions& options() const { return options_; }
  Rebatch rebatch() const { return rebatch_; }

  /// The i-th input as a list of tensors (an ONNX sequence); InputError when it is none.
  const Sequence& sequence(int i) const;
  bool is_sequence(int i) const { return sequences_.count(i) > 0; }

  int input_count() const { return static_cast<int>(inputs_.size()); }
  bool has(int i) const { return i < input_count() && inputs_[static_cast<std::size_t>(i)] != ir::kNoValue; }
  /// The i-th input; InputError when it is absent.
  ir::ValueId x(int i = 0) const;
  /// The i-th input, or kNoValue.
  ir::ValueId optional(int i) const { return has(i) ? inputs_[static_cast<std::size_t>(i)] : ir::kNoValue; }
  Shape shape(ir::ValueId id) const { return graph_.shape(id); }
  Shape shape() const { return shape(x()); }
  DType dtype(ir::ValueId id) const { return graph_.type(id).dtype; }
  /// The ONNX element type of the i-th input in the file (fovea's own does not distinguish int8 from int64);
  /// 0 if the file does not say or the input is absent.
  int onnx_type(int i) const { return has(i) ? onnx_types_[static_cast<std::size_t>(i)] : 0; }
  std::int64_t rank() const { return shape().rank(); }
  bool is_constant(ir::ValueId id) const { return graph_.is_constant(id); }
  /// The elements of a constant; none for a computed value.
  std::optional<Tensor> constant_of(ir::ValueId id) const;

  /// The elements of the i-th input, which must be a constant; `what` names it in the error.
  Tensor constant(int i, std::string_view what) const;
  /// A constant input as integers: a scalar or a list.
  std::vector<std::int64_t> integers(int i, std::string_view what) const;
  /// Integers from the i-th input from opset `since` on, from an attribute before; none if absent.
  std::optional<std::vector<std::int64_t>> integers(int i, std::string_view attribute,
                                                    std::int64_t since) const;
  /// A constant input as one number.
  double scalar(int i, std::string_view what) const;
  /// A constant input as a whole number; InputError if it is not whole or exceeds 2^53.
  std::int64_t whole_number(int i, std::string_view what) const;

  /// Appends a node and returns its first output. The node that stands for the whole ONNX node has no suffix.
  ir::ValueId emit(const ir::Operator& op, std::vector<ir::ValueId> inputs, ir::Attributes attributes = {},
                   std::string_view suffix = {});
  std::vector<ir::ValueId> emit_all(const ir::Operator& op, std::vector<ir::ValueId> inputs,
                                    ir::Attributes attributes = {}, std::string_view suffix = {});
  /// Adds a small constant: its size must not depend, without a bound, on numbers in the file.
  ir::ValueId add_constant(Tensor tensor, std::string_view suffix = "/constant");
  /// Adds a constant of any size, which `make` computes when its elements are needed. InputError where the
  /// memory budget does not allow it.
  ir::ValueId add_constant(ir::TensorType type, std::function<Tensor()> make,
                           std::string_view suffix = "/constant");
  /// Enters a table that a translate function is about to compute in the memory budget.
  void reserve(std::int64_t bytes) { budget_.take(bytes, 0); }
  /// A scalar constant of x's element type.
  ir::ValueId scalar_like(ir::ValueId x, double value);
  ir::ValueId cast(ir::ValueId x, DType dtype);
  /// x with another shape, or x itself if that changes nothing.
  ir::ValueId reshape(ir::ValueId x, Shape shape, std::string_view suffix = {});

  /// x itself under the node's own name, for operators without effect; a constant is unchanged.
  ir::ValueId pass(ir::ValueId x);

  void output(int i, ir::ValueId value);
  void output(ir::ValueId value) { output(0, value); }
  /// Sets an output to a list of tensors.
  void output_sequence(Sequence sequence, int i = 0) { sequence_outputs_[i] = std::move(sequence); }
  const std::vector<ir::ValueId>& outputs() const { return outputs_; }
  const std::map<int, Sequence>& sequence_outputs() const { return sequence_outputs_; }

private:
  ir::Graph& graph_;
  ConstantFolder& folder_;
  MemoryBudget& budget_;
  const NodeReader& node_;
  std::vector<ir::ValueId> inputs_;
  std::vector<int> onnx_types_;
  std::int64_t opset_;
  const ImportOptions& options_;
  Rebatch rebatch_;
  std::map<int, Sequence> sequences_;
  std::vector<ir::ValueId> outputs_;
  std::map<int, Sequence> sequence_outputs_;
};

/// One row of the table of ONNX operators.
struct Translation {
  std::string_view op_type;
  /// Appends the node's translation and sets its outputs.
  void (*translate)(TranslateContext&) = nullptr;
  /// The reason why fovea does not support a node, as far as the node alone (with its opset) shows; empty if
  /// there is none.
  std::string (*why_not)(const NodeReader&, std::int64_t) = nullptr;
};

/// Every ONNX operator that fovea translates, in alphabetical order.
std::span<const Translation> translate_table();
/// The operators of ONNX Runtime's own domain, com.microsoft, in alphabetical order.
std::span<const Translation> microsoft_table();
/// The row of an operator type of ONNX's own domain, or of another one; nullptr where there is none.
const Translation* find_translation(std::string_view op_type, std::string_view domain = {});

/// An axis counted from the end where negative; InputError naming it when it is outside -rank .. rank-1.
std::int64_t resolve_axis(std::int64_t axis, std::int64_t rank);
/// Resolves a list of axes, in ascending order; InputError for a repeated one.
std::vector<std::int64_t> resolve_axes(std::vector<std::int64_t> axes, std::int64_t rank);

/// The constant 0, 1, 2, ... in row-major order.
ir::ValueId add_numbers(TranslateContext& c, const Shape& shape, std::string_view suffix);

}  // namespace fovea::onnx_import
