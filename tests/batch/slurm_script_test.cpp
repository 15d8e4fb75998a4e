#include "batch/slurm_script.hpp"

#include "fovea/error.hpp"
#include "support/command.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace fovea::test {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A folder with programs in the place of Slurm's: sbatch keeps its options and its script in files.
class SlurmScript : public testing::Test {
protected:
  SlurmScript() {
    std::filesystem::create_directory(folder.file("bin"));
    program("sbatch", "for option; do printf '%s\\n' \"$option\"; done > options-$(ls | grep -c options)\n"
                      "cat > script-$(ls | grep -c script)\n"
                      "test -e fails-$(ls | grep -c script) && exit 1\n"
                      "echo \"$(ls | grep -c script)\"1';cluster'\n");
    program("scancel", "echo \"$@\" > cancelled\n");
    program("scontrol", "echo \"$@\" >> requeued\n");
    jobs.tasks = 3;
    jobs.name = "fovea-saliency";
    jobs.folder = folder.path();
    jobs.logs = "maps.logs";
    jobs.output = "maps.tar";
    jobs.command = {"true"};
    jobs.merge = {"true"};
  }

  void program(const std::string& name, const std::string& body) const {
    store(folder.file("bin/" + name), "#!/bin/sh\n" + body);
    std::filesystem::permissions(folder.file("bin/" + name), std::filesystem::perms::owner_all);
  }
  Outcome shell(const std::string& script, std::vector<std::pair<std::string, std::string>> more = {}) const {
    CommandOptions options;
    options.folder = folder.path();
    more.emplace_back("PATH", folder.file("bin") + ":/usr/bin:/bin");
    options.environment = more;
    return run_command("/bin/sh", {"-c", script}, options);
  }
  /// Runs the script of a task whose program is this shell script.
  Outcome task(const std::string& body, const std::string& restarts = "") {
    store(folder.file("program"), body);
    jobs.command = {"/bin/sh", folder.file("program")};
    std::filesystem::remove(folder.file("script-0"));
    std::filesystem::remove(folder.file("script-1"));
    EXPECT_EQ(shell(slurm_script(jobs)).code, 0);
    return shell(load(folder.file("script-0")), {{"SLURM_JOB_ID", "42"}, {"SLURM_RESTART_COUNT", restarts}});
  }
  bool was_requeued() const { return load(folder.file("requeued")) == "requeue 42\n"; }

  TemporaryFolder folder;
  SlurmJobs jobs;
};

TEST_F(SlurmScript, submits_an_array_and_a_merge_that_follows_it) {
  jobs.cpus = 4;
  jobs.time = "4:00:00";
  jobs.partition = "short";
  jobs.options = {"--constraint=avx512"};
  const Outcome outcome = shell(slurm_script(jobs));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "Submitted job array 11 of 3 tasks, and job 21, which merges them\n"
                         "  progress  fovea status maps.tar\n"
                         "  logs      maps.logs\n"
                         "  cancel    scancel 11 21\n");
  EXPECT_EQ(load(folder.file("options-0")),
            "--parsable\n--job-name=fovea-saliency\n--array=0-2\n--cpus-per-task=4\n--time=4:00:00\n"
            "--partition=short\n--constraint=avx512\n--requeue\n--open-mode=append\n--signal=B:USR1@60\n"
            "--output=maps.logs/%A-%a.log\n");
  EXPECT_EQ(
      load(folder.file("options-1")),
      "--parsable\n--job-name=fovea-saliency-merge\n--dependency=afterok:11\n--kill-on-invalid-dep=yes\n"
      "--time=4:00:00\n--partition=short\n--constraint=avx512\n--requeue\n--open-mode=append\n"
      "--output=maps.logs/%j-merge.log\n");
  EXPECT_TRUE(std::filesystem::is_directory(folder.file("maps.logs")));
}

TEST_F(SlurmScript, has_no_merge_for_a_single_task) {
  jobs.tasks = 1;
  const Outcome outcome = shell(slurm_script(jobs));
  EXPECT_TRUE(has(outcome.out, "Submitted job array 11 of 1 task\n")) << outcome.out;
  EXPECT_FALSE(std::filesystem::exists(folder.file("script-1")));
}

