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
  bool after(std::chrono::milliseconds passed, std::int64_t preemptions) {
    now_.time += passed;
    now_.preemptions += preemptions;
    return estimate_.update(now_);
  }
  CompetitionEstimate::Sample now_ = {};
  CompetitionEstimate estimate_{now_, 1, 2};
};

TEST_F(Estimate, sees_competition_in_frequent_preemptions_and_believes_in_calm_only_after_a_while) {
  EXPECT_FALSE(after(100ms, 0));
  EXPECT_FALSE(after(1000ms, 3));
  EXPECT_FALSE(after(5ms, 4)) << "too short to say";
  EXPECT_TRUE(after(30ms, 4));
  EXPECT_TRUE(after(300ms, 0));
  EXPECT_TRUE(after(300ms, 0));
  EXPECT_FALSE(after(500ms, 1));
}

TEST_F(Estimate, stays_where_it_is_between_calm_and_competition) {
  EXPECT_FALSE(after(1000ms, 20));
  EXPECT_TRUE(after(1000ms, 200));
  EXPECT_TRUE(after(1000ms, 20));
  EXPECT_TRUE(after(1000ms, 20));
  EXPECT_FALSE(after(1000ms, 5));
}

TEST(CompetitionEstimate, begins_with_what_the_system_says) {
  const CompetitionEstimate::Sample first = {};
  EXPECT_FALSE(CompetitionEstimate(first, 2, 2).update(first));
  EXPECT_TRUE(CompetitionEstimate(first, 3, 2).update(first));
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
