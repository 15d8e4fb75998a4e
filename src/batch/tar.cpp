#include "batch/tar.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <numeric>

namespace fovea {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kMostName = 100;  ///< bytes of a name in a header
constexpr std::uint64_t kMostSize = (std::uint64_t{1} << 33) - 1;
constexpr int kTime = 946684800;  ///< 2000-01-01: some programs warn of files of 1970

std::string padded(std::string text) {
  text.append((kBlock - text.size() % kBlock) % kBlock, '\0');
  return text;
}

/// A header of the form ustar.
std::string header(const std::string& name, std::uint64_t size, char type) {
  std::string block(kBlock, '\0');
  const auto put = [&](std::size_t at, std::string_view text) { block.replace(at, text.size(), text); };
  put(0, std::string_view(name).substr(0, kMostName));
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", size <= kMostSize ? size : 0));
  put(136, fmt::format("{:011o}", kTime));
  put(148, "        ");
  block[156] = type;
  put(257, std::string_view("ustar\00000", 8));
  const auto sum =
      std::accumulate(block.begin(), block.end(), std::uint32_t{0},
                      [](std::uint32_t all, char c) { return all + static_cast<unsigned char>(c); });
  put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  return block;
}

/// "27 path=photos/a.png\n": the length counts itself.
std::string pax_record(const std::string& key, const std::string& value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (rest + std::to_string(length).size() != length)
    length = rest + std::to_string(length).size();
  return fmt::format("{} {}={}\n", length, key, value);
}

std::string extended_header(const std::string& name, const std::string& records, char type) {
  return header(name, records.size(), type) + padded(records);
}

}  // namespace

std::string tar_beginning() {
  return extended_header("pax_global_header", pax_record("comment", "fovea"), 'g');
}

std::string tar_member(const std::string& name, std::string_view bytes) {
  std::string records;
  if (name.size() > kMostName) {
    if (!is_valid_utf8(name))
      records += pax_record("hdrcharset", "BINARY");
    records += pax_record("path", name);
  }
  if (bytes.size() > kMostSize)
    records += pax_record("size", std::to_string(bytes.size()));
  std::string member = records.empty() ? "" : extended_header("PaxHeaders/member", records, 'x');
  member += header(name, bytes.size(), '0');
  member.reserve(member.size() + bytes.size() + kBlock);
  member += bytes;
  return padded(std::move(member));
}

std::string tar_end() {
  return std::string(2 * kBlock, '\0');
}

}  // namespace fovea
