#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

class Files : public ::testing::Test {
protected:
  void SetUp() override {
    fs::create_directories(folder_.file("inner/deeper"));
    fs::create_directory(folder_.file("folder.png"));
    for (const char* name : {"b.JPG", "a.png", "notes.txt", "inner/c.webp", "inner/deeper/d.tif"})
      store(folder_.file(name), "x");
  }
  TemporaryFolder folder_;
};

TEST_F(Files, a_folder_stands_for_the_pictures_in_it_sorted_by_name) {
  const std::vector<std::string> expected = {"given.xyz", folder_.file("a.png"), folder_.file("b.JPG")};
  EXPECT_EQ(expand_folders({"given.xyz", folder_.path()}), expected);
}

TEST_F(Files, a_folder_without_pictures_stays_in_the_list) {
  fs::create_directory(folder_.file("empty"));
  EXPECT_EQ(expand_folders({folder_.file("empty")}), std::vector{folder_.file("empty")});
}

TEST_F(Files, other_files_are_those_without_the_extension_of_a_picture) {
  EXPECT_EQ(other_files({folder_.path(), "no such folder"}), std::vector{folder_.file("notes.txt")});
}

TEST_F(Files, pictures_below_include_those_of_subfolders) {
  const std::vector<std::string> expected = {folder_.file("a.png"), folder_.file("b.JPG"),
                                             folder_.file("inner/c.webp"),
                                             folder_.file("inner/deeper/d.tif")};
  EXPECT_EQ(pictures_below(folder_.path()), expected);
}

TEST_F(Files, pictures_below_refuses_what_is_no_folder_or_holds_none) {
  EXPECT_EQ(message_of<InputError>([&] { pictures_below(folder_.file("a.png")); }),
            folder_.file("a.png") + ": is not a folder of pictures");
  EXPECT_EQ(message_of<InputError>([&] { pictures_below(folder_.file("folder.png")); }),
            folder_.file("folder.png") + ": holds no pictures");
}

TEST(ResultPaths, equal_stems_are_distinguished_by_a_number) {
  EXPECT_EQ(result_paths("out", {"one/my cat.jpg", "two/my cat.png", "my cat-2.png", "dog.tar.gz"}),
            (std::vector<std::string>{"out/my cat", "out/my cat-2", "out/my cat-2-2", "out/dog.tar"}));
  EXPECT_TRUE(result_paths("out", {}).empty());
}

}  // namespace
}  // namespace fovea::test
