#include "base/work_counts.hpp"
#include "fixtures.hpp"
#include "fovea/error.hpp"
#include "fovea/localize.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

struct Counts {
  std::uint64_t decoded, framed, forward, backward;
  bool operator==(const Counts&) const = default;
};

void PrintTo(const Counts& counts, std::ostream* out) {
  *out << counts.decoded << " decoded, " << counts.framed << " framed, " << counts.forward << " forward, "
       << counts.backward << " backward";
}

/// What work takes.
template <class Work>
Counts counts_of(const Work& work) {
  const auto now = [] {
    const WorkCounts& all = work_counts();
    return Counts{all.decoded_pictures, all.framed_photos, all.forward_passes, all.backward_passes};
  };
  const Counts before = now();
  work();
  const Counts after = now();
  return {after.decoded - before.decoded, after.framed - before.framed, after.forward - before.forward,
          after.backward - before.backward};
}

class WorkCounted : public testing::Test {
protected:
  void SetUp() override { write_png(path, test::photo(60, 40)); }

  test::TemporaryFolder folder;
  std::string path = folder.file("photo.png");
  Model model = test::built(test::small_network(16, 16));
  Explainer maps =
      test::explainer_of(model, {.method = "gradient", .further_methods = {"guided", "grad-cam"}});
  Explainer objects = test::explainer_of(model, object_explain_options());
};

/// What a report shows of a photo: maps by three methods of the centre, and the object in the whole photo.
TEST_F(WorkCounted, a_photo_is_decoded_once_and_each_framing_runs_forward_once) {
  const Counts counts = counts_of([&] {
    const FramedPhoto photo = maps.frame(read_image(path));
    const std::vector<Explanation> all = maps.all(photo);
    ASSERT_EQ(all.size(), 3U);
    localize(objects, objects.frame(photo.photo()), {.target = all.front().target.index});
  });
  EXPECT_EQ(counts, (Counts{1, 2, 2, 2}));
}

/// The backward passes of a class use up what the forward pass left; the same class again takes no pass.
TEST_F(WorkCounted, another_class_takes_one_more_pass_and_the_same_class_none) {
  const FramedPhoto photo = maps.frame(read_image(path));
  EXPECT_EQ(counts_of([&] { maps.all(photo, {.target = 1}); }), (Counts{0, 0, 0, 1}));
  EXPECT_EQ(counts_of([&] { maps(photo, {.target = 1}, 2); }), (Counts{0, 0, 0, 0}));
  EXPECT_EQ(counts_of([&] { maps.all(photo, {.target = 2}); }), (Counts{0, 0, 1, 1}));
}

/// What one explainer has framed, another one takes.
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
