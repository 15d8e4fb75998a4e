#pragma once

#include <algorithm>
#include <string>

namespace fovea {

/// The text with A to Z in lower case; other characters, UTF-8's among them, stay as they are.
inline std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return text;
}

}  // namespace fovea
