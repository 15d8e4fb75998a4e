#include "cli/kit/standard_streams.hpp"

#include "base/write_all.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace fovea::cli {
namespace {

constexpr std::int64_t kLargestInput = std::int64_t{4} << 30;

[[noreturn]] void fail(int error) {
  throw InputError(fmt::format("cannot read: {}", std::strerror(error)), "standard input");
}

/// Whether it is a file that stands at its beginning, so that opening it anew gives the same bytes.
bool is_whole_file() {
  struct stat status = {};
  return ::fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode) &&
         ::lseek(STDIN_FILENO, 0, SEEK_CUR) == 0;
}

/// Copies standard input to its end.
void copy_input(int descriptor) {
  std::vector<char> block(std::size_t{1} << 20);
  for (std::int64_t bytes = 0;;) {
    const ssize_t count = ::read(STDIN_FILENO, block.data(), block.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      fail(errno);
    if (count == 0)
      return;
    bytes += count;
    if (bytes > kLargestInput)
      throw InputError("more than the 4 GiB that '-' takes: name a file", "standard input");
    write_all(descriptor, {block.data(), static_cast<std::size_t>(count)}, "memory for standard input");
  }
}

}  // namespace

void keep_standard_input() {
  if (::isatty(STDIN_FILENO) == 1)
    throw UsageError("'-' reads standard input, which is a terminal: send a file into it by '<' or '|'");
  if (is_whole_file())
    return;
  const int memory = ::memfd_create("stdin", MFD_CLOEXEC);
  if (memory < 0)
    fail(errno);
  copy_input(memory);
  if (::dup2(memory, STDIN_FILENO) < 0)
    fail(errno);
  ::close(memory);
}

void keep_standard_output_for_file() {
  if (::isatty(STDOUT_FILENO) == 1)
    throw UsageError("'-o -' writes to standard output, which is a terminal: send it on by '>' or '|'");
  print_to_standard_error();
}

}  // namespace fovea::cli
