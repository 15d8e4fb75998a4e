#include "fovea/classify.hpp"

#include "fixtures.hpp"
#include "fovea/error.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

TEST(TopK, OrdersByScoreAndEqualScoresByIndex) {
  const ClassScores scores{{1, 3, 2, 3, 1}, {0.1, 0.3, 0.2, 0.3, 0.1}};
  const std::vector<Prediction> best = top_k(scores, 4);
  ASSERT_EQ(best.size(), 4U);
  const std::int64_t order[] = {1, 3, 2, 0};
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(best[i].index, order[i]);
  EXPECT_EQ(best[2].score, 2);
  EXPECT_EQ(best[2].probability, 0.2);
}

TEST(TopK, IsCutToTheNumberOfClasses) {
  const ClassScores scores{{1, 2}, {}};
  EXPECT_EQ(top_k(scores, 9).size(), 2U);
  EXPECT_EQ(top_k(scores, 0).size(), 0U);
  EXPECT_EQ(top_k(scores, -3).size(), 0U);
  EXPECT_EQ(top_k(scores, 1).front().probability, std::nullopt) << "a network without probabilities";
}

TEST(ClassScores, TenCropsGiveTheMeanWhateverTheBatch) {
  const Model model = test::built(test::small_network(12, 16));
  Preprocessing p;
  const Framing framing = frame(test::photo(45, 31), p, {3, 12, 16}, Crops::Ten);
  std::vector<double> expected(5, 0.0);
  Session one = test::session_of(model);
  for (std::size_t i = 0; i < 10; ++i) {
    write_crop(framing, i, p, one.input().data<float>().data());
    one.forward();
    for (std::size_t c = 0; c < 5; ++c)
      expected[c] += static_cast<double>(one.output().data<float>()[c]) / 10;
  }
  for (std::int64_t batch : {1, 3, 10, 16}) {
    Session session = test::session_of(model, batch);
    const std::vector<double> found = class_scores(session, framing, p).scores;
    for (std::size_t c = 0; c < 5; ++c)
      EXPECT_NEAR(found[c], expected[c], 1e-5) << "batch " << batch;
  }
}

TEST(ClassScores, AModelThatGivesNaNIsAnErrorThatNamesTheClass) {
  test::ModelBuilder builder;
  builder.input("image", {1, 3, 4, 4}).output("scores").weight("minus", {1}, {-5});
  builder.node("GlobalAveragePool", {"image"}, {"mean"}).node("Flatten", {"mean"}, {"flat"});
  builder.node("Add", {"flat", "minus"}, {"negative"}).node("Log", {"negative"}, {"scores"});
  const Model model = test::built(builder);
  Session session = test::session_of(model);
  const Framing framing = frame(test::photo(9, 9), {}, {3, 4, 4}, Crops::One);
  const std::string message = test::message_of<InputError>([&] { class_scores(session, framing, {}); });
  EXPECT_EQ(message.find("the model's score of class 0 is "), 0U) << message;
  EXPECT_NE(message.find("nan"), std::string::npos) << message;
}

}  // namespace
}  // namespace fovea
