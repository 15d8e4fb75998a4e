#include "studio/code_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace fovea::studio {
namespace {

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("_-./,:=+@%").find(c) != std::string_view::npos;
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain))
    return std::string(text);
  std::string word = "'";
  for (const char c : text)
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string shell_file(std::string_view path) {
  return shell_word(path.starts_with('-') ? "./" + std::string(path) : std::string(path));
}

std::string literal(std::string_view text) {
  std::string made = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      made += std::string("\\") + c;
    else if (byte < 0x20 || byte == 0x7f)
      made += fmt::format("\\{:03o}", byte);
    else
      made += c;
  }
  return made + "\"";
}

std::string number(double value) {
  return fmt::format("{}", value);
}

WrappedList::WrappedList(std::string first, std::string joint, std::string broken)
    : text_(std::move(first)), joint_(std::move(joint)), broken_(std::move(broken)), line_(text_.size()) {}

void WrappedList::add(const std::string& argument) {
  constexpr std::size_t widest = 100;
  const bool breaks = !is_first_ && line_ + joint_.size() + argument.size() > widest;
  const std::string& between = breaks ? broken_ : joint_;
  if (!is_first_ || joint_ == " ")
    text_ += between;
  line_ = breaks ? argument.size() : line_ + joint_.size() + argument.size();
  text_ += argument;
  is_first_ = false;
}

std::string base64_lines(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t columns = 76;
  std::string text;
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= count ? letters[group >> (18 - 6 * k) & 63] : '=';
    if ((column += 4) == columns) {
      text += '\n';
      column = 0;
    }
  }
  return column ? text + '\n' : text;
}

}  // namespace fovea::studio
