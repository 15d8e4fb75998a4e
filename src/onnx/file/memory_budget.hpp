#pragma once

#include <cstdint>
#include <string_view>

namespace fovea::onnx_import {

/// The memory and work that the constants of one import may take together. Everything is entered before it is
/// allocated or computed.
class MemoryBudget {
public:
  /// `limit` in bytes, 1 or more.
  explicit MemoryBudget(std::int64_t limit) : limit_(limit) {}

  std::int64_t limit() const { return limit_; }

  /// Enters a constant of `bytes` that is computed from operands of `sources` bytes. InputError if it is more
  /// than a sixteenth of the limit and more than twice its operands, or if all constants together exceed the
  /// limit. The message names the amount, the limit and the option that changes it.
  void take(std::int64_t bytes, std::int64_t sources);
  /// Enters element operations (reading, writing or multiplying one element). InputError beyond one for each
  /// byte of the limit.
  void take_work(std::int64_t operations);
  /// InputError when a value of that many bytes for each picture exceeds the limit; `what` names it.
  void check_value(std::int64_t bytes, std::int64_t batch, std::string_view what) const;

private:
  std::int64_t limit_;
  std::int64_t used_ = 0;
  std::int64_t work_ = 0;
};

}  // namespace fovea::onnx_import
