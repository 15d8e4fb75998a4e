#include "batch/merge_runs.hpp"

#include "base/replacement.hpp"
#include "batch/archive_series.hpp"
#include "run_fixture.hpp"

#include <algorithm>
#include <stdexcept>

namespace fovea::test {
namespace {

const Json kAbout = {{"fovea", "1"}, {"command", "merge"}};

class Merging : public Runs, public testing::WithParamInterface<const char*> {
protected:
  std::string output(const std::string& name) const { return folder.file(name + "/" + GetParam()); }
  std::string parent(const std::string& name) const {
    return is_tar_output(GetParam()) ? folder.file(name) : output(name);
  }
  std::string refusal(const std::vector<std::string>& inputs) const {
    return message_of<InputError>([&] { merge_runs(inputs, output("merged"), kAbout); });
  }
};

TEST_P(Merging, gives_what_a_run_without_shards_gives) {
  run_whole(output("whole"));
  for (const std::int64_t of : {2, 3, 5, 13}) {
    std::vector<std::string> folders;
    for (std::int64_t number = 1; number <= of; ++number) {
      const std::string name = fmt::format("shard{}-{}", number, of);
      run_whole(output(name), {number, of}, 1 + number % 3);
      folders.push_back(parent(name));
    }
    std::reverse(folders.begin(), folders.end());
    const std::string name = fmt::format("merged{}", of);
    const MergedRun merged = merge_runs(folders, output(name), kAbout);
    EXPECT_EQ(merged.shards, of);
    EXPECT_EQ(merged.counts.photos, 12);
    EXPECT_EQ(merged.counts.failed, 1);
    EXPECT_EQ(results_below(folder.file(name)), results_below(folder.file("whole"))) << of;
    const Json there = read_manifest(merged.files.manifest);
    const Json whole = read_manifest(files_of(output("whole")).manifest);
    EXPECT_EQ(there["settings"], whole["settings"]);
    EXPECT_EQ(there["counts"], whole["counts"]);
  }
}

TEST_P(Merging, joins_shards_that_share_a_folder_in_that_folder) {
  run_whole(output("whole"));
  for (const std::int64_t number : {1, 2, 3})
    run_whole(output("shared"), {number, 3});
  for (int again = 0; again < 2; ++again)
    merge_runs({parent("shared")}, output("shared"), kAbout);
  const auto whole = results_below(folder.file("whole")), shared = results_below(folder.file("shared"));
  for (const auto& [name, bytes] : whole)
    EXPECT_EQ(shared.at(name), bytes) << name;
}

TEST_P(Merging, leaves_a_whole_run_that_is_in_its_place_as_it_is) {
  run_whole(output("all"));
  const auto before = files_below(folder.file("all"));
  const MergedRun merged = merge_runs({parent("all")}, output("all"), kAbout);
  EXPECT_EQ(merged.shards, 1);
  EXPECT_EQ(merged.counts.photos, 12);
  EXPECT_EQ(files_below(folder.file("all")), before);
}

TEST_P(Merging, names_missing_and_repeated_shards_and_those_of_another_division) {
  run_whole(output("one"), {1, 3});
  EXPECT_EQ(refusal({parent("one")}), "of 3 shards 2 are missing: 2, 3");
  run_whole(output("again"), {1, 3});
  EXPECT_NE(refusal({parent("one"), parent("again")}).find(": is shard 1 of 3, and so is "),
            std::string::npos);
  EXPECT_NE(refusal({parent("one"), parent("one")}).find(": was named twice"), std::string::npos);
  run_whole(output("other"), {2, 2});
  EXPECT_NE(refusal({parent("one"), parent("other")}).find(": is one of 2 shards, but "), std::string::npos);
  run_whole(output("all"));
  EXPECT_NE(refusal({parent("all")}).find(": is of a whole run, and not of a shard"), std::string::npos);
  EXPECT_NE(refusal({folder.path()}).find(": holds no manifests of shards"), std::string::npos);
}

TEST_P(Merging, refuses_other_settings_and_unfinished_shards) {
  run_whole(output("one"), {1, 2});
  {
    RunDescription other = description(output("two"), {2, 2});
    other.settings["top"] = 3;
    ResultStore store(other, EarlierResults::Refuse);
    run(store, {2, 2});
  }
  EXPECT_NE(refusal({parent("one"), parent("two")}).find(": top is 3 there and 2 in "), std::string::npos);
  {
    ResultStore store(description(output("half"), {2, 2}), EarlierResults::Refuse);
    run(store, {2, 2}, 1, 3);
  }
  EXPECT_NE(message_of<UnfinishedResults>([&] {
              merge_runs({parent("one"), parent("half")}, output("merged"), kAbout);
            }).find("shard 2 of 2 is not finished"),
            std::string::npos);
}

TEST_P(Merging, refuses_shards_of_different_commands_and_shortens_sums) {
  const auto refusal_of = [&](const std::string& name, const char* key, const std::string& first,
                              const std::string& second) {
    for (const std::int64_t number : {1, 2}) {
      RunDescription part = description(output(name), {number, 2});
      part.settings[key] = number == 1 ? first : second;
      ResultStore store(part, EarlierResults::Refuse);
      run(store, {number, 2});
    }
    return refusal({parent(name)});
  };
  EXPECT_NE(refusal_of("commands", "command", "saliency", "localize").find(": was made by 'localize', but "),
            std::string::npos);
  const std::string sum(60, 'a');
  EXPECT_NE(refusal_of("networks", "network", "0123" + sum, "4567" + sum)
                .find("network is 4567aaaaaaaa... there and 0123aaaaaaaa... in "),
            std::string::npos);
}

TEST_P(Merging, ends_where_it_is_told_to_and_leaves_nothing) {
  for (const std::int64_t number : {1, 2})
    run_whole(output("run"), {number, 2});
  int photos = 0;
  const auto end = [&] {
    if (++photos == 9)
      throw std::runtime_error("told to end");
  };
  EXPECT_THROW(merge_runs({parent("run")}, output("merged"), kAbout, end), std::runtime_error);
  const RunFiles merged = files_of(output("merged"));
  EXPECT_FALSE(std::filesystem::exists(merged.table));
  EXPECT_TRUE(archives_of(merged).empty());
  EXPECT_FALSE(std::filesystem::exists(merged.manifest));
}

TEST_P(Merging, refuses_damaged_files_and_leaves_nothing) {
  for (const std::int64_t number : {1, 2})
    run_whole(output("run"), {number, 2});
  const RunFiles files = files_of(output("run"), {2, 2});
  const std::string table = load(files.table), journal = load(files.journal);
  store(files.table, table.substr(0, table.size() - 1));
  EXPECT_EQ(refusal({parent("run")}), files.table + ": is shorter than its journal tells");
  store(files.table, table + "x");
  EXPECT_EQ(refusal({parent("run")}), files.table + ": has another length than its journal tells");
  store(files.table, table);
  store(files.journal, journal.substr(0, journal.size() - 14));
  EXPECT_EQ(refusal({parent("run")}), files.journal + ": is damaged: do this shard again");
  const RunFiles merged = files_of(output("merged"));
  EXPECT_FALSE(std::filesystem::exists(merged.table));
  EXPECT_TRUE(archives_of(merged).empty());
  EXPECT_FALSE(std::filesystem::exists(merged.manifest));
}

TEST_P(Merging, refuses_an_output_of_the_other_kind_or_of_another_run) {
  for (const std::int64_t number : {1, 2})
    run_whole(output("run"), {number, 2});
  const std::string other = is_tar_output(GetParam()) ? folder.file("folder") : folder.file("x/maps.tar");
  EXPECT_NE(message_of<InputError>([&] {
              merge_runs({parent("run")}, other, kAbout);
            }).find("the results of these shards are "),
            std::string::npos);
  RunDescription another = description(output("merged"));
  another.settings["top"] = 7;
  {
    ResultStore store(another, EarlierResults::Refuse);
    run(store);
  }
  EXPECT_NE(refusal({parent("run")}).find(": tells of results of another run"), std::string::npos);
}

TEST_P(Merging, replaces_no_shard_by_what_is_merged) {
  if (!is_tar_output(GetParam()))
    return;  // in a folder, the names of shards are those of no run
  for (const std::int64_t number : {1, 2})
    run_whole(output("run"), {number, 2});
  const auto before = files_below(parent("run"));
  const std::string shard = files_of(output("run"), {2, 2}).archives + ".tar";
  EXPECT_NE(message_of<InputError>([&] {
              merge_runs({parent("run")}, shard, kAbout);
            }).find(": is of shard 2 of 2, which is to be merged"),
            std::string::npos);
  EXPECT_EQ(files_below(parent("run")), before);
}

/// A run whose merging ends at any moment.
struct EndedMerge {
  const char* name;
  const char* output;
  TableFormat table;
  bool has_data = false;
};

class MergingAgain : public Runs, public testing::WithParamInterface<EndedMerge> {
protected:
  MergingAgain() {
    for (const std::int64_t number : {1, 2}) {
      RunDescription part = description(output, {number, 2});
      part.table = GetParam().table;
      part.has_data = GetParam().has_data;
      ResultStore store(part, EarlierResults::Refuse);
      EXPECT_TRUE(run(store, {number, 2}));
    }
    // As the commands do.
    set_replacement_check([](const std::string& path) {
      if (!is_result_file(path))
        throw OutputError("is not a result of fovea", path);
    });
  }
  ~MergingAgain() override { set_replacement_check({}); }

