#include "evaluate/merge_shards.hpp"

#include "evaluate/journal.hpp"
#include "result_fixture.hpp"

#include <filesystem>

namespace fovea::test {
namespace {

using Indices = std::vector<std::int64_t>;

/// Seven images in three shards, each in a folder of its own.
class MergeShards : public testing::Test {
protected:
  std::string folder_of(std::int64_t number) const { return folder.file(std::to_string(number)); }

  void write(const Shard& shard, const std::string& where, const Json& settings) {
    std::filesystem::create_directories(where);
    const Indices places = shard.places(7);
    Journal journal(ResultFiles(where, shard), places, settings, EarlierResults::Refuse);
    for (const std::int64_t place : places)
      journal.add(result_of(place));
    journal.finish();
  }
  void write(const Shard& shard) { write(shard, folder_of(shard.number), settings_of_images(7, shard)); }

  std::string message(const std::vector<std::string>& inputs) const {
    return message_of<InputError>([&] { merge_shards(inputs, folder.file("merged")); });
  }

  TemporaryFolder folder;
};

TEST_F(MergeShards, gives_what_a_single_run_gives) {
  for (const std::int64_t number : {1, 2, 3})
    write({number, 3});
  write({}, folder.file("whole"), settings_of_images(7));
  const MergedResults merged =
      merge_shards({folder_of(3), folder_of(1), folder_of(2) + "/images-2-of-3.csv"}, folder.file("merged"));
  EXPECT_EQ(indices_of(merged.results), (Indices{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(merged.settings, settings_of_images(7));
  EXPECT_EQ(load(folder.file("merged/images.csv")), load(folder.file("whole/images.csv")));
  EXPECT_EQ(load(folder.file("merged/settings.json")), load(folder.file("whole/settings.json")));
}

TEST_F(MergeShards, names_the_shards_that_are_missing) {
  write({2, 3});
  EXPECT_EQ(message({folder_of(2)}), "of 3 shards 2 are missing: 1, 3");
  write({1, 3});
  EXPECT_EQ(message({folder_of(1), folder_of(2)}), "of 3 shards 1 is missing: 3");
}

TEST_F(MergeShards, names_the_setting_that_differs) {
  write({1, 2});
  Json other = settings_of_images(7, {2, 2});
  other["crops"] = 10;
  write({2, 2}, folder_of(2), other);
  EXPECT_EQ(message({folder_of(1), folder_of(2)}),
            folder_of(2) + "/images-2-of-2.csv: was made with other settings: crops is 10 there and 1 in " +
                folder_of(1) + "/images-1-of-2.csv");
}

TEST_F(MergeShards, refuses_a_shard_that_comes_twice_or_of_another_division) {
  write({1, 2});
  write({1, 2}, folder.file("again"), settings_of_images(7, {1, 2}));
  EXPECT_NE(message({folder_of(1), folder.file("again")}).find("is shard 1 of 2, and so is "),
            std::string::npos);
  write({2, 3});
  EXPECT_NE(message({folder_of(1), folder_of(2)}).find("is one of 3 shards, but "), std::string::npos);
}

TEST_F(MergeShards, refuses_what_is_not_finished_by_a_type_of_its_own) {
  write({1, 2});
  write({2, 2});
  const ResultFiles files(folder_of(2), {2, 2});
  std::filesystem::rename(files.rows, files.partial);
  EXPECT_EQ(message_of<UnfinishedResults>([&] {
              merge_shards({folder_of(1), folder_of(2)}, folder.file("merged"));
            }),
            files.partial + ": shard 2 of 2 is not finished");
}

TEST_F(MergeShards, refuses_what_holds_no_results_and_a_folder_with_other_ones) {
  std::filesystem::create_directory(folder.file("empty"));
  EXPECT_EQ(message({folder.file("empty")}),
            folder.file("empty") +
                ": holds no results of shards: neither manifests (manifest-I-of-N.json) nor "
                "rows of an evaluation (images-I-of-N.csv)");
  EXPECT_EQ(message({folder.file("x.csv")}),
            folder.file("x.csv") + ": is neither a folder of results nor a file images-I-of-N.csv");
  write({1, 1});
  Json other = settings_of_images(7);
  other["crops"] = 10;
  write({}, folder.file("merged"), other);
  EXPECT_EQ(message({folder_of(1)}),
            folder.file("merged") + ": holds results of another evaluation: name another folder");
}

}  // namespace
}  // namespace fovea::test
