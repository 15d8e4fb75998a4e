#pragma once

#include "backend/lowering_builder.hpp"
#include "backend/onednn/memory_order.hpp"
#include "backend/onednn/primitives.hpp"
#include "backend/onednn/short_waits.hpp"
#include "base/tensor_pool.hpp"

#include <utility>
#include <vector>

namespace fovea::backend::onednn_detail {

/// A value in memory: which buffer, in which layout.
struct Place {
  BufferId buffer = -1;
  Desc desc;
};

/// One session's stream of execution, and the thread count of its runs.
class StreamState final : public SessionState {
public:
  StreamState(const dnnl::engine& on, int threads)
      : engine(on), stream(on), threads_(threads), waits_(threads == 1 ? nullptr : ShortWaits::shared()) {}
  void begin_run() override;
  void end_run() override;
  void share(std::int64_t parts, const std::function<void(std::int64_t)>& part) override;
  bool needs_new_thread() const override;

  dnnl::engine engine;
  dnnl::stream stream;

private:
  int threads_;
  int previous_threads_ = 0;
  std::shared_ptr<ShortWaits> waits_;  ///< null on one thread, which waits for nobody
  CompetitionEstimate::Sample begin_;  ///< of the current run
};

/// Collects oneDNN primitives and kernels of ours as steps. Pictures are held with the channels last: that is
/// what the library's matrix kernels read and write, and nothing needs reordering between stem and head.
/// Every value stays in the layout its producer chose; a reader that needs another one gets a reordered copy,
/// made once. Constants are reordered while lowering.
class OneDnnBuilder {
public:
  OneDnnBuilder(const ir::Graph& graph, const plan::Schedule& schedule, const LowerOptions& options,
                LoweringBuilder& builder, const dnnl::engine& engine);

  /// Says which node of the schedule is lowered next.
  void begin_node(std::size_t position) { position_ = position; }
  /// Reports the constants that this node, which has been lowered, reads.
  void end_node(const ir::Node& node);
  /// What the node's convolution or matrix product multiplies.
  Type operand_type() const;
  /// What its result is kept as: float32, or the operand type where only kernels read it that lose nothing
  /// more by that (convolutions, masks, pools, piecewise linear functions), but no sum.
  Type result_type(ir::ValueId id) const;

  const ir::Graph& graph() const { return graph_; }
  const dnnl::engine& engine() const { return engine_; }
  const std::vector<int>& uses() const { return uses_; }

  /// Row-major layout of a shape (of one element for a scalar).
  static Desc plain_desc(const Shape& shape);
  /// Whether a convolution reads the value as its picture.
  bool is_convolved(ir::ValueId id) const;
  /// [N,C,H,W] with the channels last; row-major for any other rank.
  static Desc channels_last_desc(const Shape& shape, Type type = Type::f32);
  /// A layout for the library to choose.
  static Desc any_desc(const Shape& shape, Type type = Type::f32);

  /// The value in the layout and element type it has.
  Place native(ir::ValueId id);
  /// The value in the layout it has, as float32.
  Place place(ir::ValueId id);
  /// The value in a given layout, reordered if need be.
  Place place(ir::ValueId id, const Desc& desc);
  /// The value, its row-major elements read under the layout `as` (another shape of equal size), in the
  /// layout `desc`.
  Place reinterpreted(ir::ValueId id, const Desc& as, const Desc& desc);
  /// Weights, which lie in memory as `from` says, in the layout `desc`: brought into it here, once for all
  /// sessions.
  Place constant(const Tensor& weights, const Desc& from, const Desc& desc);
  /// Weights in a layout of our own, which `fill` writes here, once for all sessions.
  Place constant(std::int64_t floats, const std::function<void(float*)>& fill);
  /// Room for so many floats that one step alone uses.
  Place scratch(std::int64_t floats);
  /// The value in row-major order.
  Place plain(ir::ValueId id);
  /// Room for a value about to be written in a given layout.
  Place produce(ir::ValueId id, const Desc& desc);
  /// Room for `result` that holds `operand` in the layout `desc` at first: the operand's own memory where
  /// nothing reads it any more, a copy elsewhere.
  Place overwrite(ir::ValueId operand, ir::ValueId result, const Desc& desc);
  /// Room for `result` that holds a copy of `operand` in the layout `desc` at first.
  Place copy(ir::ValueId operand, ir::ValueId result, const Desc& desc);
  /// Room for `result` in the layout of `place`, which holds `operand`: that memory itself where nothing
  /// reads it any more. For kernels that read each element before they write it.
  Place produce_in_place(ir::ValueId operand, const Place& place, ir::ValueId result);

  /// Room for truth values, one byte each, in row-major order.
  Place produce_truth(ir::ValueId id);
  /// Room for what lies between two steps of one node.
  Place scratch(const Desc& desc) { return {builder_.add_buffer(desc.get_size()), desc}; }

  /// Whether nothing reads the value's memory behind the node that is being lowered.
  bool may_overwrite(ir::ValueId id) const;

  /// Room for a mask of so many bytes over a value in the layout `looked_at`, which its place then carries.
  Place produce_bits(ir::ValueId id, const Desc& looked_at, std::size_t bytes);

  using Argument = std::pair<int, Place>;  ///< DNNL_ARG_... and the memory
  void add_primitive(std::string_view operator_name, const Primitive& primitive,
                     const std::vector<Argument>& reads, const std::vector<Argument>& writes);
  /// A kernel of our own; it gets the addresses of reads, then of writes.
  using Kernel = std::function<void(const std::vector<void*>&)>;
  void add_kernel(std::string_view operator_name, const std::vector<Place>& reads,
                  const std::vector<Place>& writes, Kernel kernel);
  /// The node's reference kernel, its operands in row-major order.
  void add_reference(const ir::Node& node);

private:
  template <class Visit>
  void for_each_constant_of(const ir::Node& node, Visit&& visit) const;
  bool is_last_reader(ir::ValueId id) const;
  bool keeps_precision(const ir::Node& reader, ir::ValueId id) const;
  Place adopt(ir::ValueId id, const Place& place);
  Place reordered(const Place& from, const Desc& desc);

  const ir::Graph& graph_;
  LoweringBuilder& builder_;
  dnnl::engine engine_;
  LowerOptions options_;
  std::size_t forward_nodes_;
  std::vector<int> uses_;
  std::size_t position_ = 0;
  std::vector<std::vector<const ir::Node*>> readers_;  ///< by value
  std::vector<std::size_t>
      last_reader_;  ///< by value: position in the schedule; for ever where memory is shared
  TensorPool weights_;
  std::vector<std::vector<Place>> places_;     ///< by value, the producer's own first
  std::vector<std::vector<Place>> constants_;  ///< by value: constants in other layouts than row-major
};

/// A value in float32 and the order of its memory.
struct OrderedPlace {
  Place place;
  MemoryOrder order;
};
/// The value in the layout it has, or row-major where that has gaps or blocks.
OrderedPlace ordered_place(OneDnnBuilder& builder, ir::ValueId id);

}  // namespace fovea::backend::onednn_detail
