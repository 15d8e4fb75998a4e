#include "base/physical_memory.hpp"

#include <limits>
#include <unistd.h>

namespace fovea {

std::int64_t physical_memory() {
  const std::int64_t pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? pages * size : std::numeric_limits<std::int64_t>::max();
}

}  // namespace fovea
