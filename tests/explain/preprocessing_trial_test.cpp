#include "fovea/preprocessing_trial.hpp"

#include "fovea/error.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

PreprocessingTrial trial(const std::string& name, const std::vector<double>& photos, std::int64_t classes,
                         double largest_share) {
  PreprocessingTrial result;
  result.candidate.name = name;
  result.photos = photos;
  for (const double photo : photos)
    result.certainty += photo / static_cast<double>(photos.size());
  result.classes = classes;
  result.largest_share = largest_share;
  return result;
}

TEST(JudgeTrials, recommend_the_most_certain_one) {
  const PreprocessingAdvice advice =
      judge_trials({trial("a", {0.4, 0.3, 0.5, 0.2}, 4, 0.25), trial("b", {0.9, 0.8, 0.95, 0.7}, 4, 0.25)});
  EXPECT_EQ(advice.best, 1U);
  EXPECT_NE(advice.reason.find("'b'"), std::string::npos);
}

TEST(JudgeTrials, do_not_tell_what_is_close) {
  // The mean differs by 0.06, but so do the photos' leads.
  const PreprocessingAdvice advice =
      judge_trials({trial("a", {0.9, 0.5, 0.9, 0.5}, 4, 0.25), trial("b", {0.6, 0.9, 0.64, 0.9}, 4, 0.25)});
  EXPECT_FALSE(advice.best);
  EXPECT_NE(advice.reason.find("too close to tell them apart by 4 photos"), std::string::npos)
      << advice.reason;
}

TEST(JudgeTrials, want_more_of_a_single_photo) {
  EXPECT_FALSE(judge_trials({trial("a", {0.6}, 1, 1), trial("b", {0.8}, 1, 1)}).best);
  EXPECT_EQ(judge_trials({trial("a", {0.26}, 1, 1), trial("b", {0.99}, 1, 1)}).best, 1U);
}

TEST(JudgeTrials, leave_out_one_that_calls_all_photos_the_same) {
  const PreprocessingAdvice advice = judge_trials(
      {trial("certain", {0.99, 0.99, 0.99, 0.99}, 1, 1), trial("varied", {0.7, 0.8, 0.6, 0.9}, 4, 0.25)});
  EXPECT_FALSE(advice.trials[0].is_sane);
  EXPECT_EQ(advice.best, 1U);
  EXPECT_NE(advice.reason.find("'certain' is left out"), std::string::npos) << advice.reason;
  // Photos of one subject: all agree, so none is suspicious.
  const PreprocessingAdvice cats = judge_trials(
      {trial("right", {0.99, 0.98, 0.99, 0.97}, 1, 1), trial("wrong", {0.3, 0.4, 0.5, 0.3}, 1, 1)});
  EXPECT_EQ(cats.best, 0U);
}

TEST(JudgeTrials, recommend_none_of_those_that_know_nothing) {
  const PreprocessingAdvice advice =
      judge_trials({trial("a", {0.1, 0.12}, 2, 0.5), trial("b", {0.01, 0.02}, 2, 0.5)});
  EXPECT_FALSE(advice.best);
  EXPECT_NE(advice.reason.find("certain of nothing"), std::string::npos);
  EXPECT_FALSE(judge_trials({}).best);
}

/// A network of two classes whose score is the mean of red, less that of blue, times a hundred: it is certain
/// of red photos if red is the first channel, and of nothing if all values are small.
class TryPreprocessing : public testing::Test {
protected:
  TryPreprocessing() {
    ModelBuilder builder;
    builder.input("image", {1, 3, 8, 8}).output("y");
    builder.weight("w", {2, 3, 1, 1}, {4, 0, -4, -4, 0, 4});
    builder.node("Conv", {"image", "w"}, {"maps"}).node("GlobalAveragePool", {"maps"}, {"means"});
    builder.node("Flatten", {"means"}, {"scores"}).node("Softmax", {"scores"}, {"y"});
    ProgramOptions options;
    options.direction = Direction::Forward;
    options.head = ProgramOptions::Head::Classes;
    program = Program::compile(Model::load(builder.save(folder.file("net.onnx"))), options);
    for (int i = 0; i < 3; ++i) {
      Image photo = Image::blank(16, 16, 3, 0);
      for (std::size_t k = 0; k < photo.pixels.size(); k += 3)
        photo.pixels[k] = static_cast<std::uint8_t>(120 + i);
      photos.push_back(std::move(photo));
    }
  }
  TemporaryFolder folder;
  std::shared_ptr<const Program> program;
  std::vector<Image> photos;
};

TEST_F(TryPreprocessing, finds_the_range_that_the_network_takes) {
  PreprocessingTrialOptions options;
  options.candidates = {{"tiny", {.scale = 1.0 / 25500}}, {"whole", {.scale = 1.0 / 255}}};
  std::int64_t last = 0;
  options.progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_EQ(done, ++last);
    EXPECT_EQ(total, 6);
  };
  const PreprocessingAdvice advice = try_preprocessing(program, photos, options);
  ASSERT_EQ(advice.trials.size(), 2U);
  EXPECT_EQ(last, 6);
  EXPECT_EQ(advice.best, 1U);
  EXPECT_GT(advice.trials[1].certainty, 0.95);
  EXPECT_LT(advice.trials[0].certainty, 0.55);
  EXPECT_EQ(advice.trials[1].agreement, 1);
  EXPECT_EQ(advice.trials[1].classes, 1);
  EXPECT_EQ(advice.trials[1].photos.size(), 3U);
}

TEST_F(TryPreprocessing, cannot_tell_orders_of_channels_apart_that_only_exchange_classes) {
  PreprocessingTrialOptions options;
  options.candidates = {{"rgb", {}}, {"bgr", {.channel_order = ChannelOrder::BGR}}};
  EXPECT_FALSE(try_preprocessing(program, photos, options).best);
}

TEST_F(TryPreprocessing, scores_that_are_not_finite_make_no_sense) {
  PreprocessingTrialOptions options;
  options.candidates = {{"usual", {}}, {"huge", {.scale = 1e38}}};
  const PreprocessingAdvice advice = try_preprocessing(program, photos, options);
  EXPECT_FALSE(advice.trials[1].is_sane);
  EXPECT_EQ(advice.best, 0U);
}

TEST_F(TryPreprocessing, needs_photos_and_candidates) {
  EXPECT_THROW(try_preprocessing(program, {}), InputError);
  EXPECT_THROW(try_preprocessing(program, photos, {.candidates = {}}), InputError);
  EXPECT_EQ(preprocessing_candidates().size(), preprocessing_preset_names().size());
}

}  // namespace
}  // namespace fovea::test
