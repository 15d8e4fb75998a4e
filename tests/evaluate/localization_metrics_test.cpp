#include "fovea/error.hpp"
#include "fovea/evaluate_localization.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace fovea {
namespace {

ClassGuess guess(std::int64_t class_index, const Box& box) {
  return {class_index, 0.1, box};
}

/// A picture of 100 x 100 of class 3 with two true boxes.
ImageResult example(std::vector<ClassGuess> guesses, const Box& known) {
  ImageResult image;
  image.name = "a.jpg";
  image.class_index = 3;
  image.width = image.height = 100;
  image.truth = {{0, 0, 20, 20}, {40, 40, 80, 80}};
  image.guesses = std::move(guesses);
  image.known_box = known;
  return image;
}

TEST(RealOverlap, ByHand) {
  EXPECT_DOUBLE_EQ(intersection_over_union(RealBox{0, 0, 2, 2}, RealBox{1, 1, 3, 3}), 1.0 / 7);
  EXPECT_DOUBLE_EQ(intersection_over_union(RealBox{0, 0, 2, 2}, RealBox{0, 0, 2, 2}), 1);
  EXPECT_DOUBLE_EQ(intersection_over_union(RealBox{0, 0, 2, 2}, RealBox{2, 0, 3, 2}), 0);
  EXPECT_DOUBLE_EQ(intersection_over_union(RealBox{0, 0, 0, 0}, RealBox{0, 0, 0, 0}), 0);
  EXPECT_DOUBLE_EQ(intersection_over_union(RealBox{3, 3, 1, 1}, RealBox{0, 0, 4, 4}), 0);
  const std::vector<RealBox> truth = {{0, 0, 1, 1}, {0, 0, 2, 2}};
  EXPECT_DOUBLE_EQ(best_overlap({0, 0, 2, 1.5}, truth), 0.75);
  EXPECT_DOUBLE_EQ(best_overlap({0, 0, 2, 2}, {}), 0);
}

TEST(Verdicts, AGuessNeedsTheClassAndABoxOfIt) {
  const Box right = {40, 40, 80, 60}, wrong = {40, 40, 80, 59};  // IoU 0.5, and just below
  const ImageResult image = example({guess(1, right), guess(3, wrong), guess(2, right)}, right);
  EXPECT_FALSE(is_classified(image, 1));
  EXPECT_TRUE(is_classified(image, 2));
  EXPECT_TRUE(is_classified(image, 5));
  EXPECT_FALSE(is_localized(image, 5));
  EXPECT_DOUBLE_EQ(known_class_overlap(image), 0.5);
  EXPECT_TRUE(is_localized(example({guess(3, right)}, right), 1));
  EXPECT_TRUE(is_localized(example({guess(1, wrong), guess(3, {0, 0, 20, 20})}, right), 5));
  EXPECT_FALSE(is_localized(example({guess(1, wrong), guess(3, {0, 0, 20, 20})}, right), 1));
  EXPECT_FALSE(is_localized(example({{3, 0.5, std::nullopt}}, right), 5));
  EXPECT_FALSE(is_localized(example({guess(3, {})}, right), 5));
  EXPECT_FALSE(is_classified(example({}, right), 5));
}

TEST(Verdicts, BoxesInSharesOfThePicture) {
  const ImageResult image = example({guess(1, {}), guess(3, {})}, {});
  const RealBox quarter = {0.4, 0.4, 0.8, 0.8};
  EXPECT_DOUBLE_EQ(known_class_overlap(image, quarter), 1);
  EXPECT_FALSE(is_localized_by(image, 1, quarter));
  EXPECT_TRUE(is_localized_by(image, 2, quarter));
  EXPECT_FALSE(is_localized_by(image, 2, {0, 0, 1, 1}));
  EXPECT_DOUBLE_EQ(known_class_overlap(image, {0, 0, 1, 1}), 0.16);
}

TEST(Verdicts, AFailedImageMissesEverything) {
  ImageResult image = example({guess(3, {40, 40, 80, 80})}, {40, 40, 80, 80});
  image.error = "broken";
  EXPECT_FALSE(is_classified(image, 5));
  EXPECT_FALSE(is_localized(image, 5));
  EXPECT_FALSE(is_localized_by(image, 5, {0.4, 0.4, 0.8, 0.8}));
  EXPECT_EQ(known_class_overlap(image), 0);
  EXPECT_EQ(known_class_overlap(image, {0.4, 0.4, 0.8, 0.8}), 0);
}

TEST(Rates, WilsonsIntervalAsPublished) {
  // Newcombe (1998), table I, the score method without continuity correction: 81/263, 15/148, 0/20, 1/29.
  EXPECT_NEAR((Rate{81, 263}.low()), 0.2553, 5e-5);
  EXPECT_NEAR((Rate{81, 263}.high()), 0.3662, 5e-5);
  EXPECT_NEAR((Rate{15, 148}.low()), 0.0624, 5e-5);
  EXPECT_NEAR((Rate{15, 148}.high()), 0.1605, 5e-5);
  EXPECT_EQ((Rate{0, 20}.low()), 0);
  EXPECT_NEAR((Rate{0, 20}.high()), 0.1611, 5e-5);
  EXPECT_NEAR((Rate{1, 29}.low()), 0.0061, 5e-5);
  EXPECT_NEAR((Rate{1, 29}.high()), 0.1718, 5e-5);
  EXPECT_EQ((Rate{20, 20}.high()), 1);
  EXPECT_EQ((Rate{0, 0}.share()), 0);
  EXPECT_EQ((Rate{0, 0}.low()), 0);
  EXPECT_EQ((Rate{0, 0}.high()), 0);
}

TEST(Summary, ByHand) {
  std::vector<ImageResult> images = {
      example({guess(3, {40, 40, 80, 80})}, {40, 40, 80, 80}),                // right at once
      example({guess(1, {}), guess(3, {40, 40, 80, 60})}, {40, 40, 80, 60}),  // second guess, IoU 0.5
      example({guess(1, {0, 0, 20, 20}), guess(2, {})}, {0, 0, 20, 7}),       // wrong class; IoU 0.35
      example({}, {})};
  images[3].error = "cannot be read";
  images[0].note = "the true boxes are turned upright";  // which is not that there was no box
  images[0].clipped = 2;
  images[1].seconds = {1, 2, 3, 4};
  images[2].seconds = {10, 20, 30, 40};
  const LocalizationSummary summary = summarize(images);
  EXPECT_EQ(summary.images, 4);
  EXPECT_EQ(summary.classification_top1_error.count, 3);
  EXPECT_EQ(summary.classification_top5_error.count, 2);
  EXPECT_EQ(summary.found.top1_error.count, 3);
  EXPECT_EQ(summary.found.top5_error.count, 2);
  EXPECT_EQ(summary.found.known_class[0].count, 3);
  EXPECT_EQ(summary.found.known_class[1].count, 2);
  EXPECT_EQ(summary.found.known_class[2].count, 1);
  EXPECT_EQ(summary.found.known_class[2].of, 4);
  EXPECT_DOUBLE_EQ(summary.found.known_class_mean(), (0.75 + 0.5 + 0.25) / 3);
  EXPECT_EQ(summary.whole_image.top5_error.count, 4);
  EXPECT_EQ(summary.whole_image.known_class[0].count, 0);
  EXPECT_EQ(summary.without_box, 2);
  EXPECT_EQ(summary.clipped_boxes, 2);
  ASSERT_EQ(summary.failures.size(), 1U);
  EXPECT_EQ(summary.failures[0], std::pair(std::string("a.jpg"), std::string("cannot be read")));
  EXPECT_EQ(summary.seconds.read, 11);
  EXPECT_EQ(summary.seconds.segment, 44);
}

TEST(Summary, TheCentredBoxIsTheBestOfItsGrid) {
  ImageResult image = example({guess(3, {})}, {});
  image.width = 200;
  image.truth = {{50, 20, 150, 80}};  // half as wide, 0.6 as high, centred
  const LocalizationSummary summary = summarize(std::vector<ImageResult>(3, image));
  EXPECT_EQ(summary.centred_box.known_class[1].count, 3);
  EXPECT_EQ(summary.centred_box.top1_error.count, 0);
  // The narrowest of all that reach 0.5, then the lowest: 0.40 wide; 0.40 * h / (0.3) >= 0.5.
  EXPECT_DOUBLE_EQ(summary.centred_width, 0.40);
  EXPECT_DOUBLE_EQ(summary.centred_height, 0.40);
}

TEST(Summary, OfNothingHasNoNaN) {
  const LocalizationSummary summary = summarize(std::vector<ImageResult>{});
  EXPECT_EQ(summary.images, 0);
  EXPECT_EQ(summary.found.known_class_mean(), 0);
  EXPECT_EQ(summary.found.top5_error.share(), 0);
}

/// The protocol once more, by counting unit squares and with every guess spelt out.
struct Slow {
  static double overlap(const Box& a, const RealBox& b) {
    int both = 0, either = 0;
    for (int y = 0; y < 12; ++y)
      for (int x = 0; x < 12; ++x) {
        const bool in_a = x >= a.x0 && x < a.x1 && y >= a.y0 && y < a.y1;
        const bool in_b = x >= b.x0 && x < b.x1 && y >= b.y0 && y < b.y1;
        both += in_a && in_b ? 1 : 0;
        either += in_a || in_b ? 1 : 0;
      }
    return either == 0 ? 0 : static_cast<double>(both) / either;
  }
  /// min over guesses of min over true boxes of max(wrong class, wrong box).
  static int error(const ImageResult& image, std::size_t guesses) {
    int least = 1;
    for (std::size_t i = 0; i < std::min(guesses, image.guesses.size()); ++i)
      for (const RealBox& box : image.truth) {
        const int wrong_class = image.guesses[i].class_index == image.class_index ? 0 : 1;
        const int wrong_box = overlap(*image.guesses[i].box, box) >= 0.5 ? 0 : 1;
        least = std::min(least, std::max(wrong_class, wrong_box));
      }
    return image.failed() ? 1 : least;
  }
};

TEST(Summary, AgreesWithASlowOne) {
  std::minstd_rand random(9);
  const auto side = [&] { return static_cast<std::int64_t>(random() % 12); };
  const auto box = [&]() -> Box {
    const std::int64_t x = side(), y = side();
    return {x, y, std::min<std::int64_t>(x + 1 + side(), 12), std::min<std::int64_t>(y + 1 + side(), 12)};
  };
  std::vector<ImageResult> images;
  for (int i = 0; i < 400; ++i) {
    ImageResult image;
    image.width = image.height = 12;
    image.class_index = static_cast<std::int64_t>(random() % 4);
    for (std::size_t k = 0; k < 1 + random() % 3; ++k)
      image.truth.push_back(to_real(box()));
    for (std::int64_t k = 0; k < 5; ++k)
      image.guesses.push_back(guess((k + static_cast<std::int64_t>(random() % 2)) % 6, box()));
    image.known_box = box();
    image.error = random() % 20 == 0 ? "broken" : "";
    images.push_back(std::move(image));
  }
  std::int64_t top1 = 0, top5 = 0, known = 0, whole = 0;
  for (const ImageResult& image : images) {
    top1 += Slow::error(image, 1);
    top5 += Slow::error(image, 5);
    double best = 0, best_whole = 0;
    for (const RealBox& truth : image.truth) {
      best = std::max(best, Slow::overlap(*image.known_box, truth));
      best_whole = std::max(best_whole, Slow::overlap({0, 0, 12, 12}, truth));
    }
    known += !image.failed() && best >= 0.5 ? 1 : 0;
    whole += !image.failed() && best_whole >= 0.5 ? 1 : 0;
  }
  const LocalizationSummary summary = summarize(images);
  EXPECT_EQ(summary.found.top1_error.count, top1);
  EXPECT_EQ(summary.found.top5_error.count, top5);
  EXPECT_EQ(summary.found.known_class[1].count, known);
  EXPECT_EQ(summary.whole_image.known_class[1].count, whole);
  EXPECT_GE(summary.centred_box.known_class[1].count, whole);
  EXPECT_GT(top1, top5);
  EXPECT_GT(known, 0);
}

void expect_same(const ImageResult& a, const ImageResult& b) {
  EXPECT_EQ(a.index, b.index);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.wordnet_id, b.wordnet_id);
  EXPECT_EQ(a.class_index, b.class_index);
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.height, b.height);
  EXPECT_EQ(a.truth, b.truth);
  EXPECT_EQ(a.clipped, b.clipped);
  ASSERT_EQ(a.guesses.size(), b.guesses.size());
  for (std::size_t i = 0; i < a.guesses.size(); ++i) {
    EXPECT_EQ(a.guesses[i].class_index, b.guesses[i].class_index);
    EXPECT_EQ(a.guesses[i].box, b.guesses[i].box);
  }
  EXPECT_EQ(a.known_box, b.known_box);
  EXPECT_EQ(a.error, b.error);
  EXPECT_EQ(a.note, b.note);
}

