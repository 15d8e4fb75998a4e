#pragma once

#include <cstddef>

namespace fovea {

/// std::bad_alloc unless the process can take so many more bytes of address space. For calls of libraries
/// that end the process where they get no memory.
void check_room_in_memory(std::size_t bytes);

}  // namespace fovea
