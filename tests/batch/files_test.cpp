#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sys/types.h>
#include <unistd.h>

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
            folder_.file("folder.png") + ": is an empty folder");
}

TEST_F(Files, a_folder_without_pictures_says_what_it_holds_instead) {
  EXPECT_EQ(why_no_pictures(folder_.path()), "");
  EXPECT_EQ(why_no_pictures(folder_.file("a.png")), "");
  EXPECT_EQ(why_no_pictures("no such folder"), "");
  EXPECT_EQ(why_no_pictures(folder_.file("folder.png")), "is an empty folder");
  fs::create_directories(folder_.file("above/of/nothing"));
  EXPECT_EQ(why_no_pictures(folder_.file("above")),
            "is a folder that holds no pictures, and neither do its subfolders");
  store(folder_.file("above/net.onnx"), "x");
  store(folder_.file("above/labels.txt"), "x");
  EXPECT_EQ(why_no_pictures(folder_.file("above")).substr(0, 78),
            "is a folder that holds no pictures, but 2 other files such as 'labels.txt': pi");
  store(folder_.file("above/of/a.jpg"), "x");
  EXPECT_EQ(why_no_pictures(folder_.file("above")), "is a folder without pictures of its own, but its "
                                                    "subfolders hold 1: name one of them, or take them all "
                                                    "with --recursive");
}

TEST_F(Files, a_folder_of_archives_says_how_they_are_taken) {
  fs::create_directory(folder_.file("tars"));
  for (const char* name : {"tars/a.tar", "tars/b.TAR.GZ", "tars/list.txt"})
    store(folder_.file(name), "x");
  const std::string why = why_no_pictures(folder_.file("tars"));
  EXPECT_NE(why.find("2 archives such as 'a.tar'"), std::string::npos) << why;
}

TEST_F(Files, a_folder_that_cannot_be_read_is_not_passed_over) {
  fs::permissions(folder_.file("inner/deeper"), fs::perms::none);
  fs::permissions(folder_.path(), fs::perms::all);
  const uid_t user = ::geteuid();
  if (user == 0) {  // who may read everything
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const std::vector<std::string> pictures = pictures_below(folder_.path());
  const std::string why = why_no_pictures(folder_.file("inner/deeper"));
  if (user == 0) {
    ASSERT_EQ(::seteuid(user), 0);
  }
  fs::permissions(folder_.file("inner/deeper"), fs::perms::owner_all);
  EXPECT_EQ(std::count(pictures.begin(), pictures.end(), folder_.file("inner/deeper")), 1);
  EXPECT_EQ(why, "is a folder that cannot be read: Permission denied");
}

TEST_F(Files, links_to_folders_are_followed_once) {
  fs::create_directories(folder_.file("tree/below"));
  store(folder_.file("tree/a.png"), "x");
  store(folder_.file("tree/below/b.png"), "x");
  fs::create_directory_symlink(folder_.file("tree"), folder_.file("tree/below/again"));
  fs::create_directory_symlink(folder_.file("tree/below"), folder_.file("tree/a-link"));
  const std::vector<std::string> both = {folder_.file("tree/a.png"), folder_.file("tree/below/b.png")};
  EXPECT_EQ(expand_folders({folder_.file("tree")}, Subfolders::Included), both);
  EXPECT_EQ(pictures_below(folder_.file("tree")), both);
  fs::create_directories(folder_.file("other/deep"));
  store(folder_.file("other/deep/c.png"), "x");
  fs::create_directory_symlink(folder_.file("other"), folder_.file("tree/there"));
  EXPECT_EQ(pictures_below(folder_.file("tree")).size(), 3U) << "a link out of the tree is followed";
}

TEST_F(Files, a_batch_fails_on_such_a_folder_and_goes_on) {
  const std::vector<std::string> paths = {folder_.file("folder.png"), folder_.file("a.png")};
  std::vector<std::string> messages;
  std::vector<std::size_t> done;
  FileBatchOptions options;
  options.failed = [&](std::size_t, const std::string& message) { messages.push_back(message); };
  const auto make_worker = [&]() -> FileWorker {
    return [&](std::size_t i) -> DeliverResult { return [&, i] { done.push_back(i); }; };
  };
  EXPECT_EQ(for_each_file(paths, make_worker, options), 1U);
  EXPECT_EQ(messages, std::vector{folder_.file("folder.png") + ": is an empty folder"});
  EXPECT_EQ(done, std::vector<std::size_t>{1});
}

TEST(EvenlyChosen, takes_some_of_many_in_order) {
  const std::vector<std::string> five = {"a", "b", "c", "d", "e"};
  EXPECT_EQ(evenly_chosen(five, 2), (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(evenly_chosen(five, 5), five);
  EXPECT_EQ(evenly_chosen(five, 9), five);
  EXPECT_TRUE(evenly_chosen({}, 3).empty());
  EXPECT_TRUE(evenly_chosen(five, 0).empty());
}

TEST(PictureNames, end_as_pictures_do) {
  EXPECT_TRUE(has_picture_name("a/b.JPeG"));
  EXPECT_FALSE(has_picture_name("a.png/b"));
  EXPECT_FALSE(has_picture_name("png"));
}

TEST(ResultPaths, equal_stems_are_distinguished_by_a_number) {
  EXPECT_EQ(result_paths("out", {"one/my cat.jpg", "two/my cat.png", "my cat-2.png", "dog.tar.gz"}),
            (std::vector<std::string>{"out/my cat", "out/my cat-2", "out/my cat-2-2", "out/dog.tar"}));
  EXPECT_TRUE(result_paths("out", {}).empty());
}

TEST(ResultPaths, leave_room_for_what_is_written_behind_long_names) {
  const std::string stem(250, 'n');
  const std::vector<std::string> paths = result_paths("out", {stem + "a.jpg", stem + "b.jpg"});
  EXPECT_NE(paths[0], paths[1]);
  for (const std::string& path : paths)
    EXPECT_LT(path.size(), 200U);
}

}  // namespace
}  // namespace fovea::test
