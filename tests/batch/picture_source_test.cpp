#include "batch/picture_source.hpp"

#include "batch/tar.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <utility>

namespace fovea::test {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

std::string archive_of(const Members& members) {
  std::string bytes = tar_beginning();
  for (const auto& [name, content] : members)
    bytes += tar_member(name, content);
  return bytes + tar_end();
}

std::vector<Picture> pictures_of(const PictureInputs& inputs, const Shard& shard = {},
                                 std::optional<PicturePlace> after = {}) {
  PictureSource source(inputs, shard, after);
  std::vector<Picture> pictures;
  while (auto picture = source.next())
    pictures.push_back(std::move(*picture));
  return pictures;
}

std::vector<std::string> contents_of(const std::vector<Picture>& pictures) {
  std::vector<std::string> contents;
  for (const Picture& picture : pictures)
    contents.push_back(picture.bytes.value_or(picture.problem));
  return contents;
}

class Archives : public testing::Test {
protected:
  std::string make(const std::string& name, const Members& members) const {
    store(folder.file(name), archive_of(members));
    return folder.file(name);
  }
  TemporaryFolder folder;
};

TEST_F(Archives, give_their_pictures_with_names_bytes_and_classes) {
  const std::string path = make("p.tar", {{"./x/0001.cls", "7\n"},
                                          {"./x/0001.jpg", "first"},
                                          {"x/0002.jpg", "second"},
                                          {"x/0002.json", R"({"label": 3, "other": "x"})"},
                                          {"x/notes.txt", "none"},
                                          {"x/0003.png", ""},
                                          {"x/0003.cls", "none"}});
  const std::vector<Picture> pictures = pictures_of(PictureInputs({path}));
  ASSERT_EQ(pictures.size(), 3U);
  EXPECT_EQ(pictures[0].name, path + "/x/0001.jpg");
  EXPECT_EQ(pictures[0].result_name, "x/0001");
  EXPECT_EQ(pictures[0].bytes, "first");
  EXPECT_EQ(pictures[0].truth, 7);
  EXPECT_EQ(pictures[1].truth, 3);
  EXPECT_EQ(pictures[1].place, (PicturePlace{0, 1}));
  EXPECT_EQ(pictures[2].bytes, "");
  EXPECT_EQ(pictures[2].truth, std::nullopt);
}

TEST_F(Archives, tell_of_files_of_classes_that_cannot_be_read) {
  const std::string path = make("p.tar", {{"0.jpg", "x"},
                                          {"0.cls", "dog"},
                                          {"1.jpg", "x"},
                                          {"1.cls", ""},
                                          {"2.jpg", "x"},
                                          {"2.json", "{\"label\": \"dog\"}"},
                                          {"3.jpg", "x"},
                                          {"3.json", "{not JSON"},
                                          {"4.jpg", "x"},
                                          {"4.json", "[1]"},
                                          {"5.jpg", "x"},
                                          {"5.cls", std::string((1 << 20) + 1, '5')},
                                          {"6.jpg", "x"},
                                          {"6.json", "{\"caption\": \"of no class\"}"},
                                          {"7.jpg", "x"},
                                          {"7.cls", "dog"},
                                          {"7.json", "{\"label\": 7}"},
                                          {"8.jpg", "x"}});
  const std::vector<Picture> pictures = pictures_of(PictureInputs({path}));
  ASSERT_EQ(pictures.size(), 9U);
  for (std::size_t i = 0; i < pictures.size(); ++i)
    EXPECT_EQ(pictures[i].has_unreadable_truth, i < 6) << i;
  EXPECT_EQ(pictures[7].truth, 7);
}

TEST_F(Archives, put_the_results_of_several_into_folders_of_their_own) {
  const PictureInputs inputs({make("a.tar", {{"x.jpg", "1"}}), make("b.tar", {{"x.jpg", "2"}})});
  const std::vector<Picture> pictures = pictures_of(inputs);
  ASSERT_EQ(pictures.size(), 2U);
  EXPECT_EQ(pictures[0].result_name, "a/x");
  EXPECT_EQ(pictures[1].result_name, "b/x");
}

TEST_F(Archives, let_no_member_name_its_results_outside_of_the_output) {
  const std::string path =
      make("p.tar", {{"/etc/x.jpg", "1"}, {"../../y.jpg", "2"}, {"..jpg", "3"}, {"a//b/./z.jpg", "4"}});
  std::vector<std::string> names;
  for (const Picture& picture : pictures_of(PictureInputs({path})))
    names.push_back(picture.result_name);
  EXPECT_EQ(names, (std::vector<std::string>{"etc/x", "y", "picture", "a/b/z"}));
}

TEST_F(Archives, tell_pictures_apart_that_differ_in_their_ending_alone) {
  const std::string path =
      make("p.tar", {{"x.jpg", "1"}, {"x.png", "2"}, {"x.left.jpg", "3"}, {"x.cls", "5"}});
  const std::vector<Picture> pictures = pictures_of(PictureInputs({path}));
  ASSERT_EQ(pictures.size(), 3U);
  EXPECT_EQ(pictures[0].result_name, "x");
  EXPECT_EQ(pictures[1].result_name, "x-2");
  EXPECT_EQ(pictures[2].result_name, "x.left");
  for (const Picture& picture : pictures)
    EXPECT_EQ(picture.truth, 5) << picture.name;
}

TEST_F(Archives, give_no_two_pictures_one_name_wherever_they_are_and_whatever_the_shard) {
  const std::string path = make("p.tar", {{"p/1.jpg", "1"},
                                          {"x.jpg", "2"},
                                          {"p/2.jpg", "3"},
                                          {"x.jpeg", "4"},
                                          {"x-2.jpg", "5"},
                                          {"p/1.png", "6"},
                                          {"./p/1.png", "7"},
                                          {"p/../p/2.jpg", "8"},
                                          {"x.jpg", "9"}});
  const PictureInputs inputs({path});
  const std::vector<std::string> expected = {"p/1",   "x",     "p/2",   "x-2", "x-2-2",
                                             "p/1-2", "p/1-3", "p/p/2", "x-3"};
  const std::vector<Picture> whole = pictures_of(inputs);
  ASSERT_EQ(whole.size(), expected.size());
  for (std::size_t i = 0; i < whole.size(); ++i)
    EXPECT_EQ(whole[i].result_name, expected[i]);
  for (const std::int64_t number : {1, 2, 3})
    for (PictureSource part(inputs, {number, 3}, PicturePlace{0, 2}); const auto picture = part.next();)
      EXPECT_EQ(picture->result_name, expected[static_cast<std::size_t>(picture->place.member)]);
}

TEST_F(Archives, hold_back_few_pictures_however_many_have_a_key) {
  Members members;
  for (int i = 0; i < 100; ++i)
    members.emplace_back("2021." + std::to_string(i) + ".jpg", std::to_string(i));
  EXPECT_EQ(pictures_of(PictureInputs({make("p.tar", members)})).size(), 100U);
}

TEST_F(Archives, take_names_in_any_script_and_of_any_length) {
  const std::string name = "\xC3\xA9\xE7\x8C\xAB/" + std::string(200, 'n') + ".jpg";
  const std::vector<Picture> pictures = pictures_of(PictureInputs({make("p.tar", {{name, "1"}})}));
  ASSERT_EQ(pictures.size(), 1U);
  EXPECT_EQ(pictures[0].name, folder.file("p.tar") + "/" + name);
}

TEST_F(Archives, that_are_damaged_are_one_entry_behind_what_is_whole) {
  const std::string whole = archive_of({{"a.jpg", "first"}, {"b.jpg", std::string(5000, 'b')}});
  store(folder.file("cut.tar"), whole.substr(0, whole.size() - 1024 - 2048));
  std::vector<Picture> pictures = pictures_of(PictureInputs({folder.file("cut.tar")}));
  ASSERT_GE(pictures.size(), 2U);
  EXPECT_EQ(pictures[0].bytes, "first");
  EXPECT_NE(pictures[1].problem.find(folder.file("cut.tar") + ": member 'b.jpg': cannot be read: "),
            std::string::npos)
      << pictures[1].problem;
  std::string broken = whole;
  broken[tar_beginning().size() + 1024 + 148] = '9';  // in the second member's checksum
  store(folder.file("sum.tar"), broken);
  pictures = pictures_of(PictureInputs({folder.file("sum.tar")}));
  ASSERT_EQ(pictures.size(), 2U);
  EXPECT_EQ(pictures[1].name, folder.file("sum.tar"));
  EXPECT_NE(pictures[1].problem.find(": is damaged or ends behind its member 'a.jpg'"), std::string::npos)
      << pictures[1].problem;
}

TEST_F(Archives, that_are_none_are_one_entry) {
  store(folder.file("text.tar"), "no archive at all, but a text of some length\n");
  store(folder.file("empty.tar"), "");
  EXPECT_EQ(pictures_of(PictureInputs({make("without.tar", {{"notes.txt", "x"}})})).at(0).problem,
            folder.file("without.tar") + ": is an archive that holds no pictures");
  const PictureInputs inputs(
      {folder.file("text.tar"), folder.file("empty.tar"), folder.file("none.tar"), folder.path()});
  const std::vector<Picture> pictures = pictures_of(inputs);
  ASSERT_EQ(pictures.size(), 4U);
  EXPECT_EQ(pictures[0].problem.find(folder.file("text.tar") + ": cannot be read as a tar archive: "), 0U)
      << pictures[0].problem;
  EXPECT_EQ(pictures[1].problem, folder.file("empty.tar") + ": is empty, and no archive");
  EXPECT_EQ(pictures[2].problem.find(folder.file("none.tar") + ": cannot be opened: No such file"), 0U);
  EXPECT_EQ(pictures[3].problem.find(folder.path() + ": is a folder that holds no pictures"), 0U);
}

TEST_F(Archives, are_divided_into_shards_that_hold_each_picture_once) {
  Members members;
  for (int i = 0; i < 5; ++i)
    members.insert(members.end(),
                   {{std::to_string(i) + ".jpg", std::to_string(i)}, {std::to_string(i) + ".cls", "1"}});
  const std::string a = make("a.tar", members), b = make("b.tar", {{"x.jpg", "x"}, {"y.jpg", "y"}});
  const PictureInputs inputs({a, b});
  using Contents = std::vector<std::string>;
  // More shards than archives: by pictures.
  EXPECT_EQ(contents_of(pictures_of(inputs, {1, 3})), (Contents{"0", "3", "y"}));
  EXPECT_EQ(contents_of(pictures_of(inputs, {3, 3})), (Contents{"2", "x"}));
  // Otherwise by archives.
  EXPECT_EQ(contents_of(pictures_of(inputs, {1, 2})), (Contents{"0", "1", "2", "3", "4"}));
  EXPECT_EQ(contents_of(pictures_of(inputs, {2, 2})), (Contents{"x", "y"}));
}

TEST_F(Archives, go_on_behind_any_picture) {
  const PictureInputs inputs({make("a.tar", {{"0.jpg", "0"}, {"1.jpg", "1"}, {"2.jpg", "2"}}),
                              make("b.tar", {{"3.jpg", "3"}, {"4.jpg", "4"}}), folder.file("c.jpg")});
  for (const Shard& shard : {Shard{1, 1}, Shard{1, 2}, Shard{2, 2}, Shard{4, 4}, Shard{7, 9}}) {
    const std::vector<Picture> all = pictures_of(inputs, shard);
    for (std::size_t done = 1; done <= all.size(); ++done) {
      const std::vector<Picture> rest = pictures_of(inputs, shard, all[done - 1].place);
      ASSERT_EQ(rest.size(), all.size() - done) << shard.suffix() << " behind " << done;
      for (std::size_t i = 0; i < rest.size(); ++i)
        EXPECT_EQ(rest[i].name, all[done + i].name);
    }
  }
}

TEST(PictureSource, finds_the_classes_of_files_beside_them) {
  const TemporaryFolder folder;
  store(folder.file("a.jpg"), "x");
  store(folder.file("a.cls"), " 12 ");
  store(folder.file("b.jpg"), "x");
  store(folder.file("b.json"), "{\"label\": -3}");
  store(folder.file("c.jpg"), "x");
  const std::vector<Picture> pictures =
      pictures_of(PictureInputs({folder.file("a.jpg"), folder.file("b.jpg"), folder.file("c.jpg")}));
  ASSERT_EQ(pictures.size(), 3U);
  EXPECT_EQ(pictures[0].truth, 12);
  EXPECT_EQ(pictures[0].bytes, std::nullopt);
  EXPECT_EQ(pictures[1].truth, std::nullopt);
  EXPECT_TRUE(pictures[1].has_unreadable_truth);
  EXPECT_FALSE(pictures[0].has_unreadable_truth || pictures[2].has_unreadable_truth);
}

}  // namespace
}  // namespace fovea::test
