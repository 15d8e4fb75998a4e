#include "cli/kit/shard_option.hpp"

#include "cli/kit/output.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <optional>

namespace fovea::cli {
namespace {

bool rehearses = false;

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

Shard shard_of_environment() {
  const FoundShard found = find_shard(variable);
  say("fovea: note: shard {} of {}, by {}\n", found.shard.number, found.shard.of, found.source);
  return found.shard;
}

}  // namespace

Option add_shard_to(Command verb, std::string& shard) {
  return verb
      .add_option("--shard", shard,
                  "I/N: process only the I-th of N parts, counted from 1; auto: the part that Slurm or "
                  "mpirun gave this "
                  "process, by its environment")
      .check(not_empty());
}

Option add_allow_failures_to(Command verb, bool& allow) {
  return verb.add_flag("--allow-failures", allow,
                       "end with exit code 0 once all is done, even if pictures have no result; the results "
                       "tell which, and why");
}

RehearsalScope::RehearsalScope() {
  rehearses = true;
}

RehearsalScope::~RehearsalScope() {
  rehearses = false;
}

bool is_rehearsal() {
  return rehearses;
}

void end_rehearsal() {
  if (rehearses)
    throw ReadyToWork();
}

Shard shard_of(const std::string& option) {
  end_rehearsal();
  try {
    return option == "auto" ? shard_of_environment() : parse_shard(option);
  } catch (const InputError& error) {
    throw UsageError(fmt::format("--shard{}: {}", option == "auto" ? " auto" : "", error.what()));
  }
}

}  // namespace fovea::cli