TEST(ResultRow, IsReadBackAsItWas) {
  ImageResult image = example({guess(3, {1, 2, 30, 40}), guess(2, {}), {7, 1e-9, std::nullopt}}, {});
  image.index = 12;
  image.name = "odd, \"name\".jpg";
  image.wordnet_id = "n00000007";
  image.truth = {{0.1, 1.0 / 3, 21.95, 1e-7}};
  image.clipped = 1;
  image.note = "class 2: a map, without contrast";
  image.seconds = {0.25, 0.5, 1, 2};
  const std::string line = to_csv(image);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const ImageResult back = result_from_csv(line);
  expect_same(image, back);
  EXPECT_EQ(back.seconds.segment, 2);
  EXPECT_EQ(to_csv(back), line);

  ImageResult failed;
  failed.name = "b";
  failed.error = "two\nlines, \"quoted\"";
  const ImageResult read = result_from_csv(to_csv(failed));
  EXPECT_EQ(read.error, "two lines, \"quoted\"");
  EXPECT_TRUE(read.failed());
  EXPECT_FALSE(read.known_box);
  EXPECT_EQ(read.class_index, -1);
}

TEST(ResultRow, TornAndForeignLinesAreErrors) {
  const std::string line = to_csv(example({guess(3, {1, 2, 30, 40})}, {1, 2, 3, 4}));
  const std::size_t last_field = line.rfind(',');
  for (std::size_t length = 0; length <= last_field; ++length)
    EXPECT_THROW(result_from_csv(line.substr(0, length)), InputError) << line.substr(0, length);
  EXPECT_THROW(result_from_csv(result_csv_header()), InputError);
  EXPECT_THROW(result_from_csv(std::string(line.size(), '\0')), InputError);
  std::string wrong = line;
  wrong.replace(wrong.find("1 2 30 40"), 9, "1 2 30 4x");
  EXPECT_THROW(result_from_csv(wrong), InputError);
}

}  // namespace
}  // namespace fovea
