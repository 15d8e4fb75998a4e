#include "batch/picture_inputs.hpp"

#include "base/fingerprint.hpp"
#include "base/fitting_name.hpp"
#include "base/lower_case.hpp"
#include "base/read_file.hpp"
#include "base/shown_path.hpp"
#include "batch/archive_reader.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNames = 1'000'000;
constexpr std::size_t kMaxListBytes = std::size_t{4} << 30;
constexpr const char* kEndingsOfArchives[] = {".tar",    ".tar.gz",  ".tgz", ".tar.bz2",
                                              ".tar.xz", ".tar.zst", ".tzst"};

/// The length of the ending of an archive's name; 0 for other names.
std::size_t archive_ending(const std::string& path) {
  const std::string name = lower_case(fs::path(path).filename().string());
  for (const std::string ending : kEndingsOfArchives)
    if (name.size() > ending.size() && name.ends_with(ending))
      return ending.size();
  return 0;
}

struct NumberRange {
  std::size_t begin = 0, end = 0;  ///< its place in the text, braces included
  std::int64_t first = 0, last = 0;
  std::size_t digits = 0;  ///< at least so many
};

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && stopped == text.data() + text.size() && number >= 0;
  return is_whole ? std::optional(number) : std::nullopt;
}

/// The first range in a text, from a place on.
std::optional<NumberRange> find_range(const std::string& text, std::size_t from) {
  for (std::size_t open = text.find('{', from); open != std::string::npos; open = text.find('{', open + 1)) {
    const std::size_t dots = text.find("..", open), close = text.find('}', open);
    if (dots == std::string::npos || close == std::string::npos || dots > close)
      continue;
    const std::string_view all(text);
    const std::string_view low = all.substr(open + 1, dots - open - 1);
    const std::string_view high = all.substr(dots + 2, close - dots - 2);
    const auto first = number_in(low), last = number_in(high);
    if (!first || !last)
      continue;
    if (*first > *last)
      throw InputError(fmt::format("the range {{{}..{}}} falls: write the smaller number first", low, high),
                       text);
    const bool is_padded = (low.size() > 1 && low[0] == '0') || (high.size() > 1 && high[0] == '0');
    return NumberRange{open, close + 1, *first, *last, is_padded ? std::max(low.size(), high.size()) : 0};
  }
  return std::nullopt;
}

bool exists(const std::string& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

std::uint64_t hash_of(const std::string& name) {
  return Fingerprint().add(name).number();
}

/// The name of an input's results, but for a number.
std::string result_stem(const std::string& path, bool is_archive) {
  const std::size_t ending = is_archive ? archive_ending(path) : 0;
  // An ending of one part, since the stem of a name is the name without it.
  return fitting_name(stem_of(ending > 0 ? path.substr(0, path.size() - ending) + ".tar" : path));
}

}  // namespace

bool has_archive_name(const std::string& path) {
  return archive_ending(path) > 0;
}

std::vector<std::string> expand_number_ranges(const std::string& text) {
  std::vector<std::string> names = {text};
  for (auto range = find_range(text, 0); range; range = find_range(text, range->end)) {
    const std::size_t count = static_cast<std::size_t>(range->last - range->first) + 1;
    if (count > kMostNames / names.size())
      throw InputError(fmt::format("its ranges stand for more than {} names", kMostNames), text);
    const std::size_t behind = text.size() - range->end;  // of each name
    const std::size_t length = range->end - range->begin;
    std::vector<std::string> longer;
    for (const std::string& name : names)
      for (std::int64_t number = range->first; number <= range->last; ++number)
        longer.push_back(fmt::format("{}{:0{}}{}", name.substr(0, name.size() - behind - length), number,
                                     range->digits, name.substr(name.size() - behind)));
    names = std::move(longer);
  }
  return names;
}

void read_path_list(const std::string& path, const std::function<void(const std::string& path)>& take) {
  const std::string text = read_file(path, kMaxListBytes);
  if (begins_as_archive(text))
    throw InputError("is an archive, and no list of paths: name it as an argument, without --files",
                     name_of_input(path));
  const char end_of_name = text.find('\0') != std::string::npos ? '\0' : '\n';
  bool is_empty = true;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(end_of_name, begin), text.size());
    std::string name = text.substr(begin, end - begin);
    if (end_of_name == '\n' && name.ends_with('\r'))
      name.pop_back();
    if (!name.empty())
      take(name);
    is_empty = is_empty && name.empty();
    begin = end + 1;
  }
  if (is_empty)
    throw InputError("names no pictures: expected a path on each line", path);
}

void TextList::add(std::string_view text) {
  bytes_ += text;
  ends_.push_back(bytes_.size());
}

std::string TextList::operator[](std::size_t i) const {
  const std::uint64_t begin = i == 0 ? 0 : ends_[i - 1];
  return bytes_.substr(begin, ends_[i] - begin);
}

std::uint32_t NameSerials::next(const std::string& name) {
  const std::uint64_t hash = hash_of(name);
  if (taken_.insert(hash).second)
    return 1;
  std::uint32_t& serial = last_.try_emplace(hash, 1).first->second;
  do
    ++serial;
  while (!taken_.insert(hash_of(with_serial(name, serial))).second);
  return serial;
}

std::string with_serial(const std::string& name, std::uint32_t serial) {
  return serial == 1 ? name : fmt::format("{}-{}", name, serial);
}

PictureInputs::PictureInputs(const std::vector<std::string>& paths) {
  for (const std::string& path : paths)
    add(path);
}

void PictureInputs::add(const std::string& path) {
  if (path.find('{') == std::string::npos || exists(path))
    return add_one(path);
  for (const std::string& name : expand_number_ranges(path))
    add_one(name);
}

void PictureInputs::add_one(const std::string& path) {
  const bool is_archive = this->is_archive(path);
  archives_ += is_archive ? 1 : 0;
  serials_.push_back(names_.next(result_stem(path, is_archive)));
  paths_.add(path);
}

std::vector<std::string> PictureInputs::paths() const {
  std::vector<std::string> paths;
  paths.reserve(size());
  for (std::size_t i = 0; i < size(); ++i)
    paths.push_back(path(i));
  return paths;
}

bool PictureInputs::is_archive(const std::string& path) const {
  return has_archive_name(path) || (!archive_on_input_.empty() && is_standard_input(path));
}

std::string PictureInputs::result_name(std::size_t i) const {
  const std::string path = paths_[i];
  if (size() == 1 && has_archives())
    return {};
  return with_serial(result_stem(path, is_archive(path)), serials_[i]);
}

bool PictureInputs::is_divided_by_archives(const Shard& shard) const {
  const auto count = static_cast<std::int64_t>(size());
  return shard.of > 1 && archives_ == count && count >= shard.of;
}

std::string PictureInputs::fingerprint() const {
  Fingerprint fingerprint;
  for (std::size_t i = 0; i < size(); ++i) {
    const std::string path = this->path(i);
    fingerprint.add(path).add(std::string_view("\0", 1));
    if (!is_archive(path))
      continue;
    if (is_standard_input(path)) {
      fingerprint.add(archive_on_input_);
      continue;
    }
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    fingerprint.add(error ? "none" : std::to_string(size));
  }
  return fingerprint.text();
}

}  // namespace fovea
