#include "batch/archive_series.hpp"

#include "run_fixture.hpp"

namespace fovea::test {
namespace {

constexpr std::uint64_t kBegin = 1024, kEnd = 1024;  // of an archive, before and behind its members

TEST(ArchivePlaces, are_in_one_archive_where_no_size_is_given) {
  EXPECT_EQ(first_archive_place(), (ArchivePlace{0, kBegin}));
  EXPECT_EQ(archive_place_behind({0, 5000}, 1 << 30, 0), (ArchivePlace{0, 5000 + (1 << 30)}));
}

TEST(ArchivePlaces, are_in_the_next_archive_where_the_end_would_be_beyond_the_size) {
  const std::uint64_t most = 10 * 1024;
  const ArchivePlace four = {2, kBegin + 4 * 1024};
  EXPECT_EQ(archive_place_behind(four, 4 * 1024, most), (ArchivePlace{2, most - kEnd}));
  EXPECT_EQ(archive_place_behind(four, 4 * 1024 + 512, most), (ArchivePlace{3, kBegin + 4 * 1024 + 512}));
}

TEST(ArchivePlaces, of_a_photo_larger_than_the_size_are_in_an_archive_of_its_own) {
  const ArchivePlace large = archive_place_behind(first_archive_place(), 90'112, 4096);
  EXPECT_EQ(large, (ArchivePlace{0, kBegin + 90'112}));
  EXPECT_EQ(archive_place_behind(large, 512, 4096), (ArchivePlace{1, kBegin + 512}));
}

TEST(ArchivePlaces, of_a_photo_without_files_stay) {
  const ArchivePlace full = {3, 90'112};
  EXPECT_EQ(archive_place_behind(full, 0, 4096), full);
}

class Series : public testing::Test {
protected:
  static std::string member(int number) { return tar_member(fmt::format("{}.txt", number), "text"); }

  TemporaryFolder folder;
  // Two members each.
  RunFiles files{folder.file("maps.tar"), {}, TableFormat::Csv, false, kBegin + 2 * 1024 + kEnd};
};

TEST_F(Series, names_archives_when_they_are_whole) {
  ArchiveSeries series(files);
  series.begin();
  for (int i = 0; i < 5; ++i)
    series.append(member(i));
  series.finish();
  const auto there = files_below(folder.path());
  ASSERT_EQ(there.size(), 3U);
  EXPECT_EQ(there.at("maps-000000.tar"), tar_beginning() + member(0) + member(1) + tar_end());
  EXPECT_EQ(there.at("maps-000001.tar"), tar_beginning() + member(2) + member(3) + tar_end());
  EXPECT_EQ(there.at("maps-000002.tar.partial"), tar_beginning() + member(4) + tar_end());
  EXPECT_EQ(files.archive_range(3), folder.file("maps-{000000..000002}.tar"));
  EXPECT_EQ(files.archive_range(1), folder.file("maps-000000.tar"));
}

TEST_F(Series, goes_on_in_an_archive_that_had_its_name_already) {
  ArchivePlace three;
  {
    ArchiveSeries series(files);
    series.begin();
    for (int i = 0; i < 7; ++i) {
      series.append(member(i));
      if (i == 2)
        three = series.end();
    }
  }
  ArchiveSeries again(files);
  again.go_on_behind(three);
  const auto there = files_below(folder.path());
  ASSERT_EQ(there.size(), 2U);
  EXPECT_EQ(there.at("maps-000001.tar.partial"), tar_beginning() + member(2));
  again.append(member(3));
  again.append(member(4));
  EXPECT_EQ(load(folder.file("maps-000001.tar")), tar_beginning() + member(2) + member(3) + tar_end());
}

TEST_F(Series, refuses_an_archive_that_lacks_something) {
  ArchiveSeries series(files);
  series.begin();
  EXPECT_NE(message_of<InputError>([&] {
              series.go_on_behind({0, 4096});
            }).find("maps-000000.tar.partial: is shorter than the 4096 bytes that its journal tells of"),
            std::string::npos);
}

TEST_F(Series, begins_in_place_of_the_archives_of_another) {
  for (const char* name :
       {"maps-000000.tar", "maps-000001.tar", "maps-000002.tar.partial", "maps-000004.tar"})
    store(folder.file(name), "earlier");
  EXPECT_EQ(archives_of(files).size(), 3U);
  EXPECT_EQ(archives_of({folder.file("maps.tar"), {}, TableFormat::Csv}).size(), 0U);
  ArchiveSeries series(files);
  series.begin();
  EXPECT_EQ(files_below(folder.path()).size(), 2U);
}

}  // namespace
}  // namespace fovea::test
