/// Networks that segment pictures: scores summed over a class's own mask or a region, and their maps.
#include "explain/class_regions.hpp"
#include "explain/method.hpp"
#include "fixtures.hpp"
#include "fovea/error.hpp"
#include "support/small_segmenter.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include <functional>

namespace fovea {
namespace {

using test::built;
using test::explainer_of;
using test::small_segmenter;

/// Black, with a red rectangle and a larger blue one, whose edges are those of the network's positions.
Image two_colours() {
  Image photo = Image::blank(32, 24, 3, 0);
  for (std::int64_t y = 4; y < 12; ++y)
    for (std::int64_t x = 4; x < 10; ++x)
      photo.at(x, y)[0] = 255;
  for (std::int64_t y = 6; y < 20; ++y)
    for (std::int64_t x = 18; x < 28; ++x)
      photo.at(x, y)[2] = 255;
  return photo;
}

const Labels kLabels(std::vector<Label>{{"", "ground"}, {"", "red"}, {"", "blue"}});

ExplainOptions options_of(const std::string& method, std::optional<ScoreRegion> region) {
  ExplainOptions options{
      .method = method, .method_options = {.samples = 8, .window = 0.2, .stride = 0.2}, .region = region};
  options.preprocessing = Preprocessing{.resize_short_side = 24, .scale = 1 / 255.0};
  options.method_options.layer = "r1";
  options.labels = kLabels;
  return options;
}

std::string error_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const ModelError& error) {
    return error.detail();
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// [3,12,16], of a program that knows nothing of regions.
Tensor dense_scores(const Model& model, const FramedPhoto& photo) {
  Session session(Program::compile(
      model, {.direction = Direction::Forward, .threads = 1, .head = ProgramOptions::Head::AsInFile}));
  std::copy(photo.inputs().data<float>().begin(), photo.inputs().data<float>().end(),
            session.input().data<float>().begin());
  session.forward();
  return session.output().clone();
}

/// The positions where class k is the best, as an expression of their scores' sum.
std::string own_sum(const Tensor& scores, std::int64_t k) {
  std::string text;
  const auto values = scores.data<float>();
  for (std::size_t i = 0; i < 192; ++i) {
    std::size_t best = 0;
    for (std::size_t other = 1; other < 3; ++other)
      if (values[other * 192 + i] > values[best * 192 + i])
        best = other;
    if (static_cast<std::int64_t>(best) == k)
      text += (text.empty() ? "" : " + ") + fmt::format("scores[0, {}, {}, {}]", k, i / 16, i % 16);
  }
  return text;
}

void expect_same_maps(const Explanation& a, const Explanation& b) {
  EXPECT_NEAR(a.target.score, b.target.score, 1e-4);
  ASSERT_EQ(a.relevance.shape(), b.relevance.shape());
  float largest = 0;
  for (const float value : b.relevance.data<float>())
    largest = std::max(largest, std::abs(value));
  ASSERT_GT(largest, 0);
  for (std::size_t i = 0; i < a.relevance.data<float>().size(); ++i)
    ASSERT_NEAR(a.relevance.data<float>()[i], b.relevance.data<float>()[i], 1e-3F * largest) << i;
}

Explanation by_target(const Model& model, const std::string& method, const std::string& target) {
  ExplainOptions options = options_of(method, {});
  options.labels = {};
  options.program.targets = {Target::parse(target)};
  return explainer_of(model, options)(two_colours());
}

/// The sums of a rectangle of the output, by the language of targets.
TEST(Region, of_the_photo_gives_the_maps_of_the_sum_by_every_method) {
  const Model model = built(small_segmenter());
  for (const std::string& method : method_names()) {
    if (needs_attention(find_method(method)))  // this network has none
      continue;
    SCOPED_TRACE(method);
    const Explanation by_region = explainer_of(model, options_of(method, ScoreRegion{Box{2, 4, 16, 14}, {}}))(
        two_colours(), {.target = 1});
    expect_same_maps(by_region, by_target(model, method, "scores[0, 1, 2:7, 1:8]"));
  }
}

/// The mask is that of the photo: pictures that a method makes of it do not change the mask.
TEST(Region, own_mask_gives_the_maps_of_the_sum_over_it) {
  const Model model = built(small_segmenter());
  for (const char* const method :
       {"gradient", "gradient-x-input", "smoothgrad", "integrated-gradients", "occlusion", "grad-cam"}) {
    SCOPED_TRACE(method);
    Explainer explain = explainer_of(model, options_of(method, ScoreRegion{}));
    const FramedPhoto photo = explain.frame(two_colours());
    const Tensor scores = dense_scores(model, photo);
    for (const std::int64_t k : {1, 2})
      expect_same_maps(explain(photo, {.target = k}), by_target(model, method, own_sum(scores, k)));
  }
}

TEST(Region, own_mask_of_one_of_two_objects_keeps_the_map_on_it) {
  Explainer explain = explainer_of(built(small_segmenter()), options_of("gradient", ScoreRegion{}));
  const FramedPhoto photo = explain.frame(two_colours());
  const Explanation red = explain(photo, {.target = 1});
  double on_red = 0, on_blue = 0;
  for (std::int64_t y = 0; y < 24; ++y)
    for (std::int64_t x = 0; x < 32; ++x)
      (x < 14 ? on_red : on_blue) += std::pow(red.map.data<float>()[static_cast<std::size_t>(y * 32 + x)], 2);
  EXPECT_GT(on_red, 2 * on_blue);
  EXPECT_EQ(red.label, "red");
}

TEST(Region, scores_and_shares_are_sums_over_masks) {
  for (const char* const activation : {"", "Softmax"}) {
    SCOPED_TRACE(activation);
    Explainer explain = explainer_of(built(small_segmenter(activation)), options_of("", ScoreRegion{}));
    const ClassScores scores = explain.frame(two_colours()).scores();
    EXPECT_TRUE(scores.probabilities.empty());
    // Red covers 3 x 4 positions, blue 5 x 7, of 12 x 16.
    EXPECT_NEAR(scores.shares[1], 12 / 192.0, 1e-9);
    EXPECT_NEAR(scores.shares[2], 35 / 192.0, 1e-9);
    EXPECT_NEAR(scores.scores[0], 0.25 * (192 - 47), 1e-4);
    // Of n red neighbours 2 (1 - 0.0125 n) - 0.1: 2 positions have 8 of them, 6 have 5, and 4 corners have 3.
    EXPECT_NEAR(scores.scores[1], 2 * 1.7 + 6 * 1.775 + 4 * 1.825, 1e-4);
    EXPECT_EQ(top_k(scores, 1).front().index, 2);
  }
}

/// Each class of a sigmoid has its own mask, where its score is above 0: red and blue where they were, and
/// the ground everywhere.
TEST(Region, independent_classes_have_masks_that_may_overlap) {
  Explainer explain = explainer_of(built(small_segmenter("Sigmoid")), options_of("", ScoreRegion{}));
  const ClassScores scores = explain.frame(two_colours()).scores();
  EXPECT_DOUBLE_EQ(scores.shares[0], 1);
  EXPECT_NEAR(scores.shares[1], 12 / 192.0, 1e-9);
  EXPECT_NEAR(scores.scores[0], 0.25 * 192, 1e-4);
}

TEST(Region, class_without_a_mask_is_refused_with_those_that_have_one) {
  Explainer explain = explainer_of(built(small_segmenter()), options_of("gradient", ScoreRegion{}));
  Image photo = two_colours();
  for (std::size_t i = 2; i < photo.pixels.size(); i += 3)
    photo.pixels[i] = 0;
  const FramedPhoto framed = explain.frame(photo);
  EXPECT_EQ(framed.scores().shares[2], 0);
  EXPECT_EQ(top_k(framed.scores(), 3).size(), 2U) << "blue is no guess";
  EXPECT_EQ(
      error_of([&] { explain(framed, {.target = 2}); }),
      "the class 'blue' has an empty mask: the network sees it nowhere in the photo; classes with a mask "
      "are ground (93.8 %), red (6.2 %)");
  Tensor input(DType::F32, {3, 24, 32});
  std::copy(framed.inputs().data<float>().begin(), framed.inputs().data<float>().end(),
            input.data<float>().begin());
  EXPECT_NE(error_of([&] { explain.attribute(input, {2}); }).find("has an empty mask"), std::string::npos);
  const Attribution red = explain.attribute(input, {1});
  const Explanation same = explain(framed, {.target = 1});
  for (std::size_t i = 0; i < red.relevance.data<float>().size(); ++i)
    ASSERT_FLOAT_EQ(red.relevance.data<float>()[i], same.relevance.data<float>()[i]);
}

TEST(Region, that_does_not_lie_in_the_photo_is_refused) {
  const Model model = built(small_segmenter());
  const auto error_with = [&](const ScoreRegion& region, Crops crops = Crops::Whole) {
    ExplainOptions options = options_of("gradient", region);
    options.crops = crops;
    return error_of([&] { explainer_of(model, options).frame(two_colours()); });
  };
  EXPECT_EQ(
      error_with({Box{0, 0, 33, 4}, {}}),
      "the region 0,0,33,4 is no part of the photo, which has 32x24 pixels: expected X0,Y0,X1,Y1 with 0 "
      "<= X0 < X1 <= 32 and 0 <= Y0 < Y1 <= 24");
  EXPECT_NE(error_with({Box{5, 5, 5, 9}, {}}).find("is no part of the photo"), std::string::npos);
  EXPECT_NE(error_with({{}, Mask::blank(10, 24, 1)}).find("10x24 pixels, but the photo 32x24"),
            std::string::npos);
  EXPECT_NE(error_with({{}, Mask::blank(32, 24)}).find("mask is empty"), std::string::npos);
  EXPECT_NE(error_with({Box{0, 0, 8, 8}, {}}, Crops::WholeAndMirror).find("goes with one view"),
            std::string::npos);
  Image wide = Image::blank(120, 24, 3, 0);
  ExplainOptions options = options_of("gradient", ScoreRegion{Box{0, 0, 8, 8}, {}});
  EXPECT_NE(error_of([&] {
              explainer_of(model, options).frame(wide);
            }).find("the network sees, x 44 to 76 and y 0 to 24: crops 'whole' shows it all"),
            std::string::npos);
}

TEST(Region, belongs_to_networks_that_segment) {
  EXPECT_NE(error_of([] {
              explainer_of(built(test::small_network(24, 20)), options_of("gradient", ScoreRegion{}));
            }).find("has no scores at several positions, [N,C,H,W], to be summed over a region"),
            std::string::npos);
  const std::string without =
      error_of([] { explainer_of(built(small_segmenter()), options_of("gradient", {})); });
  EXPECT_NE(without.find("the output 'scores' has shape 1x3x12x16: scores of 3 classes at each of 12x16 "
                         "positions, as of a network that segments pictures: --region own sums"),
            std::string::npos)
      << without;
  Explainer plain = explainer_of(built(test::small_network(24, 32)), {.method = ""});
  Explainer explain = explainer_of(built(small_segmenter()), options_of("gradient", ScoreRegion{}));
  const FramedPhoto framed = plain.frame(two_colours());
  EXPECT_THROW(explain(framed, {.target = 1}), InputError);
}

/// Half a position counts half: a photo of twice the size has boxes between the positions.
TEST(RegionWeights, are_the_covered_parts_of_positions) {
  const Framing framing = frame(Image::blank(16, 8, 3, 0), Preprocessing{}, {3, 4, 8}, Crops::Whole);
  const std::vector<float> weights = region_weights({Box{1, 0, 8, 6}, {}}, framing, 2, 4);
  EXPECT_EQ(weights, (std::vector<float>{0.75F, 1, 0, 0, 0.375F, 0.5F, 0, 0}));
  Mask mask = Mask::blank(16, 8);
  mask.at(15, 7) = 1;
  EXPECT_FLOAT_EQ(region_weights({{}, mask}, framing, 2, 4).back(), 1 / 16.0F);
  EXPECT_TRUE(region_weights({}, framing, 2, 4).empty());
}

TEST(ReadScoreRegion, takes_own_numbers_and_masks) {
  EXPECT_TRUE(read_score_region("own").is_own());
  EXPECT_EQ(*read_score_region("1,2,30,40").box, (Box{1, 2, 30, 40}));
  const test::TemporaryFolder folder;
  Mask mask = Mask::blank(4, 3);
  mask.at(2, 1) = 1;
  write_png(folder.file("mask.png"), to_image(mask));
  EXPECT_EQ(*read_score_region(folder.file("mask.png")).mask, mask);
  for (const char* const wrong : {"", "1,2,3", "1,2,3,4,5", "1,2,3,", "1, 2,3,4"})
    EXPECT_NE(error_of([&] { read_score_region(wrong); }).find("is not 'own', X0,Y0,X1,Y1"),
              std::string::npos)
        << wrong;
  EXPECT_THROW(read_score_region(folder.file("none.png")), InputError);
}

}  // namespace
}  // namespace fovea