  MergedRun merge() const { return merge_runs({where}, output, kAbout); }

  const std::string where = folder.file("run");
  const std::string output = std::string(GetParam().output).empty() ? where : where + "/" + GetParam().output;
};

TEST_P(MergingAgain, succeeds_whatever_files_an_earlier_merge_has_left) {
  const auto shards = files_below(where);
  const std::string manifest = merge().files.manifest;
  const auto all = files_below(where);
  std::vector<std::string> names;
  for (const auto& [name, bytes] : all)
    if (shards.count(name) == 0)
      names.push_back(name);
  ASSERT_GE(names.size(), GetParam().has_data ? 3U : 2U);
  for (unsigned set = 0; set < 1U << names.size(); ++set) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::filesystem::remove(where + "/" + names[i]);
      if ((set >> i & 1U) != 0)
        store(where + "/" + names[i], all.at(names[i]));
    }
    // The data and the journal come behind the manifest.
    if (GetParam().has_data && set != 0 && !std::filesystem::exists(manifest))
      continue;
    EXPECT_NO_THROW(merge()) << set;
    EXPECT_TRUE(files_below(where) == all) << set;
  }
}

TEST_P(MergingAgain, succeeds_after_an_end_behind_the_final_step) {
  if (!GetParam().has_data)
    return;
  const RunFiles files = merge().files;
  const auto all = files_below(where);
  const std::string data = load(files.data), journal = load(files.journal);
  {
    ResultStore store(description_of(files.manifest), EarlierResults::Resume);
    store.finish_final_step();
  }
  EXPECT_FALSE(std::filesystem::exists(files.data));
  store(files.data, data);
  store(files.journal, journal);
  EXPECT_NO_THROW(merge());
  EXPECT_TRUE(files_below(where) == all);
}

