#include "fovea/classes.hpp"

#include "base/check.hpp"
#include "base/closest_names.hpp"
#include "base/csv.hpp"
#include "base/imagenet_labels.hpp"
#include "base/read_file.hpp"
#include "base/utf8.hpp"
#include "base/wordnet_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace fovea {
namespace {

constexpr std::size_t kMaxLabelBytes = std::size_t{64} << 20;
constexpr std::size_t kMaxLabels = 1'000'000;
constexpr std::size_t kShownCandidates = 10;
constexpr std::size_t kShownNearMisses = 3;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// The folded names of a class: the whole text and each of its synonyms ("tench, Tinca tinca" has three).
std::vector<std::string> folded_names(const Label& label) {
  std::vector<std::string> names = {fold_name(label.name)};
  if (label.name.find(',') == std::string::npos)
    return names;
  std::string_view rest = label.name;
  while (true) {
    const auto comma = rest.find(',');
    names.push_back(fold_name(trim(rest.substr(0, comma))));
    if (comma == std::string_view::npos)
      return names;
    rest.remove_prefix(comma + 1);
  }
}

/// "index wnid name".
std::string describe(std::int64_t index, const Label& label) {
  return label.wordnet_id.empty() ? fmt::format("{} {}", index, label.name)
                                  : fmt::format("{} {} {}", index, label.wordnet_id, label.name);
}

/// Where a CSV of labels has its columns; a file without WordNet ids has none of those.
struct CsvColumns {
  std::size_t count = 0, name = 0;
  static constexpr std::size_t index = 0;
  std::optional<std::size_t> wordnet_id;
};

/// The columns, when the first line is a header: one that begins with the index and names a name.
std::optional<CsvColumns> parse_csv_header(std::string_view line, const std::string& origin) {
  if (!fold_name(line).starts_with("index,"))
    return std::nullopt;
  CsvColumns columns;
  std::optional<std::size_t> name;
  for (const std::string& field : split_csv(line, 1, origin)) {
    const std::string title = fold_name(trim(field));
    if (title == "wnid")
      columns.wordnet_id = columns.count;
    if (title == "name")
      name = columns.count;
    ++columns.count;
  }
  if (!name)
    return std::nullopt;
  columns.name = *name;
  return columns;
}

Label parse_csv_line(std::string_view line, std::size_t number, std::size_t index, const CsvColumns& columns,
                     const std::string& origin) {
  const auto fields = split_csv(line, number, origin);
  if (fields.size() != columns.count)
    throw InputError(fmt::format("line {}: expected {} fields as in the header, found {}", number,
                                 columns.count, fields.size()),
                     origin);
  if (trim(fields[columns.index]) != std::to_string(index))
    throw InputError(
        fmt::format("line {}: expected index {}, found '{}'", number, index, fields[columns.index]), origin);
  return {columns.wordnet_id ? std::string(trim(fields[*columns.wordnet_id])) : std::string(),
          std::string(trim(fields[columns.name]))};
}

/// Lines with bytes that are not UTF-8.
class ReplacedBytes {
public:
  /// The line with those bytes replaced.
  std::string valid_line(std::string_view line, std::size_t number) {
    if (is_valid_utf8(line))
      return std::string(line);
    first_ = lines_++ == 0 ? number : first_;
    return valid_utf8(line);
  }
  std::vector<std::string> warnings(const std::string& origin) const {
    if (lines_ == 0)
      return {};
    const std::string others = lines_ == 1 ? "" : fmt::format(" and {} others", lines_ - 1);
    return {fmt::format("{}: line {}{}: bytes that are not UTF-8 were replaced", origin, first_, others)};
  }

private:
  std::size_t lines_ = 0, first_ = 0;
};

Label parse_plain_line(std::string_view line) {
  const auto blank = line.find_first_of(" \t");
  if (!is_wordnet_id(line.substr(0, blank)))
    return {"", std::string(line)};
  if (blank == std::string_view::npos)
    return {std::string(line), std::string(line)};
  return {std::string(line.substr(0, blank)), std::string(trim(line.substr(blank)))};
}

std::string shortened(std::string_view text) {
  constexpr std::size_t limit = 60;
  return text.size() <= limit ? std::string(text) : std::string(text.substr(0, limit)) + "...";
}

/// How a text fits a class, by the best of its names and its WordNet id.
NameMatch match_label(std::string_view wanted, const Label& label) {
  if (!label.wordnet_id.empty() && fold_name(label.wordnet_id) == wanted)
    return {NameMatch::Kind::Same, 0};
  NameMatch best{NameMatch::Kind::Far, std::string::npos};
  for (const std::string& name : folded_names(label))
    best = std::min(best, match_name(wanted, name));
  return best;
}

using Candidates = std::vector<std::pair<NameMatch, std::int64_t>>;

[[noreturn]] void throw_ambiguous(std::string_view text, const Candidates& found, const Labels& labels) {
  std::string message =
      fmt::format("class '{}' is ambiguous: {} classes fit:", shortened(text), found.size());
  for (std::size_t i = 0; i < std::min(found.size(), kShownCandidates); ++i)
    message += (i ? "; " : " ") + describe(found[i].second, labels[found[i].second]);
  if (found.size() > kShownCandidates)
    message += fmt::format("; and {} more", found.size() - kShownCandidates);
  throw InputError(message);
}

[[noreturn]] void throw_unknown(std::string_view text, const Candidates& near, const Labels& labels) {
  std::string message = fmt::format("no class is called '{}'", shortened(text));
  const std::size_t shown = std::min(near.size(), kShownNearMisses);
  for (std::size_t i = 0; i < shown; ++i)
    message += fmt::format("{}{}",
                           i == 0           ? "; did you mean "
                           : i + 1 == shown ? ", or "
                                            : ", ",
                           describe(near[i].second, labels[near[i].second]));
  throw InputError(message + (shown > 0 ? "?" : ""));
}

}  // namespace

