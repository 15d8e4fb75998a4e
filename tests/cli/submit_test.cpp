#include "support/photo_archive.hpp"

#include <nlohmann/json.hpp>

#include <regex>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class Submit : public testing::Test {
protected:
  Submit() {
    fs::create_directory(folder.file("photos"));
    for (const char* name : {"church.jpg", "golf-ball.jpg"})
      fs::copy_file(sample(name), folder.file("photos/") + name);
    // No Slurm, whether there is one on this machine or not.
    options.environment = {{"PATH", folder.file("bin")}};
  }
  Outcome submit(const Names& own, const Names& command) const {
    Names arguments = {"submit", "slurm"};
    arguments.insert(arguments.end(), own.begin(), own.end());
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), command.begin(), command.end());
    return fovea_in(folder.path(), arguments, options);
  }
  Outcome print(const Names& command) const { return submit({"--print"}, command); }

  TemporaryFolder folder;
  CommandOptions options;
};

TEST_F(Submit, prints_the_script_that_it_would_run) {
  const Outcome outcome =
      submit({"--print", "--tasks", "7", "--cpus", "2", "--time", "4:00:00", "--memory", "2G", "--partition",
              "short", "--account", "birds", "--sbatch-option=--constraint=avx512|avx2"},
             {"saliency", "photos", "--method", "grad-cam", "-o", "the maps.tar"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::string script = outcome.out;
  for (const auto& [path, name] : {std::pair{fs::canonical(folder.path()).string(), "FOLDER"},
                                   std::pair{fs::canonical(FOVEA_PROGRAM).string(), "FOVEA"}})
    for (std::size_t at = 0; (at = script.find(path)) != std::string::npos;)
      script.replace(at, path.size(), name);
  script = std::regex_replace(script, std::regex("written by fovea [0-9.]+"), "written by fovea VERSION");
  EXPECT_EQ(script, load(data("submit/slurm.sh")));
  EXPECT_EQ(files_in(folder.path()), (Names{"photos"})) << "a rehearsal writes nothing";
}

TEST_F(Submit, prints_the_command_as_it_was_given_and_leaves_no_folder) {
  const Outcome outcome =
      print({"report", "photos", "--methods", "grad-cam", "--layer", "/fire9/concat", "-o", "new/page.html"});
  ASSERT_EQ(outcome.code, 1) << outcome.out;  // the network has no such layer
  EXPECT_TRUE(contains(outcome.err, "/fire9/concat")) << outcome.err;
  const Outcome other = print({"report", "photos", "--title", "/a/title", "-o", "new/page.html"});
  ASSERT_EQ(other.code, 0) << other.err;
  EXPECT_TRUE(contains(other.out, ": fovea submit slurm --print -- report photos --title /a/title -o "
                                  "new/page.html\n"))
      << other.out;
  EXPECT_EQ(files_in(folder.path()), (Names{"photos"}));
}

TEST_F(Submit, gives_an_output_that_begins_with_a_hyphen_to_every_command) {
  const Outcome outcome = print({"saliency", "photos", "--output=-maps.tar"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, " merge ./-maps.tar -o ./-maps.tar --allow-failures\n")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "fovea status ./-maps.tar\n")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "mkdir -p ./-maps.logs\n")) << outcome.out;
  expect_error(print({"saliency", "photos", "-o", "two\nlines.tar"}), 2,
               {"--output: a name of several lines"});
}

TEST_F(Submit, of_an_evaluation_names_both_its_words) {
  store(folder.file("truth.csv"), "file,class_index,x0,y0,x1,y1\nchurch.jpg,4,1,1,50,50\n");
  const Names command = {"evaluate", "localization", "photos",    "--truth", "truth.csv",
                         "-o",       "boxes",        "--workers", "3"};
  const Outcome outcome = print(command);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "--job-name=fovea-evaluate-localization --array=0-7")) << outcome.out;
  EXPECT_TRUE(
      contains(outcome.out, " -o boxes --workers 3 --shard auto --resume --allow-failures --no-progress &\n"))
      << "--workers says how many threads there are: " << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "merge boxes -o boxes --allow-failures\n"));
  EXPECT_TRUE(contains(outcome.out, "--output=boxes/logs/%A-%a.log"));
  EXPECT_FALSE(fs::exists(folder.file("boxes")));
  store(folder.file("truth.csv"), "file,class_index,x0,y0,x1,y1\nnone.jpg,4,1,1,50,50\n");
  expect_error(print(command), 1, {"none.jpg"});
}

