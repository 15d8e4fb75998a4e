#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace fovea::networks {

/// What to fetch, and what to do with it.
struct Download {
  std::string url;
  /// How many of the file's first bytes are here already.
  std::int64_t begin = 0;
  /// Given up when no byte has come for this long.
  std::chrono::seconds patience{30};
  /// Takes the next bytes; what it throws ends the download and is thrown on.
  std::function<void(std::string_view bytes)> take;
  /// Called before the first byte where the server sends the file from its beginning although it was asked
  /// for the rest: what is here is to be forgotten.
  std::function<void()> start_over;
};

/// Fetches a file over HTTPS, redirects followed; over plain HTTP only where the URL says so itself.
/// InputError that names the URL and the reason when the transfer fails or ends early; `take` has had all
/// that came.
void download(const Download& wanted);

}  // namespace fovea::networks
