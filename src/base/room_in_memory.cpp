#include "base/room_in_memory.hpp"

#include <sys/mman.h>

#include <new>

namespace fovea {

void check_room_in_memory(std::size_t bytes) {
  void* const room =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED)
    throw std::bad_alloc();
  ::munmap(room, bytes);
}

}  // namespace fovea
