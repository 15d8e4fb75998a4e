#pragma once

#include "backend/lowering.hpp"
#include "plan/schedule.hpp"

#include <functional>

namespace fovea::backend {

/// The bookkeeping that backends share: the buffers that hold values in row-major order, and the steps so
/// far.
class LoweringBuilder {
public:
  explicit LoweringBuilder(const ir::Graph& graph);

  const ir::Graph& graph() const { return graph_; }
  /// The row-major buffer of a value; made on first use for constants and for values about to be written.
  BufferId plain(ir::ValueId id);
  BufferId add_buffer(std::size_t bytes);
  BufferId add_constant(Tensor tensor);
  /// Starts a node: `add_step` labels the following steps with its name, shape and multiply-adds.
  void begin_node(const ir::Node& node);
  void add_step(Step step);
  /// The node's reference kernel on row-major buffers. A Reshape becomes an alias and costs nothing.
  void add_reference_step(const ir::Node& node, const std::vector<int>& uses);
  /// Lowers all nodes of the schedule in order by `lower_node` and returns the result of `finish`.
  Lowering lower(const plan::Schedule& schedule, const std::function<void(const ir::Node& node)>& lower_node);
  /// Lowers all nodes to their reference kernels.
  Lowering lower_to_reference(const plan::Schedule& schedule);
  std::size_t step_count() const { return lowering_.steps.size(); }
  Lowering& lowering() { return lowering_; }
  /// Declares that a value lives in `buffer` in row-major order.
  void set_plain(ir::ValueId id, BufferId buffer) { plain_[static_cast<std::size_t>(id)] = buffer; }
  /// Moves the outputs to external buffers and returns the result; the first `forward_steps` steps and
  /// `forward_outputs` outputs are the forward part. Every output must be available in row-major order.
  Lowering finish(std::size_t forward_steps, std::size_t forward_outputs);

private:
  /// A step that copies `from` into an output's own buffer.
  struct OutputCopy {
    Step step;
    BufferId from;
    std::size_t at = 0;  ///< the number of steps in front of it
  };
  OutputCopy copy_output(std::size_t index, BufferId from);
  void insert_copies(std::vector<OutputCopy> forward, std::vector<OutputCopy> backward);

  const ir::Graph& graph_;
  Lowering lowering_;
  std::vector<BufferId> plain_;
  std::string_view current_operator_;
  Origin current_;  ///< of the node whose steps are being added
};

}  // namespace fovea::backend
