#include "cli/kit/terminal.hpp"

#include "base/lower_case.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace fovea::cli {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

std::size_t terminal_width(int descriptor) {
  constexpr std::size_t least = 20, most = 1000, otherwise = 80;
  const std::string_view text = variable("COLUMNS");
  std::size_t columns = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), columns);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || columns == 0) {
    winsize size = {};
    columns = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : otherwise;
  }
  return std::clamp(columns, least, most);
}

std::size_t line_width(int descriptor) {
  return ::isatty(descriptor) == 1 ? terminal_width(descriptor) : 0;
}

bool is_utf8_locale() {
  std::string_view locale;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (locale = variable(name); !locale.empty())
      break;
  const std::string small = lower_case(std::string(locale));
  return small.find("utf-8") != std::string::npos || small.find("utf8") != std::string::npos;
}

}  // namespace fovea::cli
