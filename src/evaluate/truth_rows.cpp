#include "evaluate/truth_rows.hpp"

#include "base/check.hpp"
#include "base/csv.hpp"
#include "base/read_file.hpp"
#include "evaluate/text_lines.hpp"
#include "fovea/error.hpp"

#include <cmath>

namespace fovea {
namespace {

constexpr std::size_t kMaxTruthBytes = std::size_t{1} << 30;

TruthColumns columns_of(std::string_view line, const std::string& path) {
  TruthColumns columns;
  for (const std::string& field : split_csv(line, 1, path)) {
    const std::string name(trimmed(field));
    if (!columns.emplace(name, columns.size()).second)
      throw InputError(fmt::format("line 1: the column '{}' comes twice", name), path);
  }
  return columns;
}

}  // namespace

void TruthRow::fail(const std::string& message) const {
  throw InputError(fmt::format("line {}: {}", line_, message), path_);
}

std::string TruthRow::text(const std::string& column) const {
  const auto at = columns_.find(column);
  return at == columns_.end() ? std::string() : std::string(trimmed(fields_[at->second]));
}

double TruthRow::coordinate(const std::string& column) const {
  const auto value = number_from<double>(text(column));
  if (!value || !std::isfinite(*value))
    fail(fmt::format("{}: expected a number, found '{}'", column, text(column)));
  return *value;
}

std::int64_t TruthRow::whole(const std::string& column, std::int64_t missing) const {
  if (text(column).empty())
    return missing;
  const auto value = number_from<std::int64_t>(text(column));
  if (!value || *value < 0)
    fail(fmt::format("{}: expected a whole number of at least 0, found '{}'", column, text(column)));
  return *value;
}

std::string TruthRow::file() const {
  std::string name = text("file");
  if (name.empty())
    fail("the file's name is empty");
  return name;
}

void read_truth_rows(const std::string& path, const std::function<void(const TruthColumns&)>& check,
                     const std::function<void(const TruthRow&)>& take) {
  const std::string text = read_file(path, kMaxTruthBytes);
  const std::vector<std::string_view> lines = lines_in(text);
  if (lines.empty())
    throw InputError("is empty", path);
  const TruthColumns columns = columns_of(lines[0], path);
  check(columns);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (trimmed(lines[i]).empty())
      continue;
    std::vector<std::string> fields = split_csv(lines[i], i + 1, path);
    if (fields.size() != columns.size())
      throw InputError(fmt::format("line {}: expected {} fields as in the header, found {}", i + 1,
                                   columns.size(), fields.size()),
                       path);
    take(TruthRow(columns, std::move(fields), i + 1, path));
  }
}

void need_column(const TruthColumns& columns, const char* title, const std::string& path) {
  if (!columns.count(title))
    throw InputError(fmt::format("line 1: the column '{}' is missing", title), path);
}

}  // namespace fovea
