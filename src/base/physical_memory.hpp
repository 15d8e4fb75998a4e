#pragma once

#include <cstdint>

namespace fovea {

/// The machine's memory in bytes; the largest number if the system does not say.
std::int64_t physical_memory();

}  // namespace fovea
