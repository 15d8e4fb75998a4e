#include "batch/slurm_script.hpp"

#include "base/shell_word.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace fovea {
namespace {

std::string shell_words(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words)
    line += (line.empty() ? "" : " ") + shell_word(word);
  return line;
}

/// A line of the text "NAME" that ends a document of the shell: no line of the document itself.
std::string end_of(const std::string& document) {
  std::string end = "END_OF_JOB";
  while (("\n" + document).find("\n" + end + "\n") != std::string::npos)
    end += "_";
  return end;
}

/// The name of a log for sbatch, in which % begins a pattern.
std::string log_pattern(const std::string& folder, std::string_view name) {
  if (folder.find('\\') != std::string::npos)
    throw InputError("sbatch takes no backslash in the name of a folder of logs", folder);
  std::string pattern;
  for (const char c : folder)
    pattern += c == '%' ? "%%" : std::string(1, c);
  return fmt::format("{}{}{}", pattern, pattern.ends_with('/') ? "" : "/", name);
}

/// The options that both jobs have.
std::string common_options(const SlurmJobs& jobs) {
  std::vector<std::string> options;
  for (const auto& [name, value] :
       {std::pair{"--time=", &jobs.time}, std::pair{"--mem=", &jobs.memory},
        std::pair{"--partition=", &jobs.partition}, std::pair{"--account=", &jobs.account}})
    if (!value->empty())
      options.push_back(name + *value);
  options.insert(options.end(), jobs.options.begin(), jobs.options.end());
  options.insert(options.end(), {"--requeue", "--open-mode=append"});
  return shell_words(options);
}

/// "VARIABLE=$(sbatch ...)", with the job's own script.
std::string submission(const std::string& variable, const std::string& options, const std::string& script,
                       const std::string& otherwise) {
  const std::string end = end_of(script);
  return fmt::format("{0}=$(sbatch --parsable {1} << '{2}'\n{3}{2}\n) || {4}\n{0}=${{{0}%%;*}}\n", variable,
                     options, end, script, otherwise);
}

std::string task_script(const SlurmJobs& jobs) {
  return fmt::format(R"(#!/bin/sh
cd {} || exit 1
task= usr1=0 term=0 woken=0
trap 'usr1=1 woken=1; [ -z "$task" ] || kill -USR1 $task' USR1  # the time is nearly over
trap 'term=1 woken=1' TERM  # Slurm sends it to the task, too
{} &
task=$!
[ $usr1 = 0 ] || kill -USR1 $task  # it came before the task
wait $task
code=$?
while [ $woken = 1 ]; do  # a signal ended the wait
  woken=0
  wait $task
  again=$?
  [ $again -eq 127 ] || code=$again  # 127: the task had ended before the signal
done
again=no
[ $usr1-$code = 1-75 ] && again=yes
[ $code -gt 128 ] && [ "${{SLURM_RESTART_COUNT:-0}}" -lt 3 ] && again=yes
if [ $term-$again = 0-yes ]; then
  echo "exit code $code: back into the queue, to go on"
  scontrol requeue "$SLURM_JOB_ID"
fi
exit $code
)",
                     shell_word(jobs.folder), shell_words(jobs.command));
}

std::string merge_script(const SlurmJobs& jobs) {
  return fmt::format("#!/bin/sh\ncd {} || exit 1\nexec {}\n", shell_word(jobs.folder),
                     shell_words(jobs.merge));
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r')
      c = ' ';
  return text;
}

}  // namespace

std::string slurm_script(const SlurmJobs& jobs) {
  const bool has_merge = jobs.tasks > 1;
  const std::string name = shell_word("--job-name=" + jobs.name), common = common_options(jobs);
  std::string script = fmt::format("#!/bin/sh\n# {}\nset -e\ncd {}\nmkdir -p {}\n", one_line(jobs.comment),
                                   shell_word(jobs.folder),
                                   shell_word(jobs.logs.starts_with('-') ? "./" + jobs.logs : jobs.logs));
  script += submission("array",
                       fmt::format("{} --array=0-{} --cpus-per-task={} \\\n  {} \\\n  --signal=B:USR1@60 {}",
                                   name, jobs.tasks - 1, jobs.cpus, common,
                                   shell_word("--output=" + log_pattern(jobs.logs, "%A-%a.log"))),
                       task_script(jobs), "exit 1");
  if (has_merge)
    script +=
        submission("merge",
                   fmt::format("{} --dependency=afterok:$array --kill-on-invalid-dep=yes \\\n  {} \\\n  {}",
                               shell_word("--job-name=" + jobs.name + "-merge"), common,
                               shell_word("--output=" + log_pattern(jobs.logs, "%j-merge.log"))),
                   merge_script(jobs), "{ scancel \"$array\"; exit 1; }");
  const std::string output = shell_word(jobs.output);
  if (has_merge)
    script += fmt::format(
        "echo \"Submitted job array $array of {} tasks, and job $merge, which merges them\"\n", jobs.tasks);
  else
    script += "echo \"Submitted job array $array of 1 task\"\n";
  script += fmt::format("cat << '{0}'\n  progress  fovea status {1}\n  logs      {2}\n{0}\n",
                        end_of(output + jobs.logs), output, shell_word(jobs.logs));
  script += fmt::format("echo \"  cancel    scancel $array{}\"\n", has_merge ? " $merge" : "");
  return script;
}

}  // namespace fovea
