#include "base/run_both.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>

namespace fovea::test {
namespace {

TEST(RunBoth, CallsBothAndThrowsTheFirstError) {
  for (const int threads : {1, 2}) {
    std::atomic<int> calls = 0;
    run_both(
        threads, [&] { calls += 1; }, [&] { calls += 10; });
    EXPECT_EQ(calls, 11);
    const auto message = [&](bool first, bool second) -> std::string {
      try {
        run_both(
            threads,
            [&] {
              if (first)
                throw std::runtime_error("first");
            },
            [&] {
              calls += 100;
              if (second)
                throw std::runtime_error("second");
            });
      } catch (const std::runtime_error& error) {
        return error.what();
      }
      return {};
    };
    EXPECT_EQ(message(true, true), "first");
    EXPECT_EQ(message(false, true), "second");
    EXPECT_EQ(message(false, false), "");
    EXPECT_EQ(calls, 311);
  }
}

}  // namespace
}  // namespace fovea::test
