#include "batch/result_store.hpp"

#include "run_fixture.hpp"

#include <algorithm>

namespace fovea::test {
namespace {

class Stores : public Runs, public testing::WithParamInterface<const char*> {
protected:
  std::string output(const std::string& name) const { return folder.file(name + "/" + GetParam()); }
};

TEST_P(Stores, hold_table_files_and_manifest) {
  run_whole(output("run"));
  const auto files = files_below(folder.file("run"));
  const RunFiles names = files_of(output("run"));
  const std::string table = load(names.table);
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 1 + 11 * 2 + 1);
  EXPECT_NE(table.find(",,,,,,,,,,,," + folder.file("b.tar") + "/4.jpg: is no picture\n"), std::string::npos)
      << table;
  const Json manifest = Json::parse(load(names.manifest));
  EXPECT_EQ(manifest["counts"], (Json{{"photos", 12}, {"failed", 1}, {"rows", 23}}));
  EXPECT_EQ(manifest["finished"], true);
  EXPECT_EQ(manifest["failures"], Json::array({folder.file("b.tar") + "/4.jpg: is no picture"}));
  const bool is_split = names.archive_bytes > 0;
  EXPECT_EQ(files.size(), 2U + (!names.has_archives() ? 22U : is_split ? 6U : 1U));
  EXPECT_EQ(manifest.value("archives", Json::array()).size(), names.has_archives() ? files.size() - 2 : 0);
  std::int64_t photos = 0;
  for (const Json& archive : manifest.value("archives", Json::array())) {
    photos += archive["photos"].get<std::int64_t>();
    EXPECT_EQ(files.at(archive["name"]).size(), archive["bytes"]);
    EXPECT_LE(archive["bytes"].get<std::uint64_t>(), is_split ? names.archive_bytes : 100'000U);
  }
  EXPECT_EQ(photos, names.has_archives() ? 11 : 0);
}

TEST_P(Stores, do_not_depend_on_the_number_of_workers) {
  run_whole(output("one"));
  run_whole(output("many"), {}, 5);
  EXPECT_EQ(results_below(folder.file("one")), results_below(folder.file("many")));
}

TEST_P(Stores, go_on_after_a_stop_behind_any_photo) {
  run_whole(output("whole"));
  for (int done = 0; done < 12; ++done) {
    const std::string out = output(fmt::format("stopped{}", done));
    {
      ResultStore store(description(out), EarlierResults::Refuse);
      EXPECT_FALSE(run(store, {}, 2, done));
      EXPECT_EQ(store.counts().photos, done);
    }
    EXPECT_THROW(ResultStore(description(out), EarlierResults::Refuse), UnfinishedResults);
    ResultStore store(description(out), EarlierResults::Resume);
    EXPECT_EQ(store.counts().photos, done);
    EXPECT_TRUE(run(store));
    EXPECT_EQ(results_below(folder.file(fmt::format("stopped{}", done))),
              results_below(folder.file("whole")));
    EXPECT_EQ(store.counts().failures.size(), 1U);
  }
}

/// Whatever the end of the process leaves of the files, by which bytes reached them.
TEST_P(Stores, go_on_after_an_end_at_any_byte) {
  run_whole(output("whole"));
  const auto whole = results_below(folder.file("whole"));
  {
    ResultStore store(description(output("stopped")), EarlierResults::Refuse);
    EXPECT_FALSE(run(store, {}, 1, 5));
  }
  const RunFiles files = files_of(output("stopped"));
  std::filesystem::copy(folder.file("stopped"), folder.file("kept"),
                        std::filesystem::copy_options::recursive);
  const std::string journal = load(files.journal);
  for (std::size_t bytes = 0; bytes <= journal.size(); bytes += 37) {
    std::filesystem::remove_all(folder.file("stopped"));
    std::filesystem::copy(folder.file("kept"), folder.file("stopped"),
                          std::filesystem::copy_options::recursive);
    store(files.journal, journal.substr(0, bytes));
    ResultStore store(description(output("stopped")), EarlierResults::Resume);
    EXPECT_TRUE(run(store));
    EXPECT_EQ(results_below(folder.file("stopped")), whole) << bytes;
  }
}

TEST_P(Stores, do_photos_again_whose_bytes_a_power_failure_took) {
  run_whole(output("whole"));
  {
    ResultStore store(description(output("stopped")), EarlierResults::Refuse);
    EXPECT_FALSE(run(store, {}, 1, 7));
  }
  const RunFiles files = files_of(output("stopped"));
  std::string table = load(partial_name(files.table));
  std::fill(table.end() - 20, table.end(), '\0');
  store(partial_name(files.table), table);
  ResultStore store(description(output("stopped")), EarlierResults::Resume);
  EXPECT_LT(store.counts().photos, 7);
  EXPECT_TRUE(run(store));
  EXPECT_EQ(results_below(folder.file("stopped")), results_below(folder.file("whole")));
}

TEST_P(Stores, are_finished_by_the_next_run_where_only_names_were_missing) {
  run_whole(output("whole"));
  {
    ResultStore store(description(output("run")), EarlierResults::Refuse);
    PictureSource source(inputs, {});
    while (const auto picture = source.next()) {
      PhotoResult result;
      try {
        result = result_of(*picture);
      } catch (const InputError& error) {
        result.rows = {{.image = picture->name, .error = error.what()}};
        result.error = error.what();
      }
      store.write_files(result);
      store.add(picture->place, result);
    }
  }
  const RunFiles files = files_of(output("run"));
  // As if the process had ended between the last line of the journal and the new names.
  if (files.has_archives()) {
    const std::string last = partial_name(files.archive(files.archive_bytes > 0 ? 5 : 0));
    store(last, load(last) + tar_end());
  }
  store(files.journal, load(files.journal) + journal_end_line());
  ResultStore store(description(output("run")), EarlierResults::Resume);
  EXPECT_TRUE(store.is_finished());
  EXPECT_EQ(store.counts().photos, 12);
  EXPECT_EQ(results_below(folder.file("run")), results_below(folder.file("whole")));
}

TEST_P(Stores, refuse_other_settings_and_begin_anew_on_request) {
  {
    ResultStore store(description(output("run")), EarlierResults::Refuse);
    run(store, {}, 1, 3);
  }
  RunDescription other = description(output("run"));
  other.settings["top"] = 3;
  EXPECT_NE(message_of<InputError>([&] {
              ResultStore(other, EarlierResults::Resume);
            }).find("the earlier run had other settings: top is 2 there and 3 here"),
            std::string::npos);
  ResultStore store(other, EarlierResults::Discard);
  EXPECT_EQ(store.counts().photos, 0);
  EXPECT_TRUE(run(store));
}

TEST_P(Stores, are_written_by_one_process_at_a_time) {
  ResultStore store(description(output("run")), EarlierResults::Refuse);
  run(store, {}, 1, 3);
  EXPECT_NE(message_of<OutputError>([&] {
              ResultStore(description(output("run")), EarlierResults::Resume);
            }).find("another process is writing to it"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Outputs, Stores, testing::Values("out", "out.tar", "split.tar"), name_of_output);

TEST(TarOutputs, are_known_by_their_ending) {
  EXPECT_TRUE(is_tar_output("a/maps.tar"));
  for (const char* name : {"maps", ".tar", "a/.tar", "maps.tar.gz", "maps.tar/x"})
    EXPECT_FALSE(is_tar_output(name)) << name;
}

}  // namespace
}  // namespace fovea::test