const Labels& Labels::imagenet() {
  static const Labels labels = parse(imagenet_labels_csv(), "imagenet_classes.csv");
  return labels;
}

Labels Labels::read(const std::string& path) {
  return parse(read_file(path, kMaxLabelBytes), path);
}

Labels Labels::parse(std::string_view text, const std::string& origin) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF")
    text.remove_prefix(3);
  std::vector<Label> labels;
  std::size_t empty_line = 0;
  std::optional<CsvColumns> csv;
  ReplacedBytes replaced;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string valid = replaced.valid_line(text.substr(0, end), number);
    const std::string_view line = trim(valid);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (number == 1 && (csv = parse_csv_header(line, origin)))
      continue;
    if (line.empty()) {
      empty_line = empty_line ? empty_line : number;
      continue;
    }
    // An empty line is a label that was lost: all classes after it would carry the wrong name.
    if (empty_line)
      throw InputError(fmt::format("line {}: the label is empty", empty_line), origin);
    const auto binary = [](char c) { return static_cast<unsigned char>(c) < 32 && c != '\t'; };
    if (std::any_of(line.begin(), line.end(), binary))
      throw InputError(fmt::format("line {}: not text", number), origin);
    Label label = csv ? parse_csv_line(line, number, labels.size(), *csv, origin) : parse_plain_line(line);
    if (label.name.empty())
      throw InputError(fmt::format("line {}: the name is empty", number), origin);
    if (labels.size() == kMaxLabels)
      throw InputError(fmt::format("line {}: more than {} labels", number, kMaxLabels), origin);
    labels.push_back(std::move(label));
  }
  if (labels.empty())
    throw InputError("no labels in it", origin);
  return Labels(std::move(labels), replaced.warnings(origin));
}

Labels Labels::of_two_classes() const {
  if (size() != 1)
    return *this;
  return Labels({{"", "not " + labels_.front().name}, labels_.front()});
}

std::string Labels::name(std::int64_t index) const {
  if (index < 0 || index >= size() || (*this)[index].name.empty())
    return fmt::format("class {}", index);
  return (*this)[index].name;
}

std::string Labels::short_name(std::int64_t index) const {
  const std::string all = name(index);
  // The commas of a target's indices are inside brackets.
  std::size_t end = all.find(',');
  while (end != std::string::npos && all.rfind('[', end) != std::string::npos &&
         all.find(']', all.rfind('[', end)) > end)
    end = all.find(',', end + 1);
  return all.substr(0, end);
}

std::string Labels::name_with_id(std::int64_t index) const {
  const bool has_id = index >= 0 && index < size() && !(*this)[index].wordnet_id.empty();
  return has_id ? (*this)[index].wordnet_id + " " + name(index) : name(index);
}

std::int64_t Labels::find(std::string_view text, std::int64_t classes) const {
  text = trim(text);
  FOVEA_CHECK(!text.empty(), "the class is empty: expected an index, a WordNet id or a name");
  const bool negative = text[0] == '-';
  if (text.size() > (negative ? 1U : 0U) &&
      std::all_of(text.begin() + (negative ? 1 : 0), text.end(), is_digit)) {
    std::int64_t index = -1;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), index);
    FOVEA_CHECK(result.ec == std::errc() && index >= 0 && index < classes,
                "class {} is out of range: the network has the classes 0 to {}", shortened(text),
                classes - 1);
    return index;
  }
  const std::int64_t known = std::min(size(), classes);
  FOVEA_CHECK(known > 0, "class '{}': the network's classes have no names here; give an index from 0 to {}",
              shortened(text), classes - 1);

  const std::string wanted = fold_name(text);
  Candidates found, near;
  for (std::int64_t i = 0; i < known; ++i) {
    const NameMatch match = match_label(wanted, (*this)[i]);
    if (match.kind < NameMatch::Kind::Near)
      found.emplace_back(match, i);
    else if (match.kind == NameMatch::Kind::Near)
      near.emplace_back(match, i);
  }
  std::sort(found.begin(), found.end());
  std::sort(near.begin(), near.end());
  if (found.empty())
    throw_unknown(text, near, *this);
  // A name that is the same, or the only one with these words, is meant whatever else begins like it.
  const NameMatch::Kind best = found.front().first.kind;
  if (best == NameMatch::Kind::Same)
    std::erase_if(found, [](const auto& candidate) { return candidate.first.kind != NameMatch::Kind::Same; });
  const bool is_only_one = found.size() == 1 || found[1].first.kind != best;
  if (!is_only_one)
    throw_ambiguous(text, found, *this);
  return found.front().second;
}

}  // namespace fovea
