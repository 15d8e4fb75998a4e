#pragma once

#include "batch/shard.hpp"
#include "cli/kit/command.hpp"

#include <string>

namespace fovea::cli {

/// Adds --shard, whose text goes to `shard`.
Option add_shard_to(Command verb, std::string& shard);
/// The shard that the option names. For "auto" it is what `find_shard` finds in the environment, and a note
/// on stderr says where. UsageError; during a rehearsal, ReadyToWork.
Shard shard_of(const std::string& option);

/// Adds --allow-failures: that pictures without a result do not make the exit code 1.
Option add_allow_failures_to(Command verb, bool& allow);

/// During its life, a command that is run goes as far as to where it would begin to work on its shard, which
/// it asks for when everything has been read and checked, but nothing written.
class RehearsalScope {
public:
  RehearsalScope();
  ~RehearsalScope();
  RehearsalScope(const RehearsalScope&) = delete;
  RehearsalScope& operator=(const RehearsalScope&) = delete;
};
bool is_rehearsal();
/// The end of a rehearsed command that could begin.
struct ReadyToWork {};
/// Throws ReadyToWork during a rehearsal.
void end_rehearsal();

}  // namespace fovea::cli
