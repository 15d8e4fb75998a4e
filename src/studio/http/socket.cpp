#include "studio/http/socket.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace fovea::studio {
namespace {

using namespace std::chrono_literals;

/// Waits until the socket can be read or written. False at the deadline.
bool wait_for(int descriptor, short events, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd one = {descriptor, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000)));
    if (ready > 0)
      return true;
    if ((ready == 0 && Clock::now() >= deadline) || (ready < 0 && errno != EINTR))
      return false;
  }
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

Socket::~Socket() {
  ::close(descriptor_);
}

Socket::Status Socket::read(std::string& buffer, std::size_t most, Clock::time_point deadline) const {
  const std::size_t begin = buffer.size();
  while (true) {
    if (!wait_for(descriptor_, POLLIN, deadline))
      return Status::Late;
    buffer.resize(begin + most);
    const ssize_t got = ::recv(descriptor_, buffer.data() + begin, most, MSG_DONTWAIT);
    buffer.resize(begin + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0)
      return Status::Done;
    if (got == 0 || !would_block())
      return Status::Closed;
  }
}

Socket::Status Socket::write(std::string_view bytes, Clock::time_point deadline) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (!would_block())
      return Status::Closed;
    if (!wait_for(descriptor_, POLLOUT, deadline))
      return Status::Late;
  }
  return Status::Done;
}

void Socket::close_gently() const {
  ::shutdown(descriptor_, SHUT_WR);
  constexpr std::size_t most = 16 << 20;
  const Clock::time_point deadline = Clock::now() + 1s;
  std::string dropped;
  for (std::size_t sum = 0; sum < most && read(dropped, 64 << 10, deadline) == Status::Done; dropped.clear())
    sum += dropped.size();
}

void Socket::shut_down() const {
  ::shutdown(descriptor_, SHUT_RDWR);
}

}  // namespace fovea::studio
