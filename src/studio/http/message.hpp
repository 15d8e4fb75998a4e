#pragma once

#include "studio/request.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The texts of HTTP/1.1 messages (RFC 9112). Strict: what two readers might understand differently is
/// refused.
namespace fovea::studio {

/// The largest request line with all headers, in bytes, and the largest number of headers.
inline constexpr std::size_t kMaxHeadBytes = 32 << 10;
inline constexpr std::size_t kMaxHeaders = 100;

/// The head of a request: everything before its body.
struct RequestHead {
  Request request;                          ///< without its body
  std::optional<std::int64_t> length = {};  ///< of the body
  bool is_chunked = false;                  ///< the body comes in chunks, of an unknown length
  bool expects_continue = false;            ///< the client waits for "100 Continue" before the body
  bool keeps_alive = true;                  ///< further requests may follow on the connection

  bool has_body() const { return is_chunked || length.value_or(0) > 0; }
};

/// Parses the request line and the headers, up to and with the empty line that ends them. RequestError (400,
/// 431, 501 or 505) for anything that is not well-formed, for more than one Host or Content-Length, for a
/// length together with chunks, and for another transfer coding than "chunked".
RequestHead parse_head(std::string_view head);

/// The size in the first line of a chunk, without its line end. RequestError (400) for anything but at most 8
/// hexadecimal digits, which may be followed by ';' and extensions.
std::int64_t parse_chunk_size(std::string_view line);

/// The head of an answer, with its empty line. A body has either a length or chunks.
std::string response_head(const Response& response, bool is_chunked, bool keeps_alive);

}  // namespace fovea::studio
