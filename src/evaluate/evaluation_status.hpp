#pragma once

#include "batch/run_status.hpp"

#include <string>
#include <vector>

namespace fovea {

/// The evaluations of localisation that have rows in a folder, or in the folders directly in it, as
/// `runs_in` finds other runs. How long they have worked is not known. InputError naming a file that cannot
/// be read.
std::vector<RunStatus> evaluations_in(const std::string& place);

}  // namespace fovea
