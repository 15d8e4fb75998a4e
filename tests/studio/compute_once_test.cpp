#include "studio/compute_once.hpp"

#include "fovea/error.hpp"
#include "studio/failure.hpp"

#include <atomic>
#include <future>
#include <gtest/gtest.h>
#include <semaphore>
#include <thread>

namespace fovea::studio {
namespace {

Sized<int> sized(int value, std::size_t bytes = 1) {
  return {std::make_shared<const int>(value), bytes};
}

TEST(ComputeOnce, KeepsValuesAndForgetsTheLeastRecentlyUsed) {
  ComputeOnce results(100);
  int made = 0;
  const auto get = [&](const std::string& key) {
    return *results.get<int>(key, {}, [&](const std::stop_token&) { return sized(++made, 40); }).value;
  };
  EXPECT_EQ(get("a|1"), 1);
  EXPECT_EQ(get("b|1"), 2);
  EXPECT_EQ(get("a|1"), 1);  // used after b
  EXPECT_EQ(get("c|2"), 3);  // b goes
  EXPECT_EQ(results.bytes(), 80U);
  EXPECT_EQ(get("a|1"), 1);
  EXPECT_EQ(get("b|1"), 4);
  results.forget("1");
  EXPECT_FALSE(results.has("a|1"));
  EXPECT_FALSE(results.has("b|1"));
  EXPECT_EQ(results.bytes(), 0U);
}

TEST(ComputeOnce, DoesNotKeepWhatIsTooLargeOrFailed) {
  ComputeOnce results(100);
  int made = 0;
  const auto get = [&](std::size_t bytes) {
    return *results.get<int>("k", {}, [&](const std::stop_token&) { return sized(++made, bytes); }).value;
  };
  EXPECT_EQ(get(101), 1);
  EXPECT_EQ(get(kNotKept), 2);
  const ComputeOnce::Make<int> fails = [](const std::stop_token&) -> Sized<int> { throw InputError("no"); };
  EXPECT_THROW(results.get<int>("k", {}, fails), InputError);
  EXPECT_EQ(get(100), 3);
  EXPECT_EQ(get(100), 3);
}

TEST(ComputeOnce, ManyAskersCauseOneComputation) {
  ComputeOnce results(100);
  Lane lane("tests", 2, 100);
  std::atomic<int> made = 0;
  std::counting_semaphore<> go(0);
  std::vector<std::future<int>> answers;
  for (int i = 0; i < 8; ++i)
    answers.push_back(std::async(std::launch::async, [&] {
      return *results
                  .get<int>("k", {&lane},
                            [&](const std::stop_token&) {
                              go.acquire();
                              return sized(++made);
                            })
                  .value;
    }));
  while (results.askers("k") < 8)
    std::this_thread::yield();
  go.release();
  for (auto& answer : answers)
    EXPECT_EQ(answer.get(), 1);
}

TEST(ComputeOnce, AskerThatGoesAwayLeavesTheComputationToTheOthers) {
  ComputeOnce results(100);
  Lane lane("tests", 1, 100);
  std::binary_semaphore begun(0), go(0);
  std::stop_source first, second;
  std::stop_token seen;
  const ComputeOnce::Make<int> make = [&](const std::stop_token& stop) {
    seen = stop;
    begun.release();
    go.acquire();
    return sized(7);
  };
  const auto ask = [&](std::stop_source& who) {
    return std::async(std::launch::async, [&] {
      return *results.get<int>("k", {&lane, who.get_token()}, make).value;
    });
  };
  auto one = ask(first);
  begun.acquire();
  auto two = ask(second);
  while (results.askers("k") < 2)
    std::this_thread::yield();
  first.request_stop();
  EXPECT_THROW(one.get(), Cancelled);
  EXPECT_FALSE(seen.stop_requested());
  go.release();
  EXPECT_EQ(two.get(), 7);
}

TEST(ComputeOnce, CancelsWhatNobodyWaitsFor) {
  ComputeOnce results(100);
  Lane lane("tests", 1, 100);
  std::binary_semaphore begun(0), ended(0);
  std::stop_source asker;
  auto answer = std::async(std::launch::async, [&] {
    results.get<int>("k", {&lane, asker.get_token()}, [&](const std::stop_token& stop) -> Sized<int> {
      begun.release();
      while (!stop.stop_requested())
        std::this_thread::yield();
      ended.release();
      throw Cancelled();
    });
  });
  begun.acquire();
  asker.request_stop();
  EXPECT_THROW(answer.get(), Cancelled);
  ended.acquire();
  EXPECT_EQ(*results.get<int>("k", {&lane}, [](const std::stop_token&) { return sized(1); }).value, 1);
}

TEST(ComputeOnce, DoesNotBeginWhatNobodyWaitsFor) {
  ComputeOnce results(100);
  Lane lane("tests", 1, 100);
  std::binary_semaphore begun(0), go(0);
  lane.submit([&] {
    begun.release();
    go.acquire();
  });
  begun.acquire();
  std::stop_source asker;
  std::atomic<bool> is_made = false;
  auto answer = std::async(std::launch::async, [&] {
    results.get<int>("k", {&lane, asker.get_token()}, [&](const std::stop_token&) {
      is_made = true;
      return sized(1);
    });
  });
  while (lane.waiting() == 0)
    std::this_thread::yield();
  asker.request_stop();
  EXPECT_THROW(answer.get(), Cancelled);
  go.release();
  EXPECT_EQ(*results.get<int>("other", {&lane}, [](const std::stop_token&) { return sized(2); }).value, 2);
  EXPECT_FALSE(is_made);
}

TEST(ComputeOnce, WorkInALaneTakesOverWhatIsQueuedBehindIt) {
  ComputeOnce results(100);
  Lane lane("tests", 1, 100);
  std::binary_semaphore begun(0), go(0);
  auto outer = std::async(std::launch::async, [&] {
    return *results
                .get<int>("outer", {&lane},
                          [&](const std::stop_token& stop) {
                            begun.release();
                            go.acquire();
                            return sized(10 + *results
                                                   .get<int>("inner", {nullptr, stop},
                                                             [](const std::stop_token&) { return sized(2); })
                                                   .value);
                          })
                .value;
  });
  begun.acquire();
  auto inner = std::async(std::launch::async, [&] {
    return *results.get<int>("inner", {&lane}, [](const std::stop_token&) { return sized(1); }).value;
  });
  while (lane.waiting() == 0)
    std::this_thread::yield();
  go.release();
  EXPECT_EQ(outer.get(), 11);  // by the work that was queued
  EXPECT_EQ(inner.get(), 1);
}

TEST(ComputeOnce, FullLaneRefuses) {
  ComputeOnce results(100);
  Lane lane("tests", 0, 1);
  lane.submit([] {});
  try {
    results.get<int>("k", {&lane}, [](const std::stop_token&) { return sized(1); });
    ADD_FAILURE() << "nothing was thrown";
  } catch (const RequestError& error) {
    EXPECT_EQ(error.status(), 503);
    EXPECT_EQ(error.kind(), "busy");
  }
}

}  // namespace
}  // namespace fovea::studio
