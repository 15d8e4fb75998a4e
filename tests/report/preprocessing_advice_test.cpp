#include "report/preprocessing_advice.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fovea::test {
namespace {

PreprocessingAdvice advice() {
  PreprocessingAdvice result;
  result.trials.resize(3);
  const char* names[] = {"torchvision", "caffe", "tf"};
  for (std::size_t i = 0; i < 3; ++i) {
    result.trials[i].candidate.name = names[i];
    result.trials[i].photos = {0.5, 0.5};
  }
  result.trials[1].certainty = 0.602;
  result.trials[1].agreement = 0.854;
  result.trials[1].classes = 8;
  result.trials[0].is_sane = false;
  result.trials[0].largest_share = 1;
  result.trials[2].is_sane = false;
  result.reason = "because";
  return result;
}

TEST(PreprocessingAdvices, recommend_nothing_where_the_file_says_how_pictures_are_prepared) {
  PreprocessingAdvice result = advice();
  result.best = 1;
  EXPECT_EQ(heeding({{}, "nobody", true}, result).best, 1U);
  const PreprocessingAdvice heeded = heeding({{}, "the model file", false}, result);
  EXPECT_FALSE(heeded.best);
  EXPECT_EQ(heeded.reason,
            "the model file says how pictures are prepared for this network, and that is what is used");
}

TEST(PreprocessingAdvices, are_a_table_and_a_sentence) {
  PreprocessingAdvice result = advice();
  result.best = 1;
  EXPECT_EQ(advice_text(result), "preprocessing tried on 2 photos\n"
                                 "  convention   certainty  agreement  classes\n"
                                 "  torchvision      0.0 %      0.0 %        0  one class for most photos\n"
                                 "  caffe           60.2 %     85.4 %        8  recommended\n"
                                 "  tf               0.0 %      0.0 %        0  scores are not finite\n"
                                 "--preprocess caffe: because\n");
  const nlohmann::ordered_json json = advice_json(result);
  EXPECT_EQ(json["recommended"], "caffe");
  EXPECT_EQ(json["trials"][0]["sane"], false);
  EXPECT_EQ(json["trials"][1]["classes"], 8);
}

TEST(PreprocessingAdvices, say_why_there_is_none) {
  const PreprocessingAdvice result = advice();
  const std::string text = advice_text(result);
  EXPECT_NE(text.find("\nnone can be recommended: because\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("  recommended"), std::string::npos) << text;
  EXPECT_TRUE(advice_json(result)["recommended"].is_null());
}

TEST(TrialPhotos, are_at_most_eight_and_leave_out_what_cannot_be_read) {
  const TemporaryFolder folder;
  std::vector<std::string> paths = {folder.file("missing.png")};
  for (std::int64_t i = 0; i < 5; ++i) {
    paths.push_back(folder.file(std::to_string(i) + ".png"));
    write_png(paths.back(), Image::blank(i + 1, 2, 3, 9));
  }
  std::vector<std::string> failures;
  EXPECT_EQ(read_trial_photos(paths, failures).size(), 5U);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_NE(failures[0].find("missing.png"), std::string::npos);
  const std::vector<std::string> many(20, paths.back());
  EXPECT_EQ(read_trial_photos(many, failures).size(), 8U);
  EXPECT_EQ(failures.size(), 1U);
}

TEST(TrialPhotos, are_refused_if_none_can_be_read) {
  const TemporaryFolder folder;
  std::vector<std::string> failures;
  EXPECT_THROW(read_trial_photos({folder.file("a.png")}, failures), InputError);
  EXPECT_THROW(read_trial_photos({folder.file("a.png"), folder.file("b.png")}, failures), InputError);
  EXPECT_THROW(read_trial_photos({}, failures), InputError);
}

}  // namespace
}  // namespace fovea::test
