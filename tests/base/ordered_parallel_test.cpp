#include "base/ordered_parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace fovea::test {
namespace {

using namespace std::chrono_literals;

/// A run whose finished and failed items are noted in order.
struct NotedRun {
  std::vector<std::size_t> finished, failed;
  OrderedParallelOptions options;

  NotedRun(std::size_t count, std::size_t workers, const std::function<void(std::size_t)>& work) {
    options.count = count;
    options.workers = workers;
    options.make_worker = [this, work] {
      return [this, work](std::size_t i) -> Finish {
        work(i);
        return [this, i] { finished.push_back(i); };
      };
    };
    options.failed = [this](std::size_t i, std::exception_ptr) { failed.push_back(i); };
  }
};

std::vector<std::size_t> up_to(std::size_t count) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(i);
  return all;
}

class Workers : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(numbers, Workers, testing::Values(1, 2, 3, 16));

TEST_P(Workers, FinishInOrderWhateverTakesLonger) {
  NotedRun run(40, GetParam(), [](std::size_t i) { std::this_thread::sleep_for((i % 3) * 1ms); });
  ordered_parallel(run.options);
  EXPECT_EQ(run.finished, up_to(40));
}

TEST_P(Workers, FinishOnTheCallersThread) {
  NotedRun run(10, GetParam(), [](std::size_t) {});
  const std::thread::id caller = std::this_thread::get_id();
  run.options.make_worker = [&] {
    return [&](std::size_t) -> Finish { return [&] { EXPECT_EQ(std::this_thread::get_id(), caller); }; };
  };
  ordered_parallel(run.options);
}

TEST_P(Workers, GoOnPastAnItemThatThrows) {
  NotedRun run(20, GetParam(), [](std::size_t i) {
    if (i % 5 == 2)
      throw std::runtime_error("item");
  });
  ordered_parallel(run.options);
  EXPECT_EQ(run.failed, (std::vector<std::size_t>{2, 7, 12, 17}));
  EXPECT_EQ(run.finished.size(), 16U);
}

TEST_P(Workers, EndWhenAFailureIsThrownOn) {
  std::atomic<int> begun = 0;
  NotedRun run(1000, GetParam(), [&](std::size_t i) {
    ++begun;
    if (i == 3)
      throw std::runtime_error("item 3");
  });
  run.options.failed = [](std::size_t, const std::exception_ptr& error) { std::rethrow_exception(error); };
  EXPECT_THROW(ordered_parallel(run.options), std::runtime_error);
  EXPECT_EQ(run.finished, up_to(3));
  EXPECT_LE(begun, 3 + 1 + 4 * static_cast<int>(GetParam()));
}

TEST_P(Workers, EndWhenFinishingThrows) {
  NotedRun run(100, GetParam(), [](std::size_t) {});
  run.options.make_worker = [] {
    return [](std::size_t i) -> Finish {
      return [i] {
        if (i == 5)
          throw std::logic_error("finish");
      };
    };
  };
  EXPECT_THROW(ordered_parallel(run.options), std::logic_error);
}

TEST_P(Workers, EndWhenAWorkerCannotBeMade) {
  NotedRun run(100, GetParam(), [](std::size_t) {});
  run.options.make_worker = []() -> Work { throw std::bad_alloc(); };
  EXPECT_THROW(ordered_parallel(run.options), std::bad_alloc);
  EXPECT_TRUE(run.finished.empty());
}

TEST_P(Workers, DoTheWorkOfThoseThatCannotBeMade) {
  NotedRun run(100, GetParam(), [](std::size_t) {});
  const auto make_worker = run.options.make_worker;
  std::atomic<std::size_t> made = 0;
  run.options.make_worker = [&]() -> Work {
    if (made++ > 0)
      throw std::bad_alloc();
    return make_worker();
  };
  ordered_parallel(run.options);
  EXPECT_EQ(run.finished.size(), 100U);
}

TEST_P(Workers, DoNotRunFarAhead) {
  std::atomic<std::size_t> begun = 0;
  NotedRun run(200, GetParam(), [&](std::size_t) { ++begun; });
  run.options.before = [&](std::size_t i) {
    std::this_thread::sleep_for(200us);
    EXPECT_LE(begun, i + 4 * GetParam());
  };
  ordered_parallel(run.options);
  EXPECT_EQ(begun, 200U);
}

TEST(OrderedParallel, WorksOnItemsAtTheSameTime) {
  std::atomic<int> inside = 0, most = 0;
  NotedRun run(2, 2, [&](std::size_t) {
    ++inside;
    for (int i = 0; i < 2000 && inside < 2; ++i)
      std::this_thread::sleep_for(1ms);
    most = std::max(most.load(), inside.load());
  });
  ordered_parallel(run.options);
  EXPECT_EQ(most, 2);
}

TEST(OrderedParallel, DoesNothingWithNoItems) {
  NotedRun run(0, 4, [](std::size_t) { FAIL(); });
  EXPECT_NO_THROW(ordered_parallel(run.options));
}

}  // namespace
}  // namespace fovea::test
