#include "batch/shard.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>
#include <tuple>

namespace fovea::test {
namespace {

using Environment = std::map<std::string, std::string>;

FoundShard found_in(const Environment& environment) {
  return find_shard([&](const char* name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  });
}

Environment array(const char* id, const char* first, const char* last, const char* step = "1") {
  return {{"SLURM_ARRAY_TASK_ID", id},
          {"SLURM_ARRAY_TASK_MIN", first},
          {"SLURM_ARRAY_TASK_MAX", last},
          {"SLURM_ARRAY_TASK_STEP", step}};
}

Environment with(Environment environment, const Environment& more) {
  for (const auto& [name, value] : more)
    environment[name] = value;
  return environment;
}

Environment srun(const char* rank, const char* size) {
  return {{"SLURM_PROCID", rank}, {"SLURM_NTASKS", size}, {"SLURM_STEP_ID", "0"}};
}

void expect_shard(const Environment& environment, std::int64_t number, std::int64_t of,
                  const std::string& source) {
  const FoundShard found = found_in(environment);
  EXPECT_EQ(found.shard.number, number) << source;
  EXPECT_EQ(found.shard.of, of) << source;
  EXPECT_EQ(found.source, source);
}

std::string refusal(const Environment& environment) {
  return message_of<InputError>([&] { found_in(environment); });
}

TEST(FindShard, reads_the_index_of_a_job_array) {
  expect_shard(array("3", "0", "7"), 4, 8, "SLURM_ARRAY_TASK_ID=3 of 0 to 7");
  expect_shard(array("1", "1", "1"), 1, 1, "SLURM_ARRAY_TASK_ID=1 of 1 to 1");
  expect_shard(array("9", "5", "13", "4"), 2, 3, "SLURM_ARRAY_TASK_ID=9 of 5 to 13 by 4");
  expect_shard(with(array("3", "0", "7"), {{"SLURM_ARRAY_TASK_COUNT", "8"}}), 4, 8,
               "SLURM_ARRAY_TASK_ID=3 of 0 to 7");
}

TEST(FindShard, reads_the_rank_that_a_launcher_gave) {
  expect_shard(srun("2", "4"), 3, 4, "SLURM_PROCID=2 of 4");
  expect_shard(srun("0", "4"), 1, 4, "SLURM_PROCID=0 of 4");
  expect_shard({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "2"}}, 1, 2,
               "OMPI_COMM_WORLD_RANK=0 of 2");
  expect_shard({{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}}, 2, 2, "PMI_RANK=1 of 2");
}

TEST(FindShard, prefers_the_launcher_that_began_the_process_itself) {
  expect_shard(with(srun("0", "1"), {{"OMPI_COMM_WORLD_RANK", "5"}, {"OMPI_COMM_WORLD_SIZE", "6"}}), 6, 6,
               "OMPI_COMM_WORLD_RANK=5 of 6");
}

TEST(FindShard, numbers_the_tasks_of_the_jobs_of_an_array_one_job_after_the_other) {
  expect_shard(with(array("2", "1", "3"), srun("1", "4")), 6, 12,
               "SLURM_ARRAY_TASK_ID=2 of 1 to 3 and SLURM_PROCID=1 of 4");
}

TEST(FindShard, takes_a_batch_script_for_the_only_task_of_its_job) {
  expect_shard(with(array("2", "1", "3"), {{"SLURM_PROCID", "0"}}), 2, 3, "SLURM_ARRAY_TASK_ID=2 of 1 to 3");
  expect_shard(with(array("2", "1", "3"), {{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}}), 2, 3,
               "SLURM_ARRAY_TASK_ID=2 of 1 to 3");
}

TEST(FindShard, refuses_a_batch_script_of_several_tasks_outside_of_srun) {
  EXPECT_EQ(refusal({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}),
            "SLURM_NTASKS is 4, but srun did not start this process: begin the command with srun, or name "
            "the shard as I/N");
}

TEST(FindShard, refuses_an_environment_without_a_launcher) {
  const std::string message = "the environment is neither that of a job array of Slurm nor of a process that "
                              "srun or mpirun started: name the shard as I/N";
  EXPECT_EQ(refusal({}), message);
  EXPECT_EQ(refusal({{"SLURM_PROCID", "0"}}), message);
}

TEST(FindShard, refuses_half_a_pair) {
  for (const auto& [there, missing] :
       std::vector<std::pair<std::string, std::string>>{{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                                        {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                                        {"PMI_RANK", "PMI_SIZE"},
                                                        {"PMI_SIZE", "PMI_RANK"},
                                                        {"SLURM_PROCID", "SLURM_NTASKS"},
                                                        {"SLURM_NTASKS", "SLURM_PROCID"}})
    EXPECT_EQ(refusal({{there, "1"}}), there + " is set, but " + missing + " is not: name the shard as I/N");
  Environment gone = array("1", "1", "2");
  gone.erase("SLURM_ARRAY_TASK_MAX");
  EXPECT_EQ(refusal(gone),
            "SLURM_ARRAY_TASK_MAX is not set, but other variables of a job array are: name the "
            "shard as I/N");
}

TEST(FindShard, refuses_what_is_no_number_or_out_of_range) {
  for (const char* text : {"", "x", "-1", "1 ", "0x1", "99999999999999999999"})
    EXPECT_EQ(refusal({{"PMI_RANK", text}, {"PMI_SIZE", "2"}}),
              fmt::format("PMI_RANK is '{}', which is no whole number: name the shard as I/N", text));
  EXPECT_EQ(refusal({{"PMI_RANK", "2"}, {"PMI_SIZE", "2"}}),
            "PMI_RANK is 2, but PMI_SIZE is 2: name the shard as I/N");
  EXPECT_EQ(refusal(array("8", "0", "7")),
            "SLURM_ARRAY_TASK_ID=8 of 0 to 7: the index lies outside of the array: name the shard as I/N");
  for (const auto& [id, last, step] : {std::tuple{"4", "6", "3"}, {"3", "7", "3"}, {"3", "6", "0"}})
    EXPECT_EQ(refusal(array(id, "0", last, step)),
              fmt::format("SLURM_ARRAY_TASK_ID={} of 0 to {} by {}: the step does not lead from the first "
                          "index to this one and the last: name the shard as I/N",
                          id, last, step));
  EXPECT_NE(refusal(with(array("0", "0", "99999"), srun("1", "100"))).find("more than 1000000 shards"),
            std::string::npos);
}

TEST(FindShard, refuses_an_array_with_gaps) {
  EXPECT_EQ(
      refusal(with(array("3", "3", "7"), {{"SLURM_ARRAY_TASK_COUNT", "2"}})),
      "SLURM_ARRAY_TASK_ID=3 of 3 to 7: the array has 2 jobs, and not one for each index: name the shard "
      "as I/N");
}

TEST(FindShard, refuses_launchers_that_contradict_each_other) {
  EXPECT_EQ(refusal({{"OMPI_COMM_WORLD_RANK", "1"},
                     {"OMPI_COMM_WORLD_SIZE", "2"},
                     {"PMI_RANK", "0"},
                     {"PMI_SIZE", "2"}}),
            "OMPI_COMM_WORLD_RANK=1 of 2, but PMI_RANK=0 of 2: name the shard as I/N");
}

}  // namespace
}  // namespace fovea::test
