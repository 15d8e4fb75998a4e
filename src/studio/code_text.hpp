#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Texts within commands and programs that are written for a user.
namespace fovea::studio {

/// A word of a shell's command line: as it is where that is safe, else in single quotes. A word that begins
/// with
/// '-' and is the name of a file gets "./" before it.
std::string shell_word(std::string_view text);
std::string shell_file(std::string_view path);
/// A literal of C++ and of Python, in double quotes. UTF-8 stays as it is.
std::string literal(std::string_view text);
/// The shortest decimal text that reads back as the same number.
std::string number(double value);

/// The arguments of a call or command, with a line break before an argument that would make a line longer
/// than about 100 characters.
class WrappedList {
public:
  /// `joint` stands between two arguments, `broken` in its place where a line ends.
  WrappedList(std::string first, std::string joint, std::string broken);
  void add(const std::string& argument);
  const std::string& text() const { return text_; }

private:
  std::string text_, joint_, broken_;
  std::size_t line_ = 0;
  bool is_first_ = true;
};

/// Bytes in base64, in lines of 76 characters, each of which ends in a line break.
std::string base64_lines(std::string_view bytes);

}  // namespace fovea::studio
