#pragma once

#include <cstdint>

namespace fovea {

/// Bytes of memory that the machine has; the largest number where the system does not tell.
std::int64_t physical_memory();

}  // namespace fovea
