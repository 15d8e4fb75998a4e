#include "cli/kit/standard_streams.hpp"

#include "base/write_all.hpp"
#include "batch/archive_reader.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace fovea::cli {
namespace {

/// Bytes by which an archive is told from others: the headers of its first members. A pipe holds as many.
constexpr std::size_t kBeginning = 4096;
static_assert(kBeginning >= kArchiveBeginning);

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

/// The first bytes that a pipe holds, at most as many as `bytes` is long, which stay in it. -1: `errno` has
/// an error.
ssize_t peek_pipe(std::string& bytes) {
  int copy[2];
  if (::pipe2(copy, O_CLOEXEC) != 0)
    return -1;
  const ssize_t count = ::tee(STDIN_FILENO, copy[1], bytes.size(), 0);
  const int error = errno;
  const ssize_t held = count > 0 ? ::read(copy[0], bytes.data(), bytes.size()) : count;
  ::close(copy[0]);
  ::close(copy[1]);
  errno = error;
  return held;
}

/// The first bytes that a pipe or socket gives, which stay in it: `kBeginning`, or fewer if these are
/// all. Empty for other files.
std::string beginning_of_stream() {
  constexpr auto pause = std::chrono::milliseconds(5);
  struct stat status = {};
  if (::fstat(STDIN_FILENO, &status) != 0 || !(S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))
    return {};
  while (true) {
    pollfd waiting = {STDIN_FILENO, POLLIN | POLLRDHUP, 0};
    if (::poll(&waiting, 1, -1) < 0 && errno != EINTR)
      fail(errno);
    std::string bytes(kBeginning, '\0');
    const ssize_t count = S_ISFIFO(status.st_mode)
                              ? peek_pipe(bytes)
                              : ::recv(STDIN_FILENO, bytes.data(), bytes.size(), MSG_PEEK);
    if (count < 0 && errno != EINTR)
      fail(errno);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    const bool has_ended = (waiting.revents & (POLLHUP | POLLRDHUP)) != 0 || count == 0;
    if (bytes.size() == kBeginning || has_ended)
      return bytes;
    std::this_thread::sleep_for(pause);
  }
}

/// The first bytes of standard input as a file.
std::string beginning_of_file() {
  std::string bytes(kBeginning, '\0');
  const ssize_t count = ::pread(STDIN_FILENO, bytes.data(), bytes.size(), 0);
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return bytes;
}

std::string& archive_beginning() {
  static std::string beginning;
  return beginning;
}

void note_archive(std::string beginning) {
  if (begins_as_archive(beginning))
    archive_beginning() = std::move(beginning);
}

void copy_input_to_memory() {
  const int memory = ::memfd_create("stdin", MFD_CLOEXEC);
  if (memory < 0)
    fail(errno);
  copy_input(memory);
  if (::dup2(memory, STDIN_FILENO) < 0)
    fail(errno);
  ::close(memory);
}

}  // namespace

void keep_standard_input(PipedArchives archives) {
  if (::isatty(STDIN_FILENO) == 1)
    throw UsageError("'-' reads standard input, which is a terminal: send a file into it by '<' or '|'");
  const bool takes_archives = archives == PipedArchives::Streamed;
  if (takes_archives)
    note_archive(beginning_of_stream());
  if (!archive_beginning().empty())
    return;
  if (!is_whole_file())
    copy_input_to_memory();
  if (takes_archives)
    note_archive(beginning_of_file());
}

const std::string& archive_on_standard_input() {
  return archive_beginning();
}

void keep_standard_output_for_file() {
  if (::isatty(STDOUT_FILENO) == 1)
    throw UsageError("'-o -' writes to standard output, which is a terminal: send it on by '>' or '|'");
  print_to_standard_error();
}

}  // namespace fovea::cli
