#include "backend/onednn/short_waits.hpp"

#include "backend/onednn/pointwise_program.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fovea::test {
namespace {

using namespace std::chrono_literals;
using namespace backend::onednn_detail;

class Estimate : public testing::Test {
protected:
  /// A run of two threads.
  bool after(std::chrono::milliseconds passed, std::chrono::milliseconds used, std::int64_t preemptions) {
    const CompetitionEstimate::Sample begin = now_;
    now_.time += passed;
    now_.processor_time += used;
    now_.preemptions += preemptions;
    return estimate_.after_run(begin, now_, 2);
  }
  CompetitionEstimate::Sample now_ = {};
  CompetitionEstimate estimate_{1, 2};
};

TEST_F(Estimate, sees_competition_in_missing_processor_time_and_believes_in_calm_only_after_a_while) {
  EXPECT_FALSE(after(100ms, 198ms, 30));
  EXPECT_FALSE(after(10ms, 10ms, 0)) << "too short to say";
  EXPECT_FALSE(after(100ms, 190ms, 0));
  EXPECT_TRUE(after(70ms, 90ms, 0));
  EXPECT_TRUE(after(200ms, 200ms, 10)) << "threads that sleep use no time";
  EXPECT_FALSE(after(300ms, 300ms, 30));
  EXPECT_FALSE(after(100ms, 195ms, 0));
}

TEST_F(Estimate, stays_while_processors_are_taken_away) {
  EXPECT_TRUE(after(100ms, 120ms, 20));
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(after(250ms, 250ms, 150));
  EXPECT_TRUE(after(200ms, 300ms, 10)) << "too short to believe in calm";
  EXPECT_FALSE(after(300ms, 400ms, 10));
}

TEST(CompetitionEstimate, begins_with_what_the_system_says) {
  const CompetitionEstimate::Sample none = {};
  EXPECT_FALSE(CompetitionEstimate(4, 2).after_run(none, none, 2));
  CompetitionEstimate guess(5, 2);
  EXPECT_TRUE(guess.after_run(none, none, 2));
  const CompetitionEstimate::Sample later = {none.time + 110ms, 60ms, 2};
  EXPECT_FALSE(guess.after_run(none, later, 2)) << "a guess is given up soon";
}

TEST(CompetitionEstimate, reads_what_the_process_and_the_system_are_like) {
  EXPECT_GE(runnable_tasks(), 1);
  const CompetitionEstimate::Sample sample = CompetitionEstimate::sample();
  EXPECT_GE(sample.preemptions, 0);
  EXPECT_GE(CompetitionEstimate::sample().time, sample.time);
}

TEST(ShortWaits, are_taken_and_given_back_between_runs_of_several_threads) {
  const std::shared_ptr<ShortWaits> waits = ShortWaits::shared();
  EXPECT_EQ(ShortWaits::shared(), waits);
  for (const bool shorter : {true, true, false, true, false}) {
    waits->make_short(shorter);
    EXPECT_EQ(waits->are_short(), shorter);
    const std::vector<float> x(100'000, 3);
    std::vector<float> y(x.size());
    PointwiseProgram(ops::merge_axes({100'000}, {{1}}),
                     {{{.kind = VectorFunction::Kind::OfFirst, .curve = Curve::Square}, 0, 0}}, {1})
        .run({x.data()}, {y.data()});
    EXPECT_EQ(y, std::vector<float>(x.size(), 9));
  }
}

}  // namespace
}  // namespace fovea::test
