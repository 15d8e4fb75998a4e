#include "base/closest_names.hpp"

#include "base/edit_distance.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace fovea {
namespace {

/// Longer texts are not compared letter by letter, which would only take time.
constexpr std::size_t kMostLetters = 200;
/// As many names fit into every message.
constexpr std::size_t kFewNames = 6;

/// Whether the byte is part of a word. All of other scripts than ASCII's are.
bool is_letter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 128 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// The number of letters that may differ between a typed name of that length and the one that was meant.
std::size_t largest_distance(std::size_t letters) {
  return letters < 3 ? 0 : letters < 5 ? 1 : std::max<std::size_t>(2, letters / 3);
}

std::size_t smallest_distance(std::string_view wanted, std::string_view name) {
  wanted = wanted.substr(0, kMostLetters);
  std::size_t least = edit_distance(wanted, name.substr(0, 2 * kMostLetters));
  if (!std::all_of(wanted.begin(), wanted.end(), is_letter))
    return least;
  for (std::size_t begin = 0; begin < name.size();) {
    std::size_t end = begin;
    while (end < name.size() && is_letter(name[end]))
      ++end;
    // At least half as long: two letters are near to any short word.
    if (2 * (end - begin) > wanted.size())
      least = std::min(least, edit_distance(wanted, name.substr(begin, end - begin)) + 1);
    begin = end + 1;
  }
  return least;
}

/// The indices of the names, best first, without repetitions of a name.
std::vector<std::pair<NameMatch, std::size_t>> ranked(std::string_view wanted,
                                                      std::span<const std::string> names) {
  const std::string folded = fold_name(wanted);
  std::vector<std::pair<NameMatch, std::size_t>> result;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (seen.insert(names[i]).second)
      result.emplace_back(match_name(folded, fold_name(names[i])), i);
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace

std::string fold_name(std::string_view text) {
  std::string folded;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '_' || c == '-') {
      if (!folded.empty() && folded.back() != ' ')
        folded += ' ';
    } else {
      folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  if (!folded.empty() && folded.back() == ' ')
    folded.pop_back();
  return folded;
}

NameMatch match_name(std::string_view wanted, std::string_view name) {
  using Kind = NameMatch::Kind;
  if (wanted.empty())
    return {Kind::Far, name.size()};
  if (wanted == name)
    return {Kind::Same, 0};
  Kind kind = Kind::Far;
  for (std::size_t at = name.find(wanted); at != std::string_view::npos; at = name.find(wanted, at + 1)) {
    const std::size_t end = at + wanted.size();
    const bool begins = at == 0 || !is_letter(name[at - 1]);
    const bool ends = end == name.size() || !is_letter(name[end]);
    if (begins)
      kind = std::min(kind, ends ? Kind::Words : at == 0 ? Kind::Beginning : Kind::WordBegins);
  }
  if (kind != Kind::Far)
    return {kind, 0};
  const std::size_t distance = smallest_distance(wanted, name);
  return {distance <= largest_distance(std::min(wanted.size(), kMostLetters)) ? Kind::Near : Kind::Far,
          distance};
}

std::vector<std::string> near_names(std::string_view wanted, std::span<const std::string> names,
                                    std::size_t most) {
  std::vector<std::string> near;
  for (const auto& [match, i] : ranked(wanted, names))
    if (match.kind != NameMatch::Kind::Far && near.size() < most)
      near.push_back(names[i]);
  return near;
}

std::string did_you_mean(std::string_view wanted, std::span<const std::string> names) {
  const std::vector<std::string> near = near_names(wanted, names);
  std::string text;
  for (std::size_t i = 0; i < near.size(); ++i)
    text += fmt::format("{}'{}'", i == 0 ? "; did you mean " : i + 1 == near.size() ? " or " : ", ", near[i]);
  return near.empty() ? "" : text + "?";
}

std::string unknown_name(std::string_view what, std::string_view wanted, std::span<const std::string> names) {
  const std::string near = did_you_mean(wanted, names);
  std::string text = fmt::format("unknown {} '{}'", what, wanted);
  if (near.empty() || names.size() <= kFewNames)
    text += fmt::format(": expected one of {}", fmt::join(names, ", "));
  return text + near;
}

std::string closest_names(std::string_view wanted, std::span<const std::string> names, std::size_t most) {
  std::string text;
  std::size_t count = 0;
  for (const auto& [match, i] : ranked(wanted, names))
    if (count++ < most)
      text += fmt::format("{}'{}'", count == 1 ? "" : ", ", names[i]);
  return text;
}

}  // namespace fovea
