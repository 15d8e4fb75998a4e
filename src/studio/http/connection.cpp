#include "studio/http/connection.hpp"

#include <algorithm>
#include <poll.h>

namespace fovea::studio {
namespace {

constexpr std::size_t kPiece = 64 << 10;

}  // namespace

void Connection::end() {
  is_ended_ = true;
  {
    const std::lock_guard lock(gone_mutex_);
    gone_.request_stop();
  }
  socket_.shut_down();
}

void Connection::notice_end() {
  if (!is_working_)
    return;
  pollfd one = {socket_.descriptor(), POLLRDHUP, 0};
  if (::poll(&one, 1, 0) > 0 && (one.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) {
    const std::lock_guard lock(gone_mutex_);
    gone_.request_stop();
  }
}

std::optional<Clock::time_point> Connection::idle_since() const {
  const Clock::rep since = idle_since_;
  return since == 0 ? std::nullopt : std::optional(Clock::time_point(Clock::duration(since)));
}

bool Connection::wait_for_request() {
  {
    const std::lock_guard lock(gone_mutex_);
    gone_ = std::stop_source();
  }
  is_answering_ = was_late_ = is_head_too_large_ = false;
  phase_ = Phase::Head;
  if (is_ended_)
    return false;
  buffer_.erase(0, used_);
  used_ = 0;
  if (buffer_.empty()) {
    const auto now = Clock::now();
    idle_since_ = now.time_since_epoch().count();
    const auto status = socket_.read(buffer_, kPiece, now + limits_.idle);
    idle_since_ = 0;
    if (status != Socket::Status::Done)
      return false;
  }
  start_ = Clock::now();
  passed_ = 0;
  return true;
}

void Connection::begin_body() {
  phase_ = Phase::Body;
  is_answering_ = false;
  start_ = Clock::now();
  passed_ = 0;
}

Clock::time_point Connection::deadline_for(std::int64_t bytes) const {
  return start_ + limits_.body + std::chrono::milliseconds(1000 * bytes / limits_.slowest);
}

ssize_t Connection::read(char* bytes, std::size_t most) {
  is_head_too_large_ = phase_ == Phase::Head && passed_ >= static_cast<std::int64_t>(kMaxHeadBytes);
  if (is_head_too_large_)
    return -1;
  const Clock::time_point deadline = phase_ == Phase::Head ? start_ + limits_.head : deadline_for(passed_);
  // Bytes that have arrived do not excuse a client that sends them one by one.
  was_late_ = Clock::now() > deadline;
  if (was_late_)
    return -1;
  if (used_ == buffer_.size()) {
    buffer_.clear();
    used_ = 0;
    const auto status = socket_.read(buffer_, kPiece, deadline);
    was_late_ = status == Socket::Status::Late;
    if (status != Socket::Status::Done)
      return -1;
  }
  const std::size_t count = std::min(most, buffer_.size() - used_);
  std::copy_n(buffer_.data() + used_, count, bytes);
  used_ += count;
  passed_ += static_cast<std::int64_t>(count);
  return static_cast<ssize_t>(count);
}

ssize_t Connection::write(const char* bytes, std::size_t count) {
  if (phase_ == Phase::Stream || !is_answering_) {
    is_answering_ = true;
    start_ = Clock::now();
    passed_ = 0;
  }
  // Piece by piece, so that a client which reads too slowly is noticed before the end.
  for (std::string_view left(bytes, count); !left.empty();) {
    const std::string_view piece = left.substr(0, kPiece);
    if (is_ended_ || socket_.write(piece, deadline_for(passed_)) != Socket::Status::Done)
      return -1;
    left.remove_prefix(piece.size());
    passed_ += static_cast<std::int64_t>(piece.size());
  }
  return static_cast<ssize_t>(count);
}

}  // namespace fovea::studio
