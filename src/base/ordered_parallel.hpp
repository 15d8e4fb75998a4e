#pragma once

#include <cstddef>
#include <exception>
#include <functional>

namespace fovea {

/// Finishes an item on the caller's thread, when it is the item's turn.
using Finish = std::function<void()>;
/// Works on item `i` on a worker thread and returns the rest of the work for the caller's thread.
using Work = std::function<Finish(std::size_t i)>;

struct OrderedParallelOptions {
  std::size_t count = 0;    ///< items
  std::size_t workers = 1;  ///< threads; with 1 all is done on the caller's
  /// Creates one worker's function, on the worker's own thread, before its first item.
  std::function<Work()> make_worker;
  /// Called, in its turn, for an item whose work threw an exception; rethrow it to end.
  std::function<void(std::size_t i, std::exception_ptr error)> failed;
  /// Called on the caller's thread before each item's turn.
  std::function<void(std::size_t i)> before = [](std::size_t) {};
};

/// Works on the items 0 ... count - 1 in parallel and finishes them in order on the caller's thread. Each
/// worker runs at most four items ahead of the current one, so that results do not accumulate. If a thread or
/// a worker cannot be created (out of memory), the others do its work. If no worker can be created, or if
/// `before`, `failed` or a Finish throws, no further items are started and the exception is rethrown once all
/// threads have ended.
void ordered_parallel(const OrderedParallelOptions& options);

}  // namespace fovea
