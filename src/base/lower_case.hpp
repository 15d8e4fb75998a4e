#pragma once

#include <algorithm>
#include <string>

namespace fovea {

/// The text with A to Z in lower case; all other characters, including non-ASCII ones, stay unchanged.
inline std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return text;
}

}  // namespace fovea
