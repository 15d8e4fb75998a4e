#include "base/failure.hpp"
#include "base/ordered_parallel.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"

#include <algorithm>
#include <thread>

namespace fovea {

ThreadPartition partition_threads(std::size_t pictures, int workers, int threads) {
  const int processors =
      threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  constexpr int most = 16;  // each worker keeps all intermediate values of a network
  const int wanted = workers > 0 ? workers : std::min(processors, most);
  const auto used = std::min(static_cast<std::size_t>(wanted), std::max<std::size_t>(pictures, 1));
  if (used == 1)
    return {1, threads};
  return {used, std::max(1, processors / static_cast<int>(used))};
}

std::size_t for_each_file(const std::vector<std::string>& paths,
                          const std::function<FileWorker()>& make_worker, const FileBatchOptions& options) {
  std::size_t failures = 0;
  OrderedParallelOptions parallel;
  parallel.count = paths.size();
  parallel.workers = options.workers;
  parallel.make_worker = [&]() -> FileWorker {
    return [&paths, work = make_worker()](std::size_t i) {
      if (const std::string reason = why_no_pictures(paths[i]); !reason.empty())
        throw InputError(reason, paths[i]);
      return work(i);
    };
  };
  parallel.before = [&](std::size_t i) {
    if (options.stop.stop_requested())
      throw Cancelled();
    if (options.before)
      options.before(i);
  };
  parallel.failed = [&](std::size_t i, const std::exception_ptr& failure) {
    const std::string message = failure_text(failure, paths[i]);
    ++failures;
    if (options.failed)
      options.failed(i, message);
  };
  ordered_parallel(parallel);
  return failures;
}

}  // namespace fovea
