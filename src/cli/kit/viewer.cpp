#include "cli/kit/viewer.hpp"

#include "cli/kit/processes.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace fovea::cli {
namespace {

constexpr const char* kProgram = "xdg-open";

}  // namespace

Viewer::Viewer() : program_(find_on_path(kProgram)) {
  if (program_.empty())
    throw InputError(fmt::format(
        "--open needs {}, which is not on the PATH (on Debian: apt install xdg-utils)", kProgram));
}

void Viewer::open(const std::string& path) const {
  using namespace std::chrono_literals;
  // A name that begins with a hyphen would be an option.
  const std::string name = path.starts_with('-') ? "./" + path : path;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
  const std::array<char*, 3> arguments = {const_cast<char*>(program_.c_str()),
                                          const_cast<char*>(name.c_str()), nullptr};
  pid_t child = 0;
  const int error = ::posix_spawn(&child, program_.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw OutputError(fmt::format("{} cannot be started: {}", kProgram, std::strerror(error)), path);
  // Some viewers run until their window is closed: what runs for two seconds has found one.
  for (int i = 0; i < 200; ++i) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child && WIFEXITED(status) && WEXITSTATUS(status) == 0)
      return;
    if (ended != 0)
      throw OutputError(fmt::format("{} has no program to show it with", kProgram), path);
    std::this_thread::sleep_for(10ms);
  }
}

}  // namespace fovea::cli
