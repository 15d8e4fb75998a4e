#include "report/preprocessing_advice.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace fovea::test
