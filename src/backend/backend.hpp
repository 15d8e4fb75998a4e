#pragma once

#include "backend/lowering.hpp"
#include "fovea/program.hpp"
#include "passes/pipeline.hpp"

#include <variant>

namespace fovea::backend {

/// A backend's memory: how the memory that steps work on is allocated, and how values are copied to and from
/// it.
struct Memory {
  /// Allocates at least that many bytes, aligned to 64, which live as long as the pointer does.
  /// std::bad_alloc if there are not enough.
  std::shared_ptr<void> (*take)(std::size_t bytes) = nullptr;
  /// Copy from the host's memory to the backend's, and back. Both null: steps work on the host's memory
  /// itself, so inputs, outputs and weights are used in place.
  void (*copy_in)(void* to, const void* from, std::size_t bytes) = nullptr;
  void (*copy_out)(void* to, const void* from, std::size_t bytes) = nullptr;

  bool is_host() const { return copy_in == nullptr; }
};

/// The memory of the host: no copies.
Memory host_memory();

/// The reason why a backend does not run a graph: its library refuses a node for whose operator the backend
/// has a kernel. It names node and operator.
struct Refusal {
  std::string reason;
};

/// Everything that the engine knows about a backend. Backends are immutable constants with static lifetime;
/// all functions except those of Memory are required. docs/adding-a-backend.md explains how to write one.
struct Backend {
  std::string_view name;
  /// The choice of ProgramOptions::backend that selects this backend; none for one that only code can choose.
  std::optional<BackendKind> kind;
  /// The reason why the backend cannot compute in that precision on this machine; empty if it can.
  std::string (*why_not)(Precision precision) = nullptr;
  /// The backend's passes over the final graph before it is lowered (passes/pipeline.hpp).
  std::span<const passes::Pass> (*passes)() = nullptr;
  Memory memory;
  /// Whether the backend has a kernel of its own for this node; others run their reference kernel.
  bool (*supports)(const ir::Graph& graph, const ir::Node& node) = nullptr;
  /// Lowers the graph to steps on buffers; Lowering::make_state and Step::bind make them executable.
  std::variant<Lowering, Refusal> (*lower)(const ir::Graph& graph, const plan::Schedule& schedule,
                                           const LowerOptions& options) = nullptr;
};

}  // namespace fovea::backend