TEST_F(SlurmScript, cancels_the_array_where_the_merge_is_refused) {
  store(folder.file("fails-2"), "");
  EXPECT_EQ(shell(slurm_script(jobs)).code, 1);
  EXPECT_EQ(load(folder.file("cancelled")), "11\n");
}

TEST_F(SlurmScript, submits_nothing_more_where_the_array_is_refused) {
  store(folder.file("fails-1"), "");
  const Outcome outcome = shell(slurm_script(jobs));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_FALSE(std::filesystem::exists(folder.file("script-1")));
}

TEST_F(SlurmScript, gives_the_program_every_argument_as_it_is) {
  const std::vector<std::string> odd = {
      "a b", "it's", "\"", "$HOME",       "`id`", "caf\xc3\xa9", "line\nEND_OF_JOB\nline",
      "",    "*",    "\\", "p-{0..9}.tar"};
  jobs.folder = folder.file("odd ' \"\n folder");
  jobs.logs = "-logs 100%";
  jobs.comment = "first\nsecond";
  std::filesystem::create_directory(jobs.folder);
  store(folder.file("show"), "#!/bin/sh\nfor each; do printf '%s\\0' \"$each\"; done\n");
  jobs.command = {"/bin/sh", folder.file("show")};
  jobs.command.insert(jobs.command.end(), odd.begin(), odd.end());
  const Outcome outcome = shell(slurm_script(jobs));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(has(load(jobs.folder + "/options-0"), "--output=-logs 100%%/%A-%a.log\n"));
  std::string expected;
  for (const std::string& each : odd)
    expected += each + '\0';
  EXPECT_EQ(shell(load(jobs.folder + "/script-0")).out, expected);
}

TEST_F(SlurmScript, refuses_a_folder_of_logs_that_sbatch_would_change) {
  jobs.logs = "a\\b";
  EXPECT_TRUE(has(message_of<InputError>([&] { slurm_script(jobs); }), "a\\b: sbatch takes no backslash"));
}

TEST_F(SlurmScript, ends_as_the_task_does) {
  for (const int code : {0, 1, 2, 70, 75}) {
    EXPECT_EQ(task("exit " + std::to_string(code)).code, code);
    EXPECT_FALSE(was_requeued()) << code;
  }
}

TEST_F(SlurmScript, puts_a_task_back_whose_time_is_over) {
  // The task tells the script that its time is over, which tells the task.
  const Outcome outcome =
      task("trap 'sleep 0.2; exit 75' USR1\nkill -USR1 $PPID\nwhile :; do sleep 0.05; done");
  EXPECT_EQ(outcome.code, 75) << outcome.err;
  EXPECT_TRUE(was_requeued());
}

TEST_F(SlurmScript, leaves_a_task_that_is_done_when_its_time_is_over) {
  EXPECT_EQ(task("trap 'sleep 0.2; exit 0' USR1\nkill -USR1 $PPID\nwhile :; do sleep 0.05; done").code, 0);
  EXPECT_FALSE(was_requeued());
}

TEST_F(SlurmScript, leaves_a_cancelled_task) {
  EXPECT_EQ(task("kill -TERM $PPID\nsleep 0.2\nexit 75").code, 75);
  EXPECT_FALSE(was_requeued());
  EXPECT_EQ(task("kill -TERM $PPID\nsleep 0.2\nkill -KILL $$").code, 128 + 9);
  EXPECT_FALSE(was_requeued());
}

TEST_F(SlurmScript, puts_a_killed_task_back_three_times) {
  EXPECT_EQ(task("kill -KILL $$", "3").code, 128 + 9);
  EXPECT_FALSE(was_requeued());
  EXPECT_EQ(task("kill -KILL $$", "2").code, 128 + 9);
  EXPECT_TRUE(was_requeued());
}

}  // namespace
}  // namespace fovea::test
