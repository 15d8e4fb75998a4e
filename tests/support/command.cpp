#include "support/command.hpp"

#include "support/temporary_folder.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <pty.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace fovea::test {
namespace {

/// The environment as "NAME=value" with the options' changes. Made before the fork: the child of a process
/// with threads may do little more than call the system.
std::vector<std::string> environment_of(const CommandOptions& options) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable) {
    const std::string text = *variable, name = text.substr(0, text.find('='));
    if (std::none_of(options.environment.begin(), options.environment.end(),
                     [&](const auto& change) { return change.first == name; }))
      variables.push_back(text);
  }
  for (const auto& [name, value] : options.environment)
    if (!value.empty())
      variables.push_back(name + "=" + value);
  return variables;
}

/// Pointers as the system takes them, with a null at their end.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// No limit for 0.
void limit(decltype(RLIMIT_AS) resource, long value) {
  const auto most = static_cast<rlim_t>(value);
  const rlimit both = {most, most};
  if (value > 0)
    ::setrlimit(resource, &both);
}

/// Descriptors of the child that the parent made; -1: none.
struct Given {
  int in = -1, terminal = -1;
};

/// In the child: never returns.
[[noreturn]] void become(const std::vector<char*>& words, const std::vector<char*>& variables,
                         const CommandOptions& options, const Given& given, const char* out,
                         const char* err) {
  const int in =
      given.in >= 0 ? given.in
                    : ::open(options.stdin_path.empty() ? "/dev/null" : options.stdin_path.c_str(), O_RDONLY);
  const int stdout_file = ::open(out, O_WRONLY | O_CREAT, 0600),
            stderr_file =
                given.terminal >= 0 ? given.terminal : ::open(err, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (in < 0 || stdout_file < 0 || stderr_file < 0)
    ::_exit(125);
  ::dup2(in, 0);
  ::dup2(stdout_file, 1);
  ::dup2(stderr_file, 2);
  if (!options.folder.empty() && ::chdir(options.folder.c_str()) != 0)
    ::_exit(125);
  limit(RLIMIT_FSIZE, options.file_size_limit);
  limit(RLIMIT_AS, options.memory_limit);
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  for (const int opened : {in, stdout_file, stderr_file})
    if (opened > 2)
      ::close(opened);
  for (const int descriptor : options.closed)
    ::close(descriptor);
  limit(RLIMIT_NOFILE, options.descriptor_limit);
  ::execve(words[0], words.data(), variables.data());
  ::_exit(126);
}

/// The input of a program, sent by a thread of its own: the program may read it late or never.
class Sender {
public:
  explicit Sender(const std::string& text) {
    if (text.empty())
      return;
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      throw std::runtime_error("no socket");
    here_ = ends[0];
    there_ = ends[1];
    thread_ = std::thread([this, text] {
      for (std::size_t sent = 0; sent < text.size();) {
        const ssize_t count = ::send(here_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (count <= 0)
          break;
        sent += static_cast<std::size_t>(count);
      }
      ::shutdown(here_, SHUT_WR);
    });
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  ~Sender() {
    close_there();
    if (thread_.joinable())
      thread_.join();
    if (here_ >= 0)
      ::close(here_);
  }
  int there() const { return there_; }
  /// Leaves the other end to the child alone.
  void close_there() {
    if (there_ >= 0)
      ::close(there_);
    there_ = -1;
  }

private:
  int here_ = -1, there_ = -1;
  std::thread thread_;
};

/// A terminal of a given width, whose output is collected.
class Terminal {
public:
  explicit Terminal(int columns) {
    if (columns == 0)
      return;
    const winsize size = {24, static_cast<unsigned short>(columns), 0, 0};
    if (::openpty(&here_, &there_, nullptr, nullptr, &size) != 0)
      throw std::runtime_error("no terminal");
    ::fcntl(here_, F_SETFD, FD_CLOEXEC);
    ::fcntl(here_, F_SETFL, O_NONBLOCK);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    for (const int end : {here_, there_})
      if (end >= 0)
        ::close(end);
  }
  int there() const { return there_; }
  bool is_open() const { return here_ >= 0; }
  /// All that was shown so far.
  const std::string& shown() {
    char block[4096];
    for (ssize_t count = 0; is_open() && (count = ::read(here_, block, sizeof(block))) > 0;)
      shown_.append(block, static_cast<std::size_t>(count));
    return shown_;
  }

private:
  int here_ = -1, there_ = -1;
  std::string shown_;
};

}  // namespace

Outcome run_command(const std::string& program, const std::vector<std::string>& arguments,
                    const CommandOptions& options) {
  const TemporaryFolder folder;
  const std::string out = options.stdout_path.empty() ? folder.file("out") : options.stdout_path,
                    err = options.stderr_path.empty() ? folder.file("err") : options.stderr_path;
  std::vector<std::string> texts = {program};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = environment_of(options);
  const std::vector<char*> words = pointers_to(texts), variables = pointers_to(environment);
  Sender sender(options.input);
  Terminal terminal(options.terminal_columns);
  const pid_t child = ::fork();
  if (child < 0)
    throw std::runtime_error("cannot fork");
  if (child == 0)
    become(words, variables, options, {sender.there(), terminal.there()}, out.c_str(), err.c_str());
  sender.close_there();

  using namespace std::chrono_literals;
  const auto deadline = std::chrono::steady_clock::now() + 2min;
  bool interrupted = false;
  int status = 0;
  const auto seen = [&] {
    return terminal.is_open() ? terminal.shown() : options.stderr_path.empty() ? load(err) : "";
  };
  while (::waitpid(child, &status, WNOHANG) == 0) {
    terminal.shown();  // a full terminal would halt the program
    if (options.interrupt_when && !interrupted && options.interrupt_when(seen()))
      interrupted = ::kill(child, options.interrupt_signal) == 0;
    if (std::chrono::steady_clock::now() > deadline)
      ::kill(child, SIGKILL);
    std::this_thread::sleep_for(2ms);
  }
  Outcome outcome;
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  outcome.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  outcome.out = options.stdout_path.empty() ? load(out) : "";
  outcome.err = seen();
  return outcome;
}

}  // namespace fovea::test
