#include "studio/http/connection.hpp"

#include "studio/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <poll.h>

namespace fovea::studio {
namespace {

constexpr std::size_t kPiece = 64 << 10;

Response failure_now() {
  return failure_response(std::current_exception(), [](std::string text) { return text; });
}

RequestError too_large(std::int64_t most) {
  return {413, "too-large", fmt::format("the request's body has more than {} bytes", most),
          "send a smaller file, or start 'fovea serve' with a larger --max-upload"};
}

}  // namespace

void Connection::serve() {
  try {
    while (!is_ended_ && serve_request() == Next::Request) {
    }
  } catch (const std::exception&) {  // the client is gone, or there is no memory even for a refusal
  }
}

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

Clock::time_point Connection::deadline_for(Clock::time_point start, std::int64_t bytes) const {
  return start + shared_.limits.body + std::chrono::milliseconds(1000 * bytes / shared_.limits.slowest);
}

bool Connection::read_head(std::string& head) {
  const auto start = Clock::now();
  if (buffer_.empty()) {
    idle_since_ = start.time_since_epoch().count();
    const auto status = socket_.read(buffer_, kPiece, start + shared_.limits.idle);
    idle_since_ = 0;
    if (status != Socket::Status::Done)
      return false;
  }
  const auto deadline = Clock::now() + shared_.limits.head;
  std::size_t searched = 0;
  while (true) {
    const std::size_t end = buffer_.find("\r\n\r\n", searched);
    if (end != std::string::npos && end + 4 <= kMaxHeadBytes) {
      head = buffer_.substr(0, end + 4);
      buffer_.erase(0, end + 4);
      return true;
    }
    if (buffer_.size() > kMaxHeadBytes)
      throw RequestError(431, "too-large",
                         fmt::format("the request's headers have more than {} bytes", kMaxHeadBytes));
    searched = buffer_.size() < 3 ? 0 : buffer_.size() - 3;
    const auto status = socket_.read(buffer_, kPiece, deadline);
    if (status == Socket::Status::Late)
      throw RequestError(408, "input", "the request's headers took too long");
    if (status == Socket::Status::Closed)
      return false;
  }
}

void Connection::need_bytes(Clock::time_point deadline) {
  if (!buffer_.empty())
    return;
  const auto status = socket_.read(buffer_, kPiece, deadline);
  if (status == Socket::Status::Late)
    throw RequestError(408, "input", "the request's body came too slowly");
  if (status == Socket::Status::Closed)
    throw Cancelled();
}

void Connection::read_known(std::int64_t length, const std::function<void(std::string_view)>& take) {
  const auto start = Clock::now();
  for (std::int64_t done = 0; done < length;) {
    need_bytes(deadline_for(start, done));
    const std::size_t piece = std::min(buffer_.size(), static_cast<std::size_t>(length - done));
    take(std::string_view(buffer_).substr(0, piece));
    buffer_.erase(0, piece);
    done += static_cast<std::int64_t>(piece);
  }
}

std::string Connection::read_line(Clock::time_point deadline) {
  constexpr std::size_t longest = 256;
  std::string line;
  while (true) {
    need_bytes(deadline);
    const std::size_t end = buffer_.find('\n');
    const std::size_t piece = end == std::string::npos ? buffer_.size() : end + 1;
    line.append(buffer_, 0, piece);
    buffer_.erase(0, piece);
    if (line.size() > longest)
      throw RequestError(400, "input", "the request is malformed: a chunk's first line is too long");
    if (end == std::string::npos)
      continue;
    if (!line.ends_with("\r\n"))
      throw RequestError(400, "input", "the request is malformed: a chunk's line does not end in CR LF");
    line.resize(line.size() - 2);
    return line;
  }
}

void Connection::read_chunks(std::int64_t most, const std::function<void(std::string_view)>& take) {
  const auto start = Clock::now();
  std::int64_t sum = 0;
  while (const std::int64_t size = parse_chunk_size(read_line(deadline_for(start, sum)))) {
    if (size > most - sum)
      throw too_large(most);
    read_known(size, take);
    sum += size;
    if (!read_line(deadline_for(start, sum)).empty())
      throw RequestError(400, "input", "the request is malformed: a chunk is longer than it says");
    if (Clock::now() > deadline_for(start, sum))
      throw RequestError(408, "input", "the request's body came too slowly");
  }
  for (int trailers = 0; !read_line(deadline_for(start, sum)).empty(); ++trailers)
    if (trailers > 16)
      throw RequestError(400, "input", "the request is malformed: too many trailers");
}

void Connection::read_body(RequestHead& head) {
  Request& request = head.request;
  const Body kind = shared_.routes.body_of(request.method, request.path).value_or(Body::None);
  const std::int64_t most = kind == Body::File   ? shared_.limits.max_upload
                            : kind == Body::Json ? kMaxJsonBytes
                                                 : 0;
  if (head.length.value_or(0) > most)
    throw too_large(most);
  if (kind == Body::File)
    request.upload = shared_.make_upload();
  if (head.expects_continue && head.has_body() &&
      socket_.write("HTTP/1.1 100 Continue\r\n\r\n", Clock::now() + shared_.limits.head) !=
          Socket::Status::Done)
    throw Cancelled();
  const auto take = [&](std::string_view bytes) {
    if (request.upload)
      request.upload->write(bytes);
    else
      request.body += bytes;
  };
  if (head.is_chunked)
    read_chunks(most, take);
  else
    read_known(head.length.value_or(0), take);
}

/// The answer to a request whose head has been read. `is_read` becomes true when its body has been, so that
/// another request may follow.
Response Connection::respond(RequestHead& head, bool& is_read) {
  try {
    if (std::optional<Response> refusal = shared_.guard.check(head.request)) {
      is_read = !head.has_body();
      return std::move(*refusal);
    }
    read_body(head);
    is_read = true;
  } catch (const Cancelled&) {
    throw;
  } catch (...) {
    return failure_now();
  }
  head.request.gone = gone_.get_token();
  is_working_ = true;
  Response response = shared_.routes.handle(head.request);
  return response;
}

Connection::Next Connection::serve_request() {
  std::string text;
  RequestHead head;
  bool is_read = false;
  Response response;
  {
    const std::lock_guard lock(gone_mutex_);
    gone_ = std::stop_source();
  }
  try {
    if (!read_head(text))
      return Next::End;
    head = parse_head(text);
    response = respond(head, is_read);
  } catch (const RequestError&) {
    response = failure_now();
  }
  const bool keeps_alive = is_read && head.keeps_alive && !response.stream && !is_ended_;
  const bool is_sent = send(response, head.request.method == "HEAD", keeps_alive);
  is_working_ = false;
  if (is_sent && !keeps_alive && !is_ended_)
    socket_.close_gently();
  return is_sent && keeps_alive ? Next::Request : Next::End;
}

bool Connection::send(const Response& response, bool is_head_only, bool keeps_alive) {
  const bool is_stream = response.stream && !is_head_only;
  std::string head = response_head(response, is_stream, keeps_alive);
  if (is_stream)
    return socket_.write(head, Clock::now() + shared_.limits.body) == Socket::Status::Done &&
           send_stream(response);
  // A small body goes in the same packet as its head.
  const bool is_small = response.body.size() < kPiece;
  if (!is_head_only && is_small)
    head += response.body;
  const auto start = Clock::now();
  if (socket_.write(head, deadline_for(start, 0)) != Socket::Status::Done)
    return false;
  if (is_head_only || is_small)
    return true;
  // Piece by piece, so that a client which reads too slowly is noticed before the end.
  std::string_view left = response.body;
  for (std::int64_t sent = 0; !left.empty();) {
    const std::string_view piece = left.substr(0, kPiece);
    if (socket_.write(piece, deadline_for(start, sent)) != Socket::Status::Done)
      return false;
    left.remove_prefix(piece.size());
    sent += static_cast<std::int64_t>(piece.size());
  }
  return true;
}

bool Connection::send_stream(const Response& response) {
  bool is_sent = true;
  const auto send_part = [&](std::string_view bytes) {
    if (bytes.empty() || !is_sent || is_ended_)
      return is_sent && !is_ended_;
    const std::string chunk = fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
    is_sent = socket_.write(chunk, Clock::now() + shared_.limits.body) == Socket::Status::Done;
    return is_sent;
  };
  try {
    response.stream(send_part);
  } catch (const std::exception&) {  // the client sees that the last chunk is missing
    return false;
  }
  return is_sent && socket_.write("0\r\n\r\n", Clock::now() + shared_.limits.body) == Socket::Status::Done;
}

}  // namespace fovea::studio
