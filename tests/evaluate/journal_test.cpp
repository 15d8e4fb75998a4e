#include "evaluate/journal.hpp"

#include "base/unfinished.hpp"
#include "batch/run_files.hpp"
#include "result_fixture.hpp"

#include <filesystem>
#include <sys/wait.h>
#include <unistd.h>

namespace fovea::test {
namespace {

using Indices = std::vector<std::int64_t>;

class JournalOfThree : public testing::Test {
protected:
  Journal open(EarlierResults earlier, const Json& settings = settings_of_images(3)) {
    return Journal(files, places, settings, earlier);
  }
  /// A run that ended after some images, without finishing.
  void run_begun(std::int64_t images) {
    Journal journal = open(EarlierResults::Refuse);
    for (std::int64_t i = 0; i < images; ++i)
      journal.add(result_of(i));
  }

  TemporaryFolder folder;
  ResultFiles files{folder.path(), {}};
  Indices places = {0, 1, 2};
};

TEST_F(JournalOfThree, gives_its_rows_their_final_name_when_it_is_finished) {
  Journal journal = open(EarlierResults::Refuse);
  EXPECT_EQ(journal.done(), 0U);
  for (std::int64_t i = 0; i < 3; ++i)
    journal.add(result_of(i));
  EXPECT_FALSE(std::filesystem::exists(files.rows));
  EXPECT_EQ(indices_of(journal.finish()), places);
  EXPECT_FALSE(std::filesystem::exists(files.partial));
  const ResultRows rows = read_finished(files.rows, places);
  EXPECT_EQ(indices_of(rows.results), places);
  EXPECT_EQ(rows.bytes, load(files.rows).size());
}

TEST_F(JournalOfThree, takes_up_the_rows_of_an_earlier_run) {
  run_begun(2);
  Journal journal = open(EarlierResults::Resume);
  EXPECT_EQ(journal.done(), 2U);
  journal.add(result_of(2));
  EXPECT_EQ(indices_of(journal.finish()), places);
}

TEST_F(JournalOfThree, drops_a_row_that_was_cut_off_at_any_byte) {
  run_begun(2);
  const std::string whole = load(files.partial);
  const std::size_t header = whole.find('\n') + 1, second = whole.find('\n', header) + 1;
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    store(files.partial, std::string_view(whole).substr(0, bytes));
    Journal journal = open(EarlierResults::Resume);
    EXPECT_EQ(journal.done(), bytes < second ? 0U : 1U) << bytes;
    for (auto i = static_cast<std::int64_t>(journal.done()); i < 2; ++i)
      journal.add(result_of(i));
    EXPECT_EQ(load(files.partial), whole) << bytes;
  }
}

TEST_F(JournalOfThree, refuses_earlier_results_unless_it_resumes_them) {
  run_begun(1);
  EXPECT_EQ(message_of<UnfinishedResults>([&] { open(EarlierResults::Refuse); }),
            files.partial + ": results of an earlier run are there");
  Journal journal = open(EarlierResults::Resume);
  journal.add(result_of(1));
  journal.add(result_of(2));
  EXPECT_EQ(journal.finish().size(), 3U);
  EXPECT_EQ(message_of<UnfinishedResults>([&] { open(EarlierResults::Refuse); }),
            files.rows + ": results of an earlier run are there");
  EXPECT_EQ(open(EarlierResults::Resume).finish().size(), 3U);
}

TEST_F(JournalOfThree, begins_anew_if_asked) {
  run_begun(2);
  {
    Journal journal = open(EarlierResults::Discard);
    EXPECT_EQ(journal.done(), 0U);
    for (std::int64_t i = 0; i < 3; ++i)
      journal.add(result_of(i));
    EXPECT_EQ(journal.finish().size(), 3U);
  }
  EXPECT_EQ(open(EarlierResults::Discard).done(), 0U);
  EXPECT_FALSE(std::filesystem::exists(files.rows));
}

TEST_F(JournalOfThree, leaves_nothing_to_an_interrupt_before_its_first_row) {
  const auto files_after_interrupt = [&](std::int64_t rows) {
    const pid_t child = ::fork();
    if (child == 0) {
      Journal journal = open(EarlierResults::Refuse);
      for (std::int64_t i = 0; i < rows; ++i)
        journal.add(result_of(i));
      const UnfinishedLock lock = remove_unfinished();
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return folder.count();
  };
  EXPECT_EQ(files_after_interrupt(0), 0U);
  EXPECT_EQ(files_after_interrupt(1), 2U) << "a row and the settings";
}

TEST_F(JournalOfThree, refuses_to_resume_with_other_settings) {
  run_begun(1);
  Json other = settings_of_images(3);
  other["crops"] = 10;
  EXPECT_EQ(message_of<InputError>([&] { open(EarlierResults::Resume, other); }),
            files.settings + ": the earlier run had other settings: crops is 1 there and 10 here");
}

TEST(ReadFinished, names_the_line_that_is_wrong) {
  const TemporaryFolder folder;
  const std::string path = folder.file("images.csv");
  const auto message = [&](const std::string& text) {
    store(path, text);
    return message_of<InputError>([&] { read_finished(path, {0, 1}); });
  };
  const std::string header = result_csv_header() + "\n", first = to_csv(result_of(0)) + "\n",
                    second = to_csv(result_of(1)) + "\n";
  EXPECT_EQ(message("index,image\n"), path + ": line 1: is not the header that this version of fovea writes");
  EXPECT_EQ(message(header + first), path + ": line 3: is missing or cut short: there are 1 rows of 2");
  EXPECT_EQ(message(header + second + first), path + ": line 2: is about image 1, expected 0");
  EXPECT_EQ(message(header + first + second + second), path + ": line 4: is one too many");
  EXPECT_NE(message(header + first + "nonsense\n").find("line 3: "), std::string::npos);
  store(path, header + first + second);
  EXPECT_EQ(indices_of(read_finished(path, {0, 1}).results), (Indices{0, 1}));
}

TEST(SettingsDifference, names_the_first_field_that_differs) {
  const Json here = {{"crops", 1}, {"preprocessing", {{"mean", {0.5, 0.25}}}}};
  EXPECT_EQ(settings_difference(here, here), "");
  Json there = here;
  there["preprocessing"]["mean"][1] = 0.75;
  EXPECT_EQ(settings_difference(there, here), "preprocessing.mean.1 is 0.75 there and 0.25 here");
  there.erase("crops");
  EXPECT_EQ(settings_difference(there, here), "crops is not set there and 1 here");
  there = here;
  there["more"] = "x";
  EXPECT_EQ(settings_difference(there, here), "more is \"x\" there and not set here");
}

}  // namespace
}  // namespace fovea::test
