#include "evaluate/missing_files.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

class MissingFileTests : public testing::Test {
protected:
  void SetUp() override {
    for (const char* name : {"a.jpg", "b.jpg", "c.jpg", "d.jpg"})
      truth.emplace_back().name = name;
    store(folder.file("b.jpg"), "");
    store(folder.file("d.jpg"), "");
  }
  TemporaryFolder folder;
  std::vector<AnnotatedImage> truth;
};

TEST_F(MissingFileTests, are_counted_among_the_places_that_matter) {
  const MissingFiles all = missing_pictures(truth, std::vector<std::int64_t>{0, 1, 2, 3}, folder.path());
  EXPECT_EQ(all.count(), "2 of 4");
  EXPECT_EQ(all.first, "a.jpg");
  EXPECT_TRUE(all.is_any());
  EXPECT_FALSE(all.is_all());
  EXPECT_FALSE(missing_pictures(truth, std::vector<std::int64_t>{1, 3}, folder.path()).is_any());
  EXPECT_EQ(missing_pictures(truth, std::vector<std::int64_t>{2}, folder.path()).count(), "all 1");
}

TEST_F(MissingFileTests, are_left_out_of_the_truth) {
  const MissingFiles missing = leave_out_missing(truth, folder.path());
  EXPECT_EQ(missing.count(), "2 of 4");
  ASSERT_EQ(truth.size(), 2U);
  EXPECT_EQ(truth[0].name, "b.jpg");
  EXPECT_EQ(truth[1].name, "d.jpg");
}

TEST_F(MissingFileTests, are_one_error_with_a_count) {
  EXPECT_NO_THROW(check_no_picture_is_missing({}, "boxes.csv", "photos"));
  EXPECT_EQ(
      message_of<InputError>([] {
        check_no_picture_is_missing({2, 4, "a.jpg"}, "boxes.csv", "photos");
      }),
      "photos: 2 of 4 pictures that boxes.csv names are missing here, such as 'a.jpg': add them, or evaluate "
      "the others alone with --skip-missing");
  EXPECT_EQ(
      message_of<InputError>([] {
        check_no_picture_is_missing({4, 4, "a.jpg"}, "boxes.csv", "photos");
      }),
      "photos: all 4 pictures that boxes.csv names are missing here, such as 'a.jpg': name the folder that "
      "holds them");
}

TEST_F(MissingFileTests, of_masks_are_pictures_without_truth) {
  const std::vector<std::string> pictures = {"photos/a.jpg", "photos/b.jpg"};
  EXPECT_FALSE(pictures_without_truth({}, pictures).is_any());
  store(folder.file("b.png"), "");
  const ObjectTruths masks = ObjectTruths::of_masks(folder.path());
  const MissingFiles missing = pictures_without_truth(masks, pictures);
  EXPECT_EQ(missing.count(), "1 of 2");
  EXPECT_EQ(missing.first, "photos/a.jpg");
  EXPECT_NO_THROW(check_truth_fits(missing, "masks"));
  const std::vector<std::string> others = {"photos/a.jpg"};
  EXPECT_EQ(message_of<InputError>([&] { check_truth_fits(pictures_without_truth(masks, others), "masks"); }),
            "masks: knows none of the 1 pictures, such as 'photos/a.jpg': names must be those of the "
            "pictures' files");
}

}  // namespace
}  // namespace fovea::test
