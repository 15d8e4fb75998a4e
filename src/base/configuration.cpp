#include "base/configuration.hpp"

#include "base/check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace fovea {
namespace {

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = text.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

[[noreturn]] void refuse(const std::string& path, std::size_t line, const std::string& why) {
  throw InputError(why, fmt::format("{}:{}", path, line));
}

ConfigurationEntry parse_line(std::string_view text, const std::string& path, std::size_t line,
                              std::span<const std::string_view> keys) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    refuse(path, line, fmt::format("expected 'key = value', found '{}'", text));
  ConfigurationEntry entry{std::string(without_blanks(text.substr(0, equals))),
                           std::string(without_blanks(text.substr(equals + 1))), line};
  if (std::find(keys.begin(), keys.end(), entry.key) == keys.end())
    refuse(path, line, fmt::format("unknown key '{}': expected one of {}", entry.key, fmt::join(keys, ", ")));
  if (entry.value.empty())
    refuse(path, line, fmt::format("'{}' has no value", entry.key));
  return entry;
}

}  // namespace

std::vector<ConfigurationEntry> parse_configuration(std::string_view text, const std::string& path,
                                                    std::span<const std::string_view> keys) {
  std::vector<ConfigurationEntry> entries;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = without_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (content.empty() || content.front() == '#')
      continue;
    ConfigurationEntry entry = parse_line(content, path, line, keys);
    const auto earlier = std::find_if(entries.begin(), entries.end(),
                                      [&](const ConfigurationEntry& each) { return each.key == entry.key; });
    if (earlier != entries.end())
      refuse(path, line, fmt::format("'{}' is given in line {} already", entry.key, earlier->line));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace fovea
