#include "batch/picture_inputs.hpp"

#include "batch/archive_reader.hpp"
#include "batch/tar.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <numeric>

namespace fovea::test {
namespace {

using Names = std::vector<std::string>;

TEST(NumberRanges, are_expanded_with_the_digits_of_their_ends) {
  EXPECT_EQ(expand_number_ranges("p-{008..010}.tar"), (Names{"p-008.tar", "p-009.tar", "p-010.tar"}));
  EXPECT_EQ(expand_number_ranges("{0..2}"), (Names{"0", "1", "2"}));
  EXPECT_EQ(expand_number_ranges("{9..11}x"), (Names{"9x", "10x", "11x"}));
  EXPECT_EQ(expand_number_ranges("{7..7}"), Names{"7"});
}

TEST(NumberRanges, count_like_an_odometer) {
  EXPECT_EQ(expand_number_ranges("{1..2}/a-{00..01}.tar"),
            (Names{"1/a-00.tar", "1/a-01.tar", "2/a-00.tar", "2/a-01.tar"}));
}

TEST(NumberRanges, leave_other_texts_as_they_are) {
  for (const char* text : {"plain.tar", "{a..b}", "{1,2}", "{1..", "1..2}", "{..3}", "{-1..3}", "", "{}"})
    EXPECT_EQ(expand_number_ranges(text), Names{text});
}

TEST(NumberRanges, that_fall_or_are_huge_are_errors) {
  EXPECT_EQ(message_of<InputError>([] { expand_number_ranges("p-{3..1}.tar"); }),
            "p-{3..1}.tar: the range {3..1} falls: write the smaller number first");
  EXPECT_EQ(message_of<InputError>([] { expand_number_ranges("{0..999}{0..1000}"); }),
            "{0..999}{0..1000}: its ranges stand for more than 1000000 names");
}

Names names_in_list(const std::string& path) {
  Names names;
  read_path_list(path, [&](const std::string& name) { names.push_back(name); });
  return names;
}

Names result_names(const PictureInputs& inputs) {
  Names names;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    names.push_back(inputs.result_name(i));
  return names;
}

TEST(PathLists, have_lines_or_texts_with_nul_characters_behind_them) {
  const TemporaryFolder folder;
  store(folder.file("lines"), "a.jpg\r\n\nb c.png\n/d.jpg");
  EXPECT_EQ(names_in_list(folder.file("lines")), (Names{"a.jpg", "b c.png", "/d.jpg"}));
  store(folder.file("nul"), std::string_view("a\nb.jpg\0c.jpg\0", 14));
  EXPECT_EQ(names_in_list(folder.file("nul")), (Names{"a\nb.jpg", "c.jpg"}));
  store(folder.file("empty"), "\n\n");
  EXPECT_EQ(message_of<InputError>([&] { names_in_list(folder.file("empty")); }),
            folder.file("empty") + ": names no pictures: expected a path on each line");
}

TEST(PathLists, are_no_archives) {
  const TemporaryFolder folder;
  store(folder.file("x"), tar_beginning() + tar_end());
  EXPECT_EQ(message_of<InputError>([&] { names_in_list(folder.file("x")); }),
            folder.file("x") +
                ": is an archive, and no list of paths: name it as an argument, without --files");
}

/// Of a header in whose check sum there are blanks or digits.
unsigned check_sum(std::string header) {
  header.resize(512);
  header.replace(148, 8, 8, ' ');
  return std::accumulate(header.begin(), header.end(), 0U,
                         [](unsigned sum, char c) { return sum + static_cast<unsigned char>(c); });
}

TEST(ArchiveBeginnings, are_headers_with_their_check_sum_or_those_of_compressed_files) {
  std::string tar = tar_member("a.jpg", "x");
  EXPECT_TRUE(begins_as_archive(tar));
  std::string old = tar;
  old.replace(257, 8, 8, '\0');  // without "ustar", as before POSIX
  old.replace(148, 8, fmt::format("{:06o}", check_sum(old)) + std::string("\0 ", 2));
  EXPECT_TRUE(begins_as_archive(old));
  tar[0] = 'b';
  EXPECT_FALSE(begins_as_archive(tar));
  EXPECT_FALSE(begins_as_archive(tar_member("a.jpg", "x").substr(0, 511)));
  EXPECT_FALSE(begins_as_archive(std::string(1024, '\0')));
  EXPECT_FALSE(begins_as_archive(""));
  for (const char* compressed : {"\x1f\x8b\x08", "BZh91AY&SY",
                                 "\xfd"
                                 "7zXZ",
                                 "\x28\xb5\x2f\xfd"})
    EXPECT_TRUE(begins_as_archive(compressed)) << compressed;
  for (const char* other : {"\xff\xd8\xff", "\x89PNG", "BZhotos/1.jpg\n"})
    EXPECT_FALSE(begins_as_archive(other)) << other;
}

TEST(NameSerials, tell_equal_names_apart_and_take_no_name_twice) {
  NameSerials serials;
  Names names;
  for (const char* name : {"a", "a-2", "a", "a", "b", "a-2", "b"})
    names.push_back(with_serial(name, serials.next(name)));
  EXPECT_EQ(names, (Names{"a", "a-2", "a-3", "a-4", "b", "a-2-2", "b-2"}));
}

TEST(ArchiveNames, are_known_by_their_endings) {
  for (const char* name : {"a.tar", "b/a.TAR.GZ", "a.tgz", "a.tar.bz2", "a.tar.xz", "a.tar.zst", "a.tzst"})
    EXPECT_TRUE(has_archive_name(name)) << name;
  for (const char* name : {"a.jpg", "tar", ".tar", "a.tar/b.jpg", "a.gz", ""})
    EXPECT_FALSE(has_archive_name(name)) << name;
}

TEST(PictureInputs, name_the_results_of_each_input_apart) {
  const PictureInputs inputs({"x/a.jpg", "y/a.png", "b.tar", "c/b.tar.gz"});
  EXPECT_EQ(result_names(inputs), (Names{"a", "a-2", "b", "b-2"}));
  EXPECT_TRUE(inputs.has_archives());
  EXPECT_FALSE(inputs.is_divided_by_archives({1, 2}));
  EXPECT_EQ(result_names(PictureInputs({"x/b.tar"})), Names{""});
  EXPECT_FALSE(PictureInputs({"x/b.jpg"}).has_archives());
}

TEST(PictureInputs, have_an_archive_from_standard_input_where_its_beginning_is_known) {
  PictureInputs picture({"/dev/stdin"}), archive;
  EXPECT_FALSE(picture.has_archives());
  archive.set_archive_on_input("header of one");
  archive.add("/dev/stdin");
  EXPECT_TRUE(archive.has_archives());
  EXPECT_EQ(archive.result_name(0), "");
  PictureInputs other;
  other.set_archive_on_input("header of another");
  other.add("/dev/stdin");
  EXPECT_NE(archive.fingerprint(), other.fingerprint());
  archive.add("a.jpg");
  EXPECT_EQ(result_names(archive), (Names{"stdin", "a"}));
}

TEST(PictureInputs, expand_ranges_in_names_that_are_no_files) {
  const TemporaryFolder folder;
  store(folder.file("p-{1..2}.jpg"), "x");
  const PictureInputs inputs({folder.file("p-{1..2}.jpg"), folder.file("q-{1..2}.tar")});
  EXPECT_EQ(inputs.paths(),
            (Names{folder.file("p-{1..2}.jpg"), folder.file("q-1.tar"), folder.file("q-2.tar")}));
}

TEST(PictureInputs, are_divided_by_archives_where_each_shard_can_have_one) {
  const PictureInputs inputs({"p-{0..3}.tar"});
  EXPECT_TRUE(inputs.is_divided_by_archives({1, 4}));
  EXPECT_FALSE(inputs.is_divided_by_archives({1, 5}));
  EXPECT_FALSE(inputs.is_divided_by_archives({1, 1}));
}

TEST(PictureInputs, have_a_fingerprint_of_their_order_and_of_the_sizes_of_archives) {
  const TemporaryFolder folder;
  store(folder.file("a.tar"), "x");
  const std::string before = PictureInputs({folder.file("a.tar"), "b.jpg"}).fingerprint();
  EXPECT_EQ(PictureInputs({folder.file("a.tar"), "b.jpg"}).fingerprint(), before);
  EXPECT_NE(PictureInputs({"b.jpg", folder.file("a.tar")}).fingerprint(), before);
  EXPECT_NE(PictureInputs({folder.file("a.tar"), "c.jpg"}).fingerprint(), before);
  store(folder.file("a.tar"), "xy");
  EXPECT_NE(PictureInputs({folder.file("a.tar"), "b.jpg"}).fingerprint(), before);
}

}  // namespace
}  // namespace fovea::test
