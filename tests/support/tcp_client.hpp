#pragma once

#include <arpa/inet.h>
#include <cstdlib>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace fovea::test {

/// A connection to a port of this machine that sends and reads plain bytes.
class TcpClient {
public:
  /// `receive_buffer`: the system's buffer for what is received, in bytes; 0: as the system likes.
  explicit TcpClient(int port, int receive_buffer = 0) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0)
      ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~TcpClient() { close(); }
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;

  void close() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
    descriptor_ = -1;
  }
  /// False once the other side has closed.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// What has arrived, or an empty text once the other side has closed or after 20 s.
  std::string receive(std::size_t most = 65536) const {
    pollfd one = {descriptor_, POLLIN, 0};
    if (::poll(&one, 1, 20'000) <= 0)
      return {};
    std::string bytes(most, '\0');
    const ssize_t got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  /// Everything up to the connection's end.
  std::string receive_all() const {
    std::string all;
    while (true) {
      const std::string piece = receive();
      if (piece.empty())
        return all;
      all += piece;
    }
  }
  /// One whole answer with a Content-Length; what follows it stays.
  std::string receive_answer() {
    while (true) {
      if (const std::size_t end = kept_.find("\r\n\r\n"); end != std::string::npos) {
        const std::size_t at = kept_.find("Content-Length: ");
        const std::size_t length =
            at < end ? static_cast<std::size_t>(std::atoll(kept_.c_str() + at + 16)) : 0;
        if (kept_.size() >= end + 4 + length) {
          std::string answer = kept_.substr(0, end + 4 + length);
          kept_.erase(0, end + 4 + length);
          return answer;
        }
      }
      const std::string piece = receive();
      if (piece.empty())
        return {};
      kept_ += piece;
    }
  }

private:
  int descriptor_;
  std::string kept_;
};

}  // namespace fovea::test
