#include "batch/picture_inputs.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

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

TEST(PathLists, have_lines_or_texts_with_nul_characters_behind_them) {
  const TemporaryFolder folder;
  store(folder.file("lines"), "a.jpg\r\n\nb c.png\n/d.jpg");
  EXPECT_EQ(read_path_list(folder.file("lines")), (Names{"a.jpg", "b c.png", "/d.jpg"}));
  store(folder.file("nul"), std::string_view("a\nb.jpg\0c.jpg\0", 14));
  EXPECT_EQ(read_path_list(folder.file("nul")), (Names{"a\nb.jpg", "c.jpg"}));
  store(folder.file("empty"), "\n\n");
  EXPECT_EQ(message_of<InputError>([&] { read_path_list(folder.file("empty")); }),
            folder.file("empty") + ": names no pictures: expected a path on each line");
}

TEST(ArchiveNames, are_known_by_their_endings) {
  for (const char* name : {"a.tar", "b/a.TAR.GZ", "a.tgz", "a.tar.bz2", "a.tar.xz", "a.tar.zst", "a.tzst"})
    EXPECT_TRUE(has_archive_name(name)) << name;
  for (const char* name : {"a.jpg", "tar", ".tar", "a.tar/b.jpg", "a.gz", ""})
    EXPECT_FALSE(has_archive_name(name)) << name;
}

TEST(PictureInputs, name_the_results_of_each_input_apart) {
  const PictureInputs inputs({"x/a.jpg", "y/a.png", "b.tar", "c/b.tar.gz"});
  EXPECT_EQ(inputs.result_names(), (Names{"a", "a-2", "b", "b-2"}));
  EXPECT_TRUE(inputs.has_archives());
  EXPECT_FALSE(inputs.is_divided_by_archives({1, 2}));
  EXPECT_EQ(PictureInputs({"x/b.tar"}).result_names(), Names{""});
  EXPECT_FALSE(PictureInputs({"x/b.jpg"}).has_archives());
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
