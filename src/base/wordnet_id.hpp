#pragma once

#include <algorithm>
#include <string_view>

namespace fovea {

/// Whether a text has the form of ImageNet's WordNet ids: "n" and eight digits.
inline bool is_wordnet_id(std::string_view text) {
  return text.size() == 9 && text[0] == 'n' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace fovea
