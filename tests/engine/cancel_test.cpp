#include "fovea/error.hpp"
#include "fovea/program.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

namespace fovea::test {
namespace {

using Clock = std::chrono::steady_clock;

class Cancelling : public testing::TestWithParam<BackendKind> {
protected:
  static std::shared_ptr<const Program> compile() {
    return Program::compile(Model::load(std::string(FOVEA_TEST_DATA) + "/networks/residual.onnx"),
                            {.backend = GetParam(), .threads = 1});
  }
  static void run_both_ways(Session& session) {
    auto x = session.input().data<float>();
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = static_cast<float>(i % 17) / 8.0F - 1.0F;
    session.seed_classes(std::array<std::int64_t, 1>{1});
    session.forward();
    session.backward();
  }
  static bool same(const Tensor& a, const Tensor& b) {
    return a.bytes() == b.bytes() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
  }
  static void expect_as_fresh(Session& session) {
    Session fresh(compile());
    run_both_ways(fresh);
    run_both_ways(session);
    EXPECT_TRUE(same(session.output(), fresh.output()));
    EXPECT_TRUE(same(session.gradient(), fresh.gradient()));
  }
};

INSTANTIATE_TEST_SUITE_P(backends, Cancelling, testing::Values(BackendKind::Reference, BackendKind::OneDnn),
                         [](const auto& row) {
                           return row.param == BackendKind::Reference ? "reference" : "onednn";
                         });

TEST_P(Cancelling, ends_neither_way_before_it_is_asked_for) {
  Session session(compile());
  std::stop_source source;
  session.cancel_with(source.get_token());
  expect_as_fresh(session);
}

TEST_P(Cancelling, ends_a_run_before_its_first_step) {
  Session session(compile());
  std::stop_source source;
  session.cancel_with(source.get_token());
  source.request_stop();
  EXPECT_THROW(session.forward(), Cancelled);
  EXPECT_THROW(session.forward(), Cancelled);  // as long as the stop is set
  session.cancel_with({});
  expect_as_fresh(session);
}

TEST_P(Cancelling, ends_the_backward_pass) {
  Session session(compile());
  std::stop_source source;
  session.cancel_with(source.get_token());
  session.forward();
  source.request_stop();
  EXPECT_THROW(session.backward(), Cancelled);
  session.cancel_with({});
  EXPECT_THROW(session.backward(), InputError);  // forward must run anew
  expect_as_fresh(session);
}

/// The values that an earlier forward left for the backward pass may be gone.
TEST_P(Cancelling, leaves_nothing_for_the_backward_pass) {
  Session session(compile());
  std::stop_source source;
  session.forward();
  session.cancel_with(source.get_token());
  source.request_stop();
  EXPECT_THROW(session.forward(), Cancelled);
  session.cancel_with({});
  EXPECT_THROW(session.backward(), InputError);
}

TEST_P(Cancelling, ends_a_profiled_run) {
  Session session(compile(), Profiling::On);
  std::stop_source source;
  session.cancel_with(source.get_token());
  source.request_stop();
  EXPECT_THROW(session.forward(), Cancelled);
  EXPECT_EQ(session.profile().front().runs, 0);
}

TEST_P(Cancelling, takes_a_moment_from_another_thread) {
  Session session(compile());
  for (int round = 0; round < 20; ++round) {
    std::stop_source source;
    session.cancel_with(source.get_token());
    std::atomic<bool> running = false;
    Clock::time_point asked;
    std::thread other([&] {
      while (!running)
        std::this_thread::yield();
      std::this_thread::sleep_for(std::chrono::microseconds(100 * round));
      asked = Clock::now();
      source.request_stop();
    });
    EXPECT_THROW(
        {
          for (;;) {
            running = true;
            run_both_ways(session);
          }
        },
        Cancelled);
    const Clock::time_point ended = Clock::now();
    other.join();
    EXPECT_LT(ended - asked, std::chrono::seconds(1));  // milliseconds, except on a busy machine
    session.cancel_with({});
    expect_as_fresh(session);
  }
}

}  // namespace
}  // namespace fovea::test
