#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace fovea::networks {

/// A download and its callbacks.
struct Download {
  std::string url;
  /// The number of the file's first bytes that are present already.
  std::int64_t begin = 0;
  /// The download fails if no byte arrives for this long.
  std::chrono::seconds patience{30};
  /// Receives the next bytes; an exception ends the download and is rethrown.
  std::function<void(std::string_view bytes)> take;
  /// Called before the first byte if the server sends the file from its beginning although the rest was
  /// requested: the bytes received earlier are to be discarded.
  std::function<void()> start_over;
};

/// Fetches a file over HTTPS, following redirects; over plain HTTP only if the URL says so itself. InputError
/// that names the URL and the reason if the transfer fails or ends early; `take` has received everything that
/// arrived.
void download(const Download& wanted);

}  // namespace fovea::networks
