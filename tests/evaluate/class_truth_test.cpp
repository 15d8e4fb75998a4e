#include "evaluate/class_truth.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

using Photos = std::vector<std::string>;

ClassTruth read(const std::string& csv, const Photos& photos) {
  const TemporaryFolder folder;
  store(folder.file("truth.csv"), csv);
  return read_class_truth(folder.file("truth.csv"), photos);
}

std::string complaint(const std::string& csv, const Photos& photos) {
  return message_of<InputError>([&] { read(csv, photos); });
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(ClassTruth, ReadsNamesIdsAndIndices) {
  const ClassTruth truth =
      read("file,class,wnid,class_index\na.jpg,flamingo,,\nb.jpg,,n02007558,\nc.jpg,,,130\n",
           {"b.jpg", "a.jpg", "c.jpg"});
  ASSERT_EQ(truth.of_photo.size(), 3U);
  EXPECT_EQ(truth.missing(), 0U);
  EXPECT_EQ(truth.unused, 0U);
  EXPECT_EQ(truth.of_photo[0]->text(), "n02007558");
  EXPECT_EQ(truth.of_photo[1]->text(), "flamingo");
  EXPECT_EQ(truth.of_photo[2]->text(), "class 130");
  for (const auto& photo : truth.of_photo)
    EXPECT_EQ(photo->in(Labels::imagenet(), 1000), 130);
}

TEST(ClassTruth, IgnoresBoxes) {
  const ClassTruth truth =
      read("file,class_index,x0,y0,x1,y1\na.jpg,4,0,0,9,9\na.jpg,4,1,1,5,5\nb.jpg,8,0,0,1,1\n", {"a.jpg"});
  EXPECT_EQ(truth.of_photo[0]->index, 4);
  EXPECT_EQ(truth.unused, 1U);
}

TEST(ClassTruth, FindsPhotosByTheEndsOfTheirPaths) {
  const ClassTruth truth =
      read("file,class\none/a.jpg,x\ntwo/a.jpg,y\nb,z\n",
           {"/photos/two/a.jpg", "/photos/one/a.jpg", "/photos/one/b.png", "/photos/c.jpg"});
  EXPECT_EQ(truth.of_photo[0]->name, "y");
  EXPECT_EQ(truth.of_photo[1]->name, "x");
  EXPECT_EQ(truth.of_photo[2]->name, "z");
  EXPECT_FALSE(truth.of_photo[3]);
  EXPECT_EQ(truth.missing(), 1U);
}

TEST(ClassTruth, RefusesWhatIsAmbiguous) {
  const std::string two = complaint("file,class\na.jpg,x\n", {"/one/a.jpg", "/two/a.jpg"});
  EXPECT_TRUE(has(two, "'a.jpg' fits /one/a.jpg and /two/a.jpg")) << two;
  EXPECT_EQ(read("file,class\na.jpg,x\n", {"/one/a.jpg", "/one/a.jpg"}).missing(), 0U);  // one photo, twice
  EXPECT_TRUE(has(complaint("file,class\na.jpg,x\na.jpg,y\n", {"a.jpg"}), "line 3"));
}

TEST(ClassTruth, SaysWhatIsMissing) {
  EXPECT_TRUE(has(complaint("", {"a.jpg"}), "is empty"));
  EXPECT_TRUE(has(complaint("class\nx\n", {"a.jpg"}), "'file' is missing"));
  EXPECT_TRUE(has(complaint("file\na.jpg\n", {"a.jpg"}), "'class', 'wnid' or 'class_index'"));
  EXPECT_TRUE(has(complaint("file,class\na.jpg,\n", {"a.jpg"}), "line 2: the photo has no class"));
  EXPECT_TRUE(has(complaint("file,class\n", {"a.jpg"}), "names no photos"));
  const std::string none = complaint("file,class\nb.jpg,x\nc.jpg,x\n", {"/photos/a.jpg"});
  EXPECT_TRUE(has(none, "names 2 photos, none of which is among those given, e.g. a.jpg")) << none;
}

TEST(ClassTruth, TakesFoldersForClasses) {
  const ClassTruth truth = class_truth_of_folders({"/photos/n02007558/a.jpg", "/photos/Egyptian_cat/b.jpg"});
  EXPECT_EQ(truth.of_photo[0]->in(Labels::imagenet(), 1000), 130);
  EXPECT_EQ(truth.of_photo[1]->in(Labels::imagenet(), 1000), 285);
}

TEST(ClassTruth, SearchesByWhatTheLabelsHave) {
  const Labels plain(std::vector<Label>{{"", "cat"}, {"", "dog"}});
  EXPECT_EQ((TrueClass{"n02007558", 1, ""}.in(plain, 2)), 1);  // labels without ids
  EXPECT_EQ((TrueClass{"", {}, "Dog"}.in(plain, 2)), 1);
  EXPECT_THROW((TrueClass{"n02007558", {}, ""}.in(plain, 2)), InputError);
  EXPECT_THROW((TrueClass{"", 2, ""}.in(plain, 2)), InputError);
}

}  // namespace
}  // namespace fovea::test
