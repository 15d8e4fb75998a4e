#include "evaluate/evaluation_status.hpp"

#include "evaluate/journal.hpp"
#include "evaluate/merge_shards.hpp"
#include "result_fixture.hpp"

#include <filesystem>

namespace fovea::test {
namespace {

/// Shards of an evaluation of seven images, with as many rows as are asked for; the last row is a failure.
class EvaluationStatus : public testing::Test {
protected:
  void write(const std::string& where, const Shard& shard, std::size_t rows) const {
    std::filesystem::create_directories(where);
    const std::vector<std::int64_t> places = shard.places(7);
    Journal journal(ResultFiles(where, shard), places, settings_of_images(7, shard), EarlierResults::Refuse);
    for (std::size_t i = 0; i < rows; ++i) {
      ImageResult result = result_of(places[i]);
      if (i + 1 == rows)
        result.error = "is broken";
      journal.add(std::move(result));
    }
    if (rows == places.size())
      journal.finish();
  }
  TemporaryFolder folder;
};

TEST_F(EvaluationStatus, tells_rows_and_failures_of_each_shard) {
  write(folder.path(), {1, 3}, 3);
  write(folder.path(), {3, 3}, 1);
  const std::vector<RunStatus> runs = evaluations_in(folder.path());
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].command, "evaluate localization");
  EXPECT_EQ(runs[0].missing(), (std::vector<std::int64_t>{2}));
  const ShardStatus &first = runs[0].shards.at(0), &last = runs[0].shards.at(1);
  EXPECT_TRUE(first.is_finished);
  EXPECT_EQ(first.photos, 3);
  EXPECT_EQ(first.failed, 1);
  EXPECT_FALSE(last.is_finished);
  EXPECT_TRUE(last.is_running());
  EXPECT_EQ(last.photos, 1);
  EXPECT_EQ(last.expected_photos, 2);
  EXPECT_FALSE(last.rate()) << "nothing tells how long it has worked";
}

TEST_F(EvaluationStatus, says_that_shards_are_merged_and_joins_folders) {
  for (const std::int64_t number : {1, 2})
    write(folder.file(std::to_string(number)), {number, 2}, static_cast<std::size_t>(number == 1 ? 4 : 3));
  std::vector<RunStatus> runs = evaluations_in(folder.path());
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].shards.size(), 2U);
  EXPECT_EQ(runs[0].output, folder.path());
  EXPECT_FALSE(runs[0].is_merged);
  merge_shards({folder.file("1"), folder.file("2")}, folder.file("1"));
  runs = evaluations_in(folder.path());
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_TRUE(runs[0].is_merged);
}

TEST_F(EvaluationStatus, is_of_nothing_where_there_is_nothing) {
  EXPECT_TRUE(evaluations_in(folder.path()).empty());
  EXPECT_TRUE(evaluations_in(folder.file("none")).empty());
  store(folder.file("images.csv.partial"), "");  // killed before its settings were written
  EXPECT_TRUE(evaluations_in(folder.path()).empty());
}

}  // namespace
}  // namespace fovea::test
