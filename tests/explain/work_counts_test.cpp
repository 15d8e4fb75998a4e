#include "fixtures.hpp"
#include "fovea/error.hpp"
#include "support/tensors.hpp"
#include "support/work_counter.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using test::counts_of;
using Counts = test::CountedWork;

class WorkCounted : public testing::Test {
protected:
  void SetUp() override { write_png(path, test::photo(60, 40)); }

  test::TemporaryFolder folder;
  std::string path = folder.file("photo.png");
  Model model = test::built(test::small_network(16, 16));
  Explainer maps =
      test::explainer_of(model, {.method = "gradient", .further_methods = {"guided", "grad-cam"}});
};

/// The backward passes of a class use up what the forward pass left; the same class again takes no pass.
TEST_F(WorkCounted, another_class_takes_one_more_pass_and_the_same_class_none) {
  const FramedPhoto photo = maps.frame(read_image(path));
  EXPECT_EQ(counts_of([&] { maps.all(photo, {.target = 1}); }), (Counts{0, 0, 0, 1}));
  EXPECT_EQ(counts_of([&] { maps(photo, {.target = 1}, 2); }), (Counts{0, 0, 0, 0}));
  EXPECT_EQ(counts_of([&] { maps.all(photo, {.target = 2}); }), (Counts{0, 0, 1, 1}));
}

/// A photo framed by one explainer is accepted by another.
TEST_F(WorkCounted, a_framed_photo_serves_other_explainers) {
  const FramedPhoto photo = maps.frame(read_image(path));
  Explainer relevance = test::explainer_of(model, {.method = "lrp"});
  EXPECT_EQ(counts_of([&] { relevance(photo); }), (Counts{0, 0, 1, 1}));
  Explainer ten = test::explainer_of(model, {.crops = Crops::Ten});
  EXPECT_EQ(test::message_of<InputError>([&] { ten(photo); }),
            "the photo was framed as '1', and is to be explained as '10'");
}

TEST_F(WorkCounted, photos_share_the_runs_that_a_batch_takes) {
  Explainer four = test::explainer_of(model, {.batch = 4});
  std::vector<Image> photos;
  for (const std::int64_t width : {30, 40, 50, 60, 70, 80})
    photos.push_back(test::photo(width, 45));
  std::vector<Explanation> together;
  EXPECT_EQ(counts_of([&] { together = four(photos); }), (Counts{0, 6, 2, 2}));
  ASSERT_EQ(together.size(), photos.size());
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const Explanation alone = test::explained(model, photos[i]);
    EXPECT_EQ(together[i].target.index, alone.target.index) << i;
    EXPECT_TRUE(test::near(together[i].relevance, alone.relevance, 1e-5)) << i;
  }
}

}  // namespace
}  // namespace fovea
