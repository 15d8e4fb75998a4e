#include "batch/shard.hpp"

#include "fovea/error.hpp"

#include <fmt/format.h>

#include <charconv>

namespace fovea {

Shard parse_shard(std::string_view text) {
  if (text.empty())
    return {};
  constexpr std::int64_t most = 1000000;
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, shard.number);
  const bool slash = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  const auto second = slash ? std::from_chars(first.ptr + 1, end, shard.of) : first;
  if (!slash || second.ec != std::errc() || second.ptr != end || shard.number < 1 ||
      shard.number > shard.of || shard.of > most)
    throw InputError(
        fmt::format("expected I/N with I from 1 to N, and N at most {}, found '{:.40}'", most, text));
  return shard;
}

std::string Shard::suffix() const {
  return of == 1 ? "" : fmt::format("-{}-of-{}", number, of);
}

std::vector<std::int64_t> Shard::places(std::int64_t total) const {
  std::vector<std::int64_t> list;
  for (std::int64_t i = number - 1; i < total; i += of)
    list.push_back(i);
  return list;
}

}  // namespace fovea
