#include "allocation/allocation_counter.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FOVEA_COUNTS_ALLOCATIONS 1
#else
#define FOVEA_COUNTS_ALLOCATIONS 0
#endif

namespace {

std::atomic<bool> counting{false};
std::atomic<std::size_t> count{0}, largest{0};

#if FOVEA_COUNTS_ALLOCATIONS
void note(std::size_t bytes) {
  if (!counting)
    return;
  ++count;
  for (std::size_t seen = largest; bytes > seen && !largest.compare_exchange_weak(seen, bytes);) {
  }
}
#endif

}  // namespace

#if FOVEA_COUNTS_ALLOCATIONS
// The C library lets a program define these in place of its own, and operator new stands on them.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* old, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) {
  note(bytes);
  return __libc_malloc(bytes);
}
void* calloc(std::size_t n, std::size_t bytes) {
  note(n * bytes);
  return __libc_calloc(n, bytes);
}
void* realloc(void* old, std::size_t bytes) {
  note(bytes);
  return __libc_realloc(old, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  note(bytes);
  return __libc_memalign(alignment, bytes);
}
void* mmap(void* address, std::size_t bytes, int protection, int flags, int file, off_t offset) noexcept {
  note(bytes);  // the C library's own calls do not come here
  return reinterpret_cast<void*>(::syscall(SYS_mmap, address, bytes, protection, flags, file, offset));
}
int posix_memalign(void** result, std::size_t alignment, std::size_t bytes) {
  note(bytes);
  *result = __libc_memalign(alignment, bytes);
  return *result ? 0 : ENOMEM;
}
}
#endif

namespace fovea::test {

bool can_count_allocations() {
  return FOVEA_COUNTS_ALLOCATIONS == 1;
}

void start_counting() {
  count = 0;
  largest = 0;
  counting = true;
}

Allocations stop_counting() {
  counting = false;
  return {count, largest};
}

}  // namespace fovea::test
