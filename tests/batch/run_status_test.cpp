#include "batch/run_status.hpp"

#include "run_fixture.hpp"

#include "batch/merge_runs.hpp"

#include <chrono>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

class Status : public Runs {
protected:
  /// Settings as the program writes them for the fixture's two archives.
  RunDescription told(const std::string& output, const Shard& shard, const Json& inputs_json) const {
    RunDescription run = description(output, shard);
    run.settings = {{"command", "saliency"}, {"inputs", inputs_json}};
    return run;
  }
  void begin(const std::string& output, const Shard& shard, int most,
             const Json& inputs_json = {{"count", 2}, {"archives", 2}}) const {
    ResultStore store(told(output, shard, inputs_json), EarlierResults::Refuse);
    run(store, shard, 1, most);
  }
  RunStatus only(const std::string& place) const {
    const std::vector<RunStatus> runs = runs_in(place);
    EXPECT_EQ(runs.size(), 1U);
    return runs.empty() ? RunStatus{} : runs.front();
  }
  void age(const std::string& path, int seconds) const {
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::seconds(seconds));
  }
};

TEST_F(Status, tells_of_shards_that_other_settings_made) {
  const std::string maps = folder.file("maps");
  const Json settings = {{"command", "saliency"}, {"inputs", {{"count", 2}, {"archives", 2}}}};
  Json others = settings;
  others["inputs"]["count"] = 3;
  check_earlier_shards(maps, settings);  // there are none
  begin(maps, {}, 1);
  check_earlier_shards(maps, others);  // a run without shards is no shard
  std::filesystem::remove_all(maps);
  begin(maps, {1, 2}, 1);
  check_earlier_shards(maps, settings);
  EXPECT_NE(message_of<InputError>([&] {
              check_earlier_shards(maps, others);
            }).find("inputs.count is 2 there and 3"),
            std::string::npos);
}

TEST_F(Status, of_a_whole_run_has_its_counts) {
  begin(folder.file("maps"), {}, 1000);
  const RunStatus run = only(folder.file("maps"));
  EXPECT_EQ(run.command, "saliency");
  EXPECT_EQ(run.of, 1);
  ASSERT_EQ(run.shards.size(), 1U);
  EXPECT_TRUE(run.shards[0].is_finished);
  EXPECT_EQ(run.shards[0].photos, 12);
  EXPECT_EQ(run.shards[0].failed, 1);
  const RunTotals totals = totals_of(run);
  EXPECT_EQ(totals.done, 1);
  EXPECT_EQ(totals.expected_photos, 12);
  EXPECT_TRUE(totals.rate);
}

TEST_F(Status, names_shards_that_are_missing_running_and_silent) {
  for (const char* output : {"maps.tar", "maps"}) {
    begin(folder.file(output), {2, 5}, 1000);
    begin(folder.file(output), {4, 5}, 1);
    begin(folder.file(output), {5, 5}, 1);
  }
  for (const char* name : {"maps-4-of-5.manifest.json", "maps-4-of-5.journal", "maps/manifest-4-of-5.json",
                           "maps/journal-4-of-5"})
    age(folder.file(name), 120);
  for (const char* output : {"maps.tar", "maps"}) {
    const RunStatus run = only(folder.file(output));
    EXPECT_EQ(run.missing(), (std::vector<std::int64_t>{1, 3}));
    const RunTotals totals = totals_of(run);
    EXPECT_EQ(totals.done, 1);
    EXPECT_EQ(totals.running, 1);
    EXPECT_EQ(totals.silent, 1);
    EXPECT_EQ(totals.missing, 2);
    EXPECT_EQ(totals.photos, 5);
    EXPECT_FALSE(totals.expected_photos);
    ASSERT_EQ(run.shards.size(), 3U);
    EXPECT_NEAR(run.shards[1].silence, 120, 30);
  }
}

TEST_F(Status, of_a_slow_shard_lasts_as_long_as_its_photos_let_expect) {
  ShardStatus shard{.photos = 10, .seconds = 600, .silence = 1000};
  EXPECT_TRUE(shard.is_running());
  shard.silence = 1300;
  EXPECT_FALSE(shard.is_running());
  shard.photos = 0;
  shard.silence = 59;
  EXPECT_TRUE(shard.is_running());
  shard.is_finished = true;
  EXPECT_FALSE(shard.is_running());
}

TEST_F(Status, knows_the_photos_of_shards_without_archives) {
  begin(folder.file("maps"), {3, 7}, 2, {{"count", 16}, {"archives", 0}});
  const ShardStatus shard = only(folder.file("maps")).shards.at(0);
  EXPECT_EQ(shard.expected_photos, 2);
  EXPECT_EQ(shard.share_done, shard.photos / 2.0);
}