TEST_P(MergingAgain, has_no_data_without_a_manifest) {
  if (!GetParam().has_data)
    return;
  const RunFiles files = merge().files;
  bool is_written = false;
  set_replacement_check([&](const std::string& path) {
    is_written = is_written || path == files.manifest;
    EXPECT_FALSE(std::filesystem::exists(files.data));
    EXPECT_FALSE(std::filesystem::exists(files.journal));
  });
  merge();
  EXPECT_TRUE(is_written);
}

TEST_P(MergingAgain, waits_for_nobody_who_does_the_final_step) {
  if (!GetParam().has_data)
    return;
  const RunFiles files = merge().files;
  const ResultStore store(description_of(files.manifest), EarlierResults::Resume);
  EXPECT_NE(message_of<OutputError>([&] { merge(); }).find(files.journal), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(files.data));
}

INSTANTIATE_TEST_SUITE_P(Runs, MergingAgain,
                         testing::Values(EndedMerge{"Folder", "", TableFormat::Csv},
                                         EndedMerge{"JsonLines", "", TableFormat::JsonLines},
                                         EndedMerge{"Archive", "out.tar", TableFormat::Csv},
                                         EndedMerge{"Split", "split.tar", TableFormat::JsonLines},
                                         EndedMerge{"Data", "", TableFormat::None, true},
                                         EndedMerge{"Page", "page.html", TableFormat::None, true}),
                         [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(Outputs, Merging, testing::Values("out", "out.tar", "split.tar"), name_of_output);

}  // namespace
}  // namespace fovea::test
