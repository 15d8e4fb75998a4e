#include "batch/shard.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace fovea {
namespace {

constexpr std::int64_t kMostShards = 1'000'000;
constexpr const char* kAdvice = "name the shard as I/N";

/// One of `count` processes or jobs that share work.
struct Position {
  std::int64_t index = 0, count = 1;
  std::string source = {};
};

[[noreturn]] void refuse(const std::string& message) {
  throw InputError(fmt::format("{}: {}", message, kAdvice));
}

std::optional<std::int64_t> whole_number(const Variables& variables, const char* name) {
  const std::optional<std::string> text = variables(name);
  if (!text)
    return std::nullopt;
  std::int64_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, number);
  if (text->empty() || error != std::errc() || stopped != end || number < 0)
    refuse(fmt::format("{} is '{:.40}', which is no whole number", name, *text));
  return number;
}

/// The process among those that a launcher began, if it set both variables.
std::optional<Position> task_of(const Variables& variables, const char* rank_name, const char* size_name) {
  const auto rank = whole_number(variables, rank_name), size = whole_number(variables, size_name);
  if (!rank && !size)
    return std::nullopt;
  if (!rank || !size)
    refuse(
        fmt::format("{} is set, but {} is not", rank ? rank_name : size_name, rank ? size_name : rank_name));
  if (*rank >= *size)
    refuse(fmt::format("{} is {}, but {} is {}", rank_name, *rank, size_name, *size));
  return Position{*rank, *size, fmt::format("{}={} of {}", rank_name, *rank, *size)};
}

/// Slurm sets SLURM_PROCID to 0 in batch scripts, too, and the number of tasks only where it was asked for.
std::optional<Position> slurm_task(const Variables& variables) {
  if (!variables("SLURM_NTASKS") && whole_number(variables, "SLURM_PROCID").value_or(0) == 0)
    return std::nullopt;
  const bool is_step = variables("SLURM_STEP_ID") || variables("SLURM_STEPID");
  const auto task = task_of(variables, "SLURM_PROCID", "SLURM_NTASKS");
  if (task && task->count > 1 && task->index == 0 && !is_step)
    throw InputError(fmt::format("SLURM_NTASKS is {}, but srun did not start this process: begin the command "
                                 "with srun, or {}",
                                 task->count, kAdvice));
  return task;
}

std::optional<Position> launcher_task(const Variables& variables) {
  const auto open_mpi = task_of(variables, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE");
  const auto pmi = task_of(variables, "PMI_RANK", "PMI_SIZE");
  if (open_mpi && pmi && (open_mpi->index != pmi->index || open_mpi->count != pmi->count))
    refuse(fmt::format("{}, but {}", open_mpi->source, pmi->source));
  // Within a job of Slurm, the variables of mpirun count: Slurm's own tell of the helper that began the rank.
  return open_mpi ? open_mpi : pmi ? pmi : slurm_task(variables);
}

std::optional<Position> array_job(const Variables& variables) {
  const auto id = whole_number(variables, "SLURM_ARRAY_TASK_ID");
  const auto first = whole_number(variables, "SLURM_ARRAY_TASK_MIN");
  const auto last = whole_number(variables, "SLURM_ARRAY_TASK_MAX");
  if (!id && !first && !last)
    return std::nullopt;
  for (const auto& [name, value] :
       {std::pair{"SLURM_ARRAY_TASK_ID", id}, std::pair{"SLURM_ARRAY_TASK_MIN", first},
        std::pair{"SLURM_ARRAY_TASK_MAX", last}})
    if (!value)
      refuse(fmt::format("{} is not set, but other variables of a job array are", name));
  const std::int64_t step = whole_number(variables, "SLURM_ARRAY_TASK_STEP").value_or(1);
  const std::string source = fmt::format("SLURM_ARRAY_TASK_ID={} of {} to {}{}", *id, *first, *last,
                                         step == 1 ? "" : fmt::format(" by {}", step));
  if (*id < *first || *id > *last)
    refuse(fmt::format("{}: the index lies outside of the array", source));
  if (step < 1 || (*id - *first) % step != 0 || (*last - *first) % step != 0)
    refuse(fmt::format("{}: the step does not lead from the first index to this one and the last", source));
  const std::int64_t count = (*last - *first) / step + 1;
  if (const auto known = whole_number(variables, "SLURM_ARRAY_TASK_COUNT"); known && *known != count)
    refuse(fmt::format("{}: the array has {} jobs, and not one for each index", source, *known));
  return Position{(*id - *first) / step, count, source};
}

}  // namespace

FoundShard find_shard(const Variables& variables) {
  const auto job = array_job(variables), task = launcher_task(variables);
  if (!job && !task)
    refuse("the environment is neither that of a job array of Slurm nor of a process that srun or mpirun "
           "started");
  const Position outer = job.value_or(Position{}), inner = task.value_or(Position{});
  const bool is_inner_told = task && (!job || inner.count > 1);
  const std::string source = !is_inner_told ? outer.source
                             : !job         ? inner.source
                                            : fmt::format("{} and {}", outer.source, inner.source);
  if (outer.count > kMostShards / inner.count)
    refuse(fmt::format("{}: these are more than {} shards", source, kMostShards));
  return {{outer.index * inner.count + inner.index + 1, outer.count * inner.count}, source};
}

}  // namespace fovea
