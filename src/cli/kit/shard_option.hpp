#pragma once

#include "batch/shard.hpp"
#include "cli/kit/command.hpp"

#include <string>

namespace fovea::cli {

/// Adds --shard, whose text goes to `shard`.
Option add_shard_to(Command verb, std::string& shard);
/// The shard that the option names. For "auto" it is what `find_shard` finds in the environment, and a note
/// on stderr says where. UsageError.
Shard shard_of(const std::string& option);

}  // namespace fovea::cli
