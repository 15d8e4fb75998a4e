#include "batch/merge_runs.hpp"
#include "batch/photo_data.hpp"

#include "run_fixture.hpp"

#include <algorithm>
#include <filesystem>

namespace fovea::test {
namespace {

/// Runs over twelve photos whose results are made of all of them in a final step.
class FinalSteps : public Runs, public testing::WithParamInterface<const char*> {
protected:
  std::string output(const std::string& name) const { return folder.file(name + "/" + GetParam()); }

  RunDescription with_data(const std::string& output, const Shard& shard = {}) const {
    RunDescription run = description(output, shard);
    run.table = kind_of_output(output) == OutputKind::Archive ? TableFormat::Csv : TableFormat::None;
    run.has_data = true;
    run.about["line"] = "fovea x";
    return run;
  }
  bool do_photos(ResultStore& store, const Shard& shard = {}, std::size_t workers = 1,
                 int most = 1000) const {
    ManyPhotosRun work{inputs, shard, workers, [] {
                         return [](const Picture& picture) {
                           PhotoResult result = result_of(picture);
                           result.data = fmt::format("[{},\"{}\"]", picture.place.member, *picture.bytes);
                           return result;
                         };
                       }};
    int done = 0;
    work.is_stopped = [&] { return done++ >= most; };
    return run_many_photos(work, store);
  }
  /// What the final step sees.
  static std::vector<std::string> photos_of(const ResultStore& store) {
    std::vector<std::string> lines;
    for_each_photo(store, [&](const PhotoData& photo) {
      lines.push_back(photo.image + " " + photo.error + " " + photo.data.dump());
    });
    return lines;
  }
  std::vector<std::string> run_to_the_end(const std::string& output, std::size_t workers = 1) const {
    ResultStore store(with_data(output), EarlierResults::Resume);
    EXPECT_TRUE(do_photos(store, {}, workers));
    EXPECT_FALSE(store.is_finished());
    const std::vector<std::string> photos = photos_of(store);
    store.finish_final_step();
    return photos;
  }
  void do_shard(const std::string& output, const Shard& shard) const {
    ResultStore store(with_data(output, shard), EarlierResults::Refuse);
    EXPECT_TRUE(do_photos(store, shard, static_cast<std::size_t>(shard.number)));
    EXPECT_TRUE(store.is_finished());
  }
  std::string parent(const std::string& name) const {
    return kind_of_output(GetParam()) == OutputKind::Folder ? output(name) : folder.file(name);
  }
  RunFiles files_of(const std::string& name, const Shard& shard = {}) const {
    const RunDescription run = with_data(output(name), shard);
    return RunFiles(run.output, shard, run.table, true);
  }
};

TEST_P(FinalSteps, can_discard_the_results_so_that_the_same_run_begins_anew) {
  for (int i = 0; i < 2; ++i) {
    ResultStore store(with_data(output("run")), EarlierResults::Refuse);
    ASSERT_TRUE(do_photos(store));
    store.discard();
    const RunFiles files = files_of("run");
    for (const std::string& path : {files.manifest, files.journal, files.data})
      EXPECT_FALSE(std::filesystem::exists(path)) << path;
  }
}

TEST_P(FinalSteps, get_what_each_photo_gave_in_the_order_of_the_inputs) {
  const std::vector<std::string> photos = run_to_the_end(output("run"), 3);
  ASSERT_EQ(photos.size(), 12U);
  EXPECT_EQ(photos[1], folder.file("a.tar") + "/1.jpg  [1,\"a1\"]");
  const std::string broken = folder.file("b.tar") + "/4.jpg";
  EXPECT_EQ(photos[10], broken + " " + broken + ": is no picture null");
  const RunFiles files = files_of("run");
  EXPECT_FALSE(std::filesystem::exists(files.data));
  EXPECT_FALSE(std::filesystem::exists(files.journal));
  const Json manifest = read_manifest(files.manifest);
  EXPECT_EQ(manifest["finished"], true);
  EXPECT_EQ(manifest["counts"]["photos"], 12);
  ResultStore again(with_data(output("run")), EarlierResults::Resume);
  EXPECT_TRUE(again.is_finished());
}

TEST_P(FinalSteps, see_the_same_after_an_end_at_any_byte) {
  const std::vector<std::string> whole = run_to_the_end(output("whole"));
  {
    ResultStore store(with_data(output("stopped")), EarlierResults::Refuse);
    EXPECT_FALSE(do_photos(store, {}, 2, 5));
  }
  const RunFiles files = files_of("stopped");
  std::filesystem::copy(folder.file("stopped"), folder.file("kept"),
                        std::filesystem::copy_options::recursive);
  const std::string journal = load(files.journal), data = load(files.data);
  for (std::size_t bytes = 0; bytes <= journal.size(); bytes += 41) {
    std::filesystem::remove_all(folder.file("stopped"));
    std::filesystem::copy(folder.file("kept"), folder.file("stopped"),
                          std::filesystem::copy_options::recursive);
    store(files.journal, journal.substr(0, bytes));
    // A power failure may take of the data what the journal tells of.
    if (bytes == journal.size())
      store(files.data, data.substr(0, data.size() - 3));
    EXPECT_EQ(run_to_the_end(output("stopped")), whole) << bytes;
    EXPECT_EQ(results_below(folder.file("stopped")), results_below(folder.file("whole"))) << bytes;
  }
}

TEST_P(FinalSteps, are_all_that_is_done_where_they_were_interrupted) {
  const std::vector<std::string> whole = run_to_the_end(output("whole"));
  {
    ResultStore store(with_data(output("run")), EarlierResults::Refuse);
    EXPECT_TRUE(do_photos(store));
  }
  EXPECT_THROW(ResultStore(with_data(output("run")), EarlierResults::Refuse), UnfinishedResults);
  EXPECT_THROW(ResultStore(with_data(output("run")), EarlierResults::Replace), UnfinishedResults);
  ResultStore store(with_data(output("run")), EarlierResults::Resume);
  EXPECT_TRUE(store.are_photos_done());
  EXPECT_FALSE(store.is_finished());
  const ManyPhotosRun none{inputs, {}, 1, []() -> PhotoWorker { throw InputError("no photo is left"); }};
  EXPECT_TRUE(run_many_photos(none, store));
  EXPECT_EQ(photos_of(store), whole);
  store.finish_final_step();
  EXPECT_EQ(results_below(folder.file("run")), results_below(folder.file("whole")));
}

TEST_P(FinalSteps, of_merged_shards_see_what_those_of_a_single_run_see) {
  const std::vector<std::string> whole = run_to_the_end(output("whole"));
  for (const std::int64_t of : {2, 5, 13}) {
    std::vector<std::string> folders;
    for (std::int64_t number = of; number >= 1; --number) {
      const std::string name = fmt::format("shard{}-{}", number, of);
      do_shard(output(name), {number, of});
      folders.push_back(parent(name));
    }
    const std::string name = fmt::format("merged{}", of);
    for (int again = 0; again < 2; ++again) {  // once more where the final step was interrupted
      const MergedRun merged =
          merge_runs(folders, output(name), {{"fovea", "1"}, {"command", "fovea merge"}});
      EXPECT_TRUE(merged.needs_final_step);
      EXPECT_EQ(merged.counts.photos, 12);
    }
    ResultStore store(description_of(files_of(name).manifest), EarlierResults::Resume);
    EXPECT_TRUE(store.are_photos_done());
    EXPECT_FALSE(store.is_finished());
    EXPECT_EQ(store.counts().failed, 1);
    EXPECT_EQ(photos_of(store), whole);
    store.finish_final_step();
    EXPECT_EQ(results_below(folder.file(name)), results_below(folder.file("whole")));
    const Json manifest = read_manifest(files_of(name).manifest);
    EXPECT_EQ(manifest["settings"], read_manifest(files_of("whole").manifest)["settings"]);
    EXPECT_EQ(manifest["command"], "fovea merge");
    EXPECT_EQ(manifest["line"], "fovea x");
    EXPECT_EQ(manifest["merged_shards"], of);
  }
}

TEST_P(FinalSteps, of_merged_shards_are_done_by_the_command_itself) {
  const std::vector<std::string> whole = run_to_the_end(output("whole"));
  for (const std::int64_t number : {1, 2})
    do_shard(output("shards"), {number, 2});
  merge_runs({parent("shards")}, output("shards"), {{"fovea", "1"}});
  ResultStore store(with_data(output("shards")), EarlierResults::Resume);
  EXPECT_TRUE(do_photos(store, {}, 1, 0));
  EXPECT_EQ(photos_of(store), whole);
}

TEST_P(FinalSteps, of_a_whole_run_are_not_done_by_merging) {
  const auto merge = [&] { return merge_runs({parent("run")}, output("run"), {{"fovea", "1"}}); };
  {
    ResultStore store(with_data(output("run")), EarlierResults::Refuse);
    EXPECT_TRUE(do_photos(store));
  }
  EXPECT_EQ(message_of<UnfinishedResults>(merge),
            files_of("run").manifest + ": is of a whole run, which is not finished");
  run_to_the_end(output("run"));
  EXPECT_FALSE(merge().needs_final_step);
}

TEST_P(FinalSteps, refuse_damaged_data) {
  for (const std::int64_t number : {1, 2})
    do_shard(output("shards"), {number, 2});
  const RunFiles shard = files_of("shards", {2, 2});
  const std::string data = load(shard.data);
  store(shard.data, data + "x");
  const auto merge = [&] { merge_runs({parent("shards")}, output("merged"), {{"fovea", "1"}}); };
  EXPECT_EQ(message_of<InputError>(merge), shard.data + ": has another length than its journal tells");
  EXPECT_FALSE(std::filesystem::exists(files_of("merged").manifest));
  store(shard.data, data);
  merge();
  const RunFiles merged = files_of("merged");
  const std::string all = load(merged.data);
  const auto step = [&] {
    const ResultStore store(description_of(merged.manifest), EarlierResults::Resume);
    photos_of(store);
  };
  store(merged.data, all.substr(0, all.rfind('\n', all.size() - 2) + 1));
  EXPECT_EQ(message_of<InputError>(step),
            merged.data + ": tells of 11 photos, but its journal of 12: begin anew");
  store(merged.data, "x" + all);
  EXPECT_EQ(message_of<InputError>(step), merged.data + ": is damaged: begin anew");
}

TEST_P(FinalSteps, are_replaced_with_the_run_if_that_is_finished) {
  RunDescription run = with_data(output("run"));
  {
    ResultStore store(run, EarlierResults::Refuse);
    do_photos(store);
    EXPECT_TRUE(store.are_photos_done());
    EXPECT_EQ(message_of<OutputError>([&] {
                ResultStore(run, EarlierResults::Resume);
              }).find("another process is writing to it") == std::string::npos,
              false);
    store.finish_final_step();
  }
  run.settings["top"] = 9;
  {
    const ResultStore store(run, EarlierResults::Replace);
    EXPECT_EQ(store.counts().photos, 0);
  }
  EXPECT_THROW(ResultStore(run, EarlierResults::Replace), UnfinishedResults);
  run_whole(output("photos"));
  EXPECT_THROW(ResultStore(with_data(output("photos")), EarlierResults::Replace), UnfinishedResults);
}

INSTANTIATE_TEST_SUITE_P(Outputs, FinalSteps, testing::Values("out", "out.tar", "out.html"),
                         [](const auto& info) {
                           const OutputKind kind = kind_of_output(info.param);
                           return kind == OutputKind::Folder    ? "Folder"
                                  : kind == OutputKind::Archive ? "Archive"
                                                                : "Page";
                         });

TEST(PhotoDataLines, are_one_line_of_valid_utf8) {
  const std::string line = photo_data_line("a\xE9\n\".jpg", "is\n none", "{\"x\":0.1}");
  EXPECT_EQ(line, "{\"image\":\"a\\ufffd\\n\\\".jpg\",\"error\":\"is\\n none\",\"data\":{\"x\":0.1}}");
  EXPECT_EQ(photo_data_line("a", "", ""), "{\"image\":\"a\"}");
}

}  // namespace
}  // namespace fovea::test
