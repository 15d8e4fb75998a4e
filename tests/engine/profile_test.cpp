#include "fovea/program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace fovea::test {
namespace {

class Profile : public testing::TestWithParam<BackendKind> {
protected:
  std::shared_ptr<const Program> program =
      Program::compile(Model::load(std::string(FOVEA_TEST_DATA) + "/networks/plain.onnx"),
                       {.backend = GetParam(), .threads = 1});
};
INSTANTIATE_TEST_SUITE_P(backends, Profile, testing::Values(BackendKind::Reference, BackendKind::OneDnn),
                         [](const auto& row) {
                           return row.param == BackendKind::Reference ? "reference" : "onednn";
                         });

void run(Session& session) {
  session.seed_classes(std::array<std::int64_t, 1>{0});
  session.forward();
  session.backward();
}

TEST_P(Profile, IsEmptyUnlessAskedFor) {
  Session session(program);
  run(session);
  EXPECT_TRUE(session.profile().empty());
}

TEST_P(Profile, CountsEveryRunOfEveryStep) {
  Session session(program, Profiling::On);
  for (int i = 0; i < 3; ++i)
    run(session);
  ASSERT_FALSE(session.profile().empty());
  for (const StepProfile& step : session.profile()) {
    EXPECT_EQ(step.runs, 3) << step.node;
    EXPECT_GT(step.seconds, 0) << step.node;
    EXPECT_LE(3 * step.fastest_seconds, step.seconds * 1.0001) << step.node;
  }
  session.forward();
  for (const StepProfile& step : session.profile())
    EXPECT_EQ(step.runs, step.part == Direction::Forward ? 4 : 3) << step.node;
  session.reset_profile();
  for (const StepProfile& step : session.profile())
    EXPECT_EQ(step.runs, 0);
}

TEST_P(Profile, NamesNodesAndTheirWork) {
  const Session session(program, Profiling::On);
  std::int64_t forward = 0, backward = 0;
  for (const StepProfile& step : session.profile())
    (step.part == Direction::Forward ? forward : backward) += step.multiply_adds;
  EXPECT_EQ(forward, program->report().multiply_adds);
  EXPECT_EQ(backward, forward);
  const auto conv = std::find_if(session.profile().begin(), session.profile().end(),
                                 [](const StepProfile& step) { return step.operator_name == "Conv"; });
  ASSERT_NE(conv, session.profile().end());
  EXPECT_FALSE(conv->node.empty());
  EXPECT_EQ(conv->shape.rank(), 4);
  EXPECT_GT(conv->multiply_adds, 0);
}

TEST_P(Profile, ChangesNoResult) {
  Session plain(program), timed(program, Profiling::On);
  run(plain);
  run(timed);
  EXPECT_TRUE(std::ranges::equal(plain.gradient().data<float>(), timed.gradient().data<float>()));
}

}  // namespace
}  // namespace fovea::test