TEST_F(Submit, puts_its_options_before_arguments_that_begin_with_hyphens) {
  fs::rename(folder.file("photos/church.jpg"), folder.file("-church.jpg"));
  const Outcome outcome = print({"classify", "-o", "guesses", "--", "-church.jpg"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(
      outcome.out, " classify -o guesses --shard auto --resume --allow-failures --no-progress --threads 1 "
                   "-- -church.jpg &\n"))
      << outcome.out;
}

TEST_F(Submit, refuses_what_the_command_would_refuse) {
  expect_error(print({"saliency", "nothing", "-o", "maps"}), 1, {"nothing: is not there"});
  fs::create_directory(folder.file("empty"));
  expect_error(print({"classify", "empty", "-o", "guesses"}), 1, {"empty: is an empty folder"});
  expect_error(print({"saliency", "photos", "-o", "maps", "-m", "none.onnx"}), 1, {"none.onnx"});
  expect_error(print({"saliency", "photos", "-o", "maps", "--methd", "lrp"}), 2, {"--methd"});
  expect_error(print({"saliency", "photos", "-o", "maps", "--class", "zebra"}), 1, {"zebra"});
  expect_error(print({"saliency", "photos", "-o", "map.png"}), 2, {"-o names one picture"});
  expect_error(print({"classify", "photos"}), 2, {"needs -o"});
}

TEST_F(Submit, refuses_what_cannot_be_divided) {
  expect_error(print({"info", bundled()}), 2,
               {"'info' cannot be divided into shards; these can: classify, saliency, localize"});
  expect_error(print({"photos"}), 2, {"photos"});
  expect_error(print({"fovea", "saliency", "photos", "-o", "maps"}), 2,
               {"behind -- stands the command without 'fovea'"});
  expect_error(print({"saliency", "photos", "-o", "maps", "--shard", "1/2"}), 2,
               {"--shard is given to each task"});
  expect_error(print({"saliency", "photos", "-o", "maps", "--force"}), 2, {"--force would discard"});
  expect_error(print({"saliency", "--files", "-", "-o", "maps"}), 2, {"jobs have no standard input"});
  expect_error(submit({"--print", "--sbatch-option", "x"}, {"saliency", "photos", "-o", "maps"}), 2,
               {"--sbatch-option: expected an option such as --constraint=avx512, found 'x'"});
  expect_error(submit({"--print", "--tasks", "0"}, {"saliency", "photos", "-o", "maps"}), 2, {"--tasks"});
}

TEST_F(Submit, needs_sbatch_unless_it_prints) {
  expect_error(submit({}, {"saliency", "photos", "-o", "maps"}), 1,
               {"sbatch is not on the PATH", "write a script for that by --print"});
}

TEST_F(Submit, refuses_an_output_with_shards_of_another_division) {
  EXPECT_EQ(fovea_in(folder.path(), {"classify", "photos", "--shard", "1/2", "-o", "guesses"}).code, 0);
  expect_error(print({"classify", "photos", "-o", "guesses"}), 1,
               {"guesses: has results of a run of 2 shards: give --tasks 2"});
  EXPECT_EQ(submit({"--print", "--tasks", "2"}, {"classify", "photos", "-o", "guesses"}).code, 0);
  expect_error(submit({"--print", "--tasks", "2"}, {"classify", "photos", "--top", "2", "-o", "guesses"}), 1,
               {"guesses: has shards of a run with other settings", "top"});
  expect_error(submit({"--print", "--tasks", "2"}, {"classify", "photos/church.jpg", "-o", "guesses"}), 1,
               {"guesses: has shards of a run with other settings", "inputs"});
  EXPECT_EQ(fovea_in(folder.path(), {"classify", "photos", "--table", "csv", "-o", "whole"}).code, 0);
  expect_error(print({"classify", "photos", "-o", "whole"}), 1,
               {"whole: has the results of a run without shards"});
}

TEST_F(Submit, runs_the_script_where_there_is_sbatch) {
  fs::create_directory(folder.file("bin"));
  store(folder.file("bin/sbatch"), "#!/bin/sh\ncat > /dev/null\necho 7\n");
  fs::permissions(folder.file("bin/sbatch"), fs::perms::owner_all);
  options.environment = {{"PATH", folder.file("bin") + ":/usr/bin:/bin"}};
  const Outcome outcome = submit({"--tasks", "2"}, {"classify", "photos", "-o", "guesses"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "Submitted job array 7 of 2 tasks, and job 7, which merges them\n"
                         "  progress  fovea status guesses\n"
                         "  logs      guesses/logs\n"
                         "  cancel    scancel 7 7\n");
  store(folder.file("bin/sbatch"), "#!/bin/sh\necho 'sbatch: error: no such partition' >&2\nexit 1\n");
  const Outcome refused = submit({}, {"classify", "photos", "-o", "others"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(contains(refused.err, "no such partition")) << refused.err;
  EXPECT_TRUE(contains(refused.err, "fovea: error: sbatch did not take the jobs")) << refused.err;
}

TEST_F(Submit, needs_tasks_that_succeed_though_photos_fail) {
  store(folder.file("photos/broken.jpg"), "broken");
  EXPECT_EQ(fovea_in(folder.path(), {"classify", "photos", "--table", "csv", "-o", "a"}).code, 1);
  EXPECT_EQ(
      fovea_in(folder.path(), {"classify", "photos", "--table", "csv", "-o", "b", "--allow-failures"}).code,
      0);
  EXPECT_EQ(load(folder.file("a/results.csv")), load(folder.file("b/results.csv")));
}

TEST_F(Submit, is_followed_by_status_of_runs_and_evaluations) {
  store(folder.file("truth.csv"),
        "file,class_index,x0,y0,x1,y1\nchurch.jpg,4,1,1,50,50\ngolf-ball.jpg,8,1,1,50,50\n");
  EXPECT_EQ(fovea_in(folder.path(), {"classify", "photos", "--shard", "2/3", "-o", "both"}).code, 0);
  EXPECT_EQ(fovea_in(folder.path(), {"evaluate", "localization", "photos", "--truth", "truth.csv",
                                     "--guesses", "0", "--shard", "1/2", "-o", "both"})
                .code,
            0);
  const Outcome text = fovea_in(folder.path(), {"status", "both"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_TRUE(contains(text.out, "both: classify, 3 shards: 1 done, 2 not begun\n")) << text.out;
  EXPECT_TRUE(contains(text.out, "both: evaluate localization, 2 shards: 1 done, 1 not begun\n")) << text.out;
  const auto json = nlohmann::json::parse(fovea_in(folder.path(), {"status", "both", "--json"}).out);
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[0]["shards"]["missing"], (std::vector<int>{1, 3}));
  EXPECT_EQ(json[1]["begun"][0]["expected"], 1);
  const Outcome with_another = fovea_in(folder.path(), {"status", "photos", "both"});
  EXPECT_EQ(with_another.code, 1);
  EXPECT_TRUE(contains(with_another.err, "photos: tells of no run")) << with_another.err;
  EXPECT_TRUE(contains(with_another.out, "shard")) << with_another.out;
  expect_error(fovea_in(folder.path(), {"status", "photos"}), 1,
               {"photos: tells of no run over many photos"});
  expect_error(fovea_in(folder.path(), {"status", "none.tar"}), 1,
               {"none.tar: tells of no run over many photos"});
}

}  // namespace
}  // namespace fovea::test
