#pragma once

#include "backend/lowering.hpp"
#include "fovea/program.hpp"
#include "passes/pipeline.hpp"

#include <variant>

namespace fovea::backend {

/// How a backend takes the memory that its steps work on, and how values come there and back.
struct Memory {
  /// At least that many bytes, aligned to 64, which live as long as the pointer does. std::bad_alloc where
  /// there is not enough.
  std::shared_ptr<void> (*take)(std::size_t bytes) = nullptr;
  /// Copies from the host's memory to the backend's, and back. Both null: steps work on the host's memory
  /// itself, so inputs, outputs and weights are used where they are.
  void (*copy_in)(void* to, const void* from, std::size_t bytes) = nullptr;
  void (*copy_out)(void* to, const void* from, std::size_t bytes) = nullptr;

  bool is_host() const { return copy_in == nullptr; }
};

/// The memory of the host: no copies.
Memory host_memory();

/// Why a backend does not run a graph: its library refuses a node for whose operator the backend has a
/// kernel. The reason names node and operator.
struct Refusal {
  std::string reason;
};

/// Everything that the engine knows of a backend. Backends are immutable constants with static lifetime; all
/// functions must be given but those of a Memory. docs/adding-a-backend.md tells how to write one.
struct Backend {
  std::string_view name;
  /// The choice of ProgramOptions::backend that asks for this backend; none for one that only code can
  /// choose.
  std::optional<BackendKind> kind;
  /// Why the backend cannot compute in that precision on this machine; empty where it can.
  std::string (*why_not)(Precision precision) = nullptr;
  /// What the backend wants made of the final graph before it is lowered (passes/pipeline.hpp).
  std::span<const passes::Pass> (*passes)() = nullptr;
  Memory memory;
  /// Whether the backend has a kernel of its own for this node; others run their reference kernel.
  bool (*supports)(const ir::Graph& graph, const ir::Node& node) = nullptr;
  /// The graph as steps on buffers. How they run is told by Lowering::make_state and Step::bind.
  std::variant<Lowering, Refusal> (*lower)(const ir::Graph& graph, const plan::Schedule& schedule,
                                           const LowerOptions& options) = nullptr;
};

}  // namespace fovea::backend
