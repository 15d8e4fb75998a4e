#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fovea {

/// "512 B", "1.5 MiB", "2.0 GiB".
std::string bytes_text(std::int64_t bytes);

/// Bytes from a number with or without a unit: "4GiB", "1.5 GB", "512M", "1048576". K, M, G, T and KiB to TiB
/// are powers of 1024, kB (or KB) to TB of 1000, in any case. InputError naming the text for anything else,
/// for less than one byte and for more than 2^62.
std::int64_t parse_bytes(std::string_view text);

}  // namespace fovea
