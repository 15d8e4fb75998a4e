#include "explain/fixtures.hpp"
#include "fovea/error.hpp"
#include "fovea/evaluate_localization.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using test::built;
using test::explainer_of;
using test::store;
using test::TemporaryFolder;

constexpr std::int64_t kSide = 32;

/// Three scores: class 0 looks at the left half, class 1 at the right one, class 2 nowhere.
Model two_halves() {
  std::vector<float> weights(static_cast<std::size_t>(3 * 3 * kSide * kSide), 0);
  for (std::int64_t i = 0; i < 3 * kSide * kSide; ++i) {
    const std::int64_t x = i % kSide;
    const auto close = static_cast<float>(1.0 / (1.0 + static_cast<double>((i / kSide) % kSide)));
    weights[static_cast<std::size_t>((x < kSide / 2 ? 0 : 1) * 3 * kSide * kSide + i)] = close;
  }
  return built(test::linear_model({1, 3, kSide, kSide}, weights, {0.5F, 0, -1}));
}

class EvaluateImage : public testing::Test {
protected:
  void SetUp() override { write_png(folder.file("a.png"), test::photo(60, 40)); }
  AnnotatedImage annotated(const std::vector<RealBox>& boxes) const {
    AnnotatedImage image;
    image.name = "a";
    image.class_index = 1;
    image.boxes = boxes;
    return image;
  }
  ImageResult evaluate(const AnnotatedImage& image, const LocalizationProtocol& protocol = {{}, 5}) {
    return evaluate_image(explain, image, folder.path(), protocol);
  }
  TemporaryFolder folder;
  Model model = two_halves();
  Explainer explain = explainer_of(model, {.crops = Crops::Whole});
};

TEST_F(EvaluateImage, IsWhatLocalizeFindsForEachClass) {
  const ImageResult result = evaluate(annotated({{10, 10, 30, 30}}));
  EXPECT_FALSE(result.failed()) << result.error;
  EXPECT_EQ(result.width, 60);
  EXPECT_EQ(result.height, 40);
  ASSERT_EQ(result.guesses.size(), 3U);
  const Image photo = read_image(folder.file("a.png"));
  for (const ClassGuess& guess : result.guesses) {
    ASSERT_TRUE(guess.box);
    if (guess.class_index == 2) {
      EXPECT_TRUE(guess.box->empty());
      continue;
    }
    const LocalizedClass alone = localize(explain, photo, {.target = guess.class_index});
    EXPECT_EQ(*guess.box, alone.object.box);
    EXPECT_NEAR(guess.probability, alone.explanation.target.probability.value(), 1e-12);
  }
  EXPECT_EQ(result.note, "class 2: a map without contrast gives no seeds: all its values are 0");
  EXPECT_EQ(result.known_box, localize(explain, photo, {.target = 1}).object.box);
  EXPECT_GT(result.seconds.segment, 0);
  EXPECT_GT(result.seconds.read, 0);
}

TEST_F(EvaluateImage, FewerGuessesGetBoxesButTheTrueClassAlways) {
  for (const std::int64_t guesses : {0, 1}) {
    const ImageResult result = evaluate(annotated({{10, 10, 30, 30}}), {{}, guesses});
    EXPECT_EQ(result.guesses.size(), 3U);
    std::int64_t boxes = 0;
    for (const ClassGuess& guess : result.guesses)
      boxes += guess.box ? 1 : 0;
    EXPECT_EQ(boxes, guesses);
    ASSERT_TRUE(result.known_box);
    EXPECT_FALSE(result.known_box->empty());
  }
}

TEST_F(EvaluateImage, TrueBoxesAreClippedToThePicture) {
  const ImageResult result =
      evaluate(annotated({{-0.5, -0.5, 60.5, 40.5}, {50, 30, 90, 35}, {100, 100, 120, 120}}));
  EXPECT_EQ(result.truth, (std::vector<RealBox>{{0, 0, 60, 40}, {50, 30, 60, 35}}));
  EXPECT_EQ(result.clipped, 2);
  const ImageResult outside = evaluate(annotated({{100, 100, 120, 120}}));
  EXPECT_NE(outside.error.find("none of its 1 true boxes lies in the picture of 60 x 40"), std::string::npos)
      << outside.error;
  EXPECT_TRUE(outside.guesses.empty());
}

TEST_F(EvaluateImage, WhatIsWrongWithPictureOrTruthIsTheError) {
  const auto error_of = [&](AnnotatedImage image) { return evaluate(image).error; };
  AnnotatedImage image = annotated({{10, 10, 30, 30}});
  image.width = 60;
  image.height = 40;
  EXPECT_EQ(error_of(image), "");
  image.height = 41;
  EXPECT_NE(error_of(image).find("has 60 x 40 pixels, but its true boxes were drawn on 60 x 41"),
            std::string::npos);
  image = annotated({{10, 10, 30, 30}});
  image.name = "missing";
  EXPECT_NE(error_of(image).find("missing"), std::string::npos);
  image.name = "a";
  image.class_index = 3;
  EXPECT_NE(error_of(image).find("no class 3"), std::string::npos);
  image.class_index = 1;
  image.error = "x.xml: broken";
  EXPECT_EQ(error_of(image), "x.xml: broken");
  image.error.clear();
  store(folder.file("a.png"), test::load(folder.file("a.png")).substr(0, 100));
  EXPECT_NE(error_of(image).find("a.png"), std::string::npos);
}

TEST_F(EvaluateImage, AProtocolOutOfRangeIsAnError) {
  EXPECT_THROW(evaluate(annotated({{0, 0, 1, 1}}), {{}, 6}), InputError);
  explain = explainer_of(model);  // the centre crop
  EXPECT_THROW(evaluate(annotated({{0, 0, 1, 1}})), InputError);
}

TEST_F(EvaluateImage, OneFramingServesAllClassesAsOwnOnesWould) {
  const Image photo = read_image(folder.file("a.png"));
  const Model network = built(test::small_network(kSide, kSide));
  for (const std::int64_t batch : {1, 10, 4}) {
    Explainer shared = explainer_of(network, {.crops = Crops::Ten, .batch = batch}), own = shared;
    const FramedPhoto framed = shared.frame(photo);
    for (const std::int64_t target : {2, 0, 2, 4}) {
      const Explanation a = shared(framed, {.target = target}), b = own(photo, {.target = target});
      EXPECT_EQ(a.target.score, b.target.score);
      const auto left = a.map.data<float>(), right = b.map.data<float>();
      EXPECT_TRUE(std::equal(left.begin(), left.end(), right.begin(), right.end())) << batch << " " << target;
    }
    EXPECT_THROW(shared(framed, {.target = 5}), InputError);
  }
}

}  // namespace
}  // namespace fovea
