#pragma once

#include "backend/lowering_builder.hpp"
#include "backend/onednn/primitives.hpp"
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
  StreamState(const dnnl::engine& on, int threads) : engine(on), stream(on), threads_(threads) {}
  void begin_run() override;
  void end_run() override;

  dnnl::engine engine;
  dnnl::stream stream;

private:
  int threads_;
  int previous_threads_ = 0;
};

/// Collects oneDNN primitives as steps. Every value stays in the layout its producer chose; a reader that
/// needs another one gets a reordered copy, made once. Constants are reordered while lowering.
class OneDnnBuilder {
public:
  OneDnnBuilder(const ir::Graph& graph, LoweringBuilder& builder, const dnnl::engine& engine);

  const ir::Graph& graph() const { return graph_; }
  const dnnl::engine& engine() const { return engine_; }
  const std::vector<int>& uses() const { return uses_; }

  /// Row-major layout of a shape (of one element for a scalar).
  static Desc plain_desc(const Shape& shape);
  /// The layout that convolutions of this machine like for [N,C,H,W]: blocks of channels as long as a vector.
  static Desc blocked_desc(const Shape& shape);
  /// A layout for the library to choose.
  static Desc any_desc(const Shape& shape);

  /// The value in the layout it has.
  Place place(ir::ValueId id);
  /// The value in a given layout, reordered if need be.
  Place place(ir::ValueId id, const Desc& desc);
  /// The value, its row-major elements read under the layout `as` (another shape of equal size), in the
  /// layout `desc`.
  Place reinterpreted(ir::ValueId id, const Desc& as, const Desc& desc);
  /// The value in row-major order.
  Place plain(ir::ValueId id);
  /// Room for a value about to be written in a given layout.
  Place produce(ir::ValueId id, const Desc& desc);

  using Argument = std::pair<int, Place>;  ///< DNNL_ARG_... and the memory
  void add_primitive(std::string_view operator_name, const Primitive& primitive,
                     const std::vector<Argument>& reads, const std::vector<Argument>& writes);
  /// The node's reference kernel, its operands in row-major order.
  void add_reference(const ir::Node& node);

private:
  Place reordered(const Place& from, const Desc& desc);
  Place reordered_constant(const Tensor& row_major, const Desc& from, const Desc& desc);

  const ir::Graph& graph_;
  LoweringBuilder& builder_;
  dnnl::engine engine_;
  std::vector<int> uses_;
  TensorPool weights_;
  std::vector<std::vector<Place>> places_;  ///< by value, the producer's own first
};

}  // namespace fovea::backend::onednn_detail
