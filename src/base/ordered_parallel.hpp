#pragma once

#include <cstddef>
#include <exception>
#include <functional>

namespace fovea {

/// What is done with an item on the caller's thread, when its turn comes.
using Finish = std::function<void()>;
/// Works on item `i` on a thread of its own and returns what is left for the caller's thread.
using Work = std::function<Finish(std::size_t i)>;

struct OrderedParallelOptions {
  std::size_t count = 0;    ///< items
  std::size_t workers = 1;  ///< threads; with 1 all is done on the caller's
  /// Makes what one worker needs, on the worker's own thread, before its first item.
  std::function<Work()> make_worker;
  /// Told of an item whose work threw, in its turn; rethrow to end.
  std::function<void(std::size_t i, std::exception_ptr error)> failed;
  /// Called on the caller's thread before each item's turn.
  std::function<void(std::size_t i)> before = [](std::size_t) {};
};

/// Works on the items 0 ... count - 1 in parallel and finishes them one after the other, in order, on the
/// caller's thread. Workers run at most four items each ahead of the one whose turn it is, so that results do
/// not pile up. Where a thread or a worker cannot be made (no memory), the others do its work. When no worker
/// can be made, or `before`, `failed` or a Finish throws, no further items are begun and the exception leaves
/// once all threads have ended.
void ordered_parallel(const OrderedParallelOptions& options);

}  // namespace fovea