TEST_F(Status, knows_the_share_of_archives_that_are_behind) {
  begin(folder.file("all"), {}, 8);  // of two archives of six photos
  EXPECT_EQ(only(folder.file("all")).shards.at(0).share_done, 0.5);
  begin(folder.file("early"), {}, 3);
  const ShardStatus early = only(folder.file("early")).shards.at(0);
  EXPECT_EQ(early.share_done, 0.0);
  EXPECT_FALSE(early.seconds_left());
  EXPECT_FALSE(early.expected_photos);
  begin(folder.file("by-photo"), {2, 5},
        2);  // more shards than archives: the first two of photos 2, 7 and 12
  EXPECT_EQ(only(folder.file("by-photo")).shards.at(0).share_done, 0.5);
}

TEST_F(Status, gives_the_time_until_the_last_running_shard_is_done) {
  RunStatus run{"maps", "saliency", "", 4};
  run.shards = {{.shard = {1, 4}, .photos = 10, .seconds = 10.0, .expected_photos = 40, .share_done = 0.25},
                {.shard = {2, 4}, .photos = 20, .seconds = 10.0, .expected_photos = 40, .share_done = 0.5},
                {.shard = {3, 4}, .photos = 4, .seconds = 1.0, .share_done = 0.1, .silence = 1000}};
  RunTotals totals = totals_of(run);
  EXPECT_EQ(totals.seconds_left, 30.0);
  EXPECT_EQ(totals.rate, 3.0);
  EXPECT_FALSE(totals.expected_photos);
  run.shards[1].share_done.reset();
  totals = totals_of(run);
  EXPECT_FALSE(totals.seconds_left) << "what is unknown of one is unknown of all";
  EXPECT_EQ(totals.rate, 3.0);
}

TEST_F(Status, joins_shards_of_folders_side_by_side) {
  begin(folder.file("results/a"), {2, 3}, 1000);
  begin(folder.file("results/b"), {1, 3}, 1000);
  begin(folder.file("results/c"), {1, 3}, 1);  // another run: it has a shard that is known
  const std::vector<RunStatus> runs = runs_in(folder.file("results"));
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].output, folder.file("results"));
  EXPECT_EQ(runs[0].missing(), (std::vector<std::int64_t>{3}));
  EXPECT_EQ(runs[0].shards.at(0).shard.number, 1);
  EXPECT_EQ(runs[1].output, folder.file("results/c"));
}

TEST_F(Status, tells_runs_in_one_folder_apart) {
  begin(folder.file("r/maps.tar"), {1, 2}, 1000);
  begin(folder.file("r/other.tar"), {1, 2}, 1000);
  EXPECT_EQ(runs_in(folder.file("r")).size(), 2U);
  EXPECT_EQ(only(folder.file("r/other.tar")).output, folder.file("r/other.tar"));
}

TEST_F(Status, says_that_shards_are_merged) {
  for (const std::int64_t number : {1, 2})
    begin(folder.file("maps.tar"), {number, 2}, 1000);
  EXPECT_FALSE(only(folder.file("maps.tar")).is_merged);
  merge_runs({folder.file("maps.tar")}, folder.file("maps.tar"), {{"fovea", "1"}});
  EXPECT_TRUE(only(folder.file("maps.tar")).is_merged);
}

TEST_F(Status, is_of_nothing_where_there_is_nothing) {
  EXPECT_TRUE(runs_in(folder.path()).empty());
  EXPECT_TRUE(runs_in(folder.file("none.tar")).empty());
  EXPECT_TRUE(runs_in(folder.file("none")).empty());
}

TEST_F(Status, of_a_broken_manifest_is_an_error_that_names_it) {
  begin(folder.file("maps"), {1, 2}, 1000);
  store(folder.file("maps/manifest-2-of-2.json"), "{");
  EXPECT_TRUE(message_of<InputError>([&] { runs_in(folder.file("maps")); }).find("manifest-2-of-2.json") !=
              std::string::npos);
}

TEST_F(Status, of_a_journal_counts_whole_lines_only) {
  begin(folder.file("maps"), {}, 1000);
  begin(folder.file("more"), {1, 2}, 4);
  const std::string journal = folder.file("more/journal-1-of-2");
  const std::string text = load(journal);
  store(journal, text + R"({"at":[9,9],"rows")");
  EXPECT_EQ(only(folder.file("more")).shards.at(0).photos, 4);
  store(
      journal,
      text +
          R"({"at":[1,5],"rows":1,"table":9,"tar":9,"check":"","seconds":2.5,"files":["a,\"error\":\"x"]})" +
          "\n");
  const ShardStatus shard = only(folder.file("more")).shards.at(0);
  EXPECT_EQ(shard.photos, 5);
  EXPECT_EQ(shard.failed, 0);
  EXPECT_EQ(shard.seconds, 2.5);
}

}  // namespace
}  // namespace fovea::test
