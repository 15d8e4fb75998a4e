#pragma once

#include "ir/graph.hpp"
#include "plan/schedule.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::backend {

using BufferId = std::int32_t;

/// One piece of memory that steps read and write.
struct Buffer {
  enum class Kind {
    Arena,     ///< planned: shares the session's arena with others
    External,  ///< an input or output of the program, owned by the session
    Constant,  ///< weights, owned by the program
  };
  std::size_t bytes = 0;
  Kind kind = Kind::Arena;
  Tensor constant;  ///< of a Constant
};

/// The state of a backend for one session, e.g. an execution stream. `begin_run` and `end_run` surround every
/// run, on the running thread.
class SessionState {
public:
  virtual ~SessionState() = default;
  virtual void begin_run() {}
  virtual void end_run() {}
  /// Calls part(0), ..., part(parts - 1) on as many threads as a run has, in any order. The first exception
  /// of a part is rethrown when all parts have ended.
  virtual void share(std::int64_t parts, const std::function<void(std::int64_t)>& part) {
    for (std::int64_t i = 0; i < parts; ++i)
      part(i);
  }
  /// Whether a run, or `share`, must take place on a new thread, because the worker threads of the calling
  /// one no longer exist.
  virtual bool needs_new_thread() const { return false; }
};

/// Gives a step its memory when a session is made.
class Binder {
public:
  Binder(std::vector<void*> addresses, SessionState* state)
      : addresses_(std::move(addresses)), state_(state) {}
  void* address(BufferId id) const { return addresses_[static_cast<std::size_t>(id)]; }
  template <class State>
  State& state() const {
    return static_cast<State&>(*state_);
  }

private:
  std::vector<void*> addresses_;
  SessionState* state_;
};

/// The origin of a step, for profiles.
struct Origin {
  std::string node;                ///< the graph's node; empty for the program's own copies
  Shape shape;                     ///< of the node's first output
  std::int64_t multiply_adds = 0;  ///< of the node, on the step that does its main work
};

/// One unit of work. `bind` is called once for each session and returns the function that every run calls.
struct Step {
  std::string_view operator_name;
  std::vector<BufferId> reads, writes;
  std::function<std::function<void()>(const Binder&)> bind;
  Origin origin = {};
};

/// A graph turned into steps on buffers; immutable, shared by all sessions.
struct Lowering {
  std::vector<Buffer> buffers;
  std::vector<Step> steps;
  std::size_t forward_steps = 0;  ///< number of the first steps that are the forward part
  std::vector<BufferId> inputs;   ///< External, row-major, in the order of the graph's inputs
  std::vector<BufferId> outputs;  ///< External, row-major, in the order of the graph's outputs
  std::int64_t fallback_nodes = 0;
  std::function<std::unique_ptr<SessionState>()> make_state;
};

/// The number format of the operands of convolutions and matrix products; sums are always float32.
enum class Arithmetic { F32, BF16 };

struct LowerOptions {
  int threads = 0;  ///< 0: all processors
  Arithmetic forward = Arithmetic::F32;
  Arithmetic backward = Arithmetic::F32;
  /// Called after each lowered node, for every constant that it reads; `last` if no later node reads it. By
  /// then the lowering holds or has copied what it needs, so the graph may release the constant.
  std::function<void(ir::ValueId constant, bool last)> on_read = {};
};

}  // namespace fovea::backend
