#include "base/check.hpp"
#include "base/csv.hpp"
#include "base/read_file.hpp"
#include "evaluate/text_lines.hpp"
#include "fovea/evaluate_localization.hpp"

#include <array>
#include <cmath>
#include <map>
#include <set>

namespace fovea {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

/// A CSV's rows, with fields by the name of their column.
class Row {
public:
  Row(const std::map<std::string, std::size_t>& columns, std::vector<std::string> fields, std::size_t line,
      const std::string& path)
      : columns_(columns), fields_(std::move(fields)), line_(line), path_(path) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw InputError(fmt::format("line {}: {}", line_, message), path_);
  }
  /// Empty where there is no such column.
  std::string text(const std::string& column) const {
    const auto at = columns_.find(column);
    return at == columns_.end() ? std::string() : std::string(trimmed(fields_[at->second]));
  }
  double coordinate(const std::string& column) const {
    const auto value = number_from<double>(text(column));
    if (!value || !std::isfinite(*value))
      fail(fmt::format("{}: expected a number, found '{}'", column, text(column)));
    return *value;
  }
  /// `missing` for an empty field.
  std::int64_t whole(const std::string& column, std::int64_t missing) const {
    if (text(column).empty())
      return missing;
    const auto value = number_from<std::int64_t>(text(column));
    if (!value || *value < 0)
      fail(fmt::format("{}: expected a whole number of at least 0, found '{}'", column, text(column)));
    return *value;
  }

private:
  const std::map<std::string, std::size_t>& columns_;
  std::vector<std::string> fields_;
  std::size_t line_;
  const std::string& path_;
};

std::map<std::string, std::size_t> read_header(std::string_view line, const std::string& path) {
  std::map<std::string, std::size_t> columns;
  for (const std::string& field : split_csv(line, 1, path)) {
    const std::string name(trimmed(field));
    if (!columns.emplace(name, columns.size()).second)
      throw InputError(fmt::format("line 1: the column '{}' comes twice", name), path);
  }
  for (const char* needed : {"file", "x0", "y0", "x1", "y1"})
    if (!columns.count(needed))
      throw InputError(fmt::format("line 1: the column '{}' is missing", needed), path);
  if (!columns.count("wnid") && !columns.count("class_index"))
    throw InputError("line 1: a column 'wnid' or 'class_index' is missing", path);
  return columns;
}

/// The image of a row, without boxes.
AnnotatedImage image_of(const Row& row) {
  AnnotatedImage image;
  image.name = row.text("file");
  if (image.name.empty())
    row.fail("the file's name is empty");
  image.wordnet_id = row.text("wnid");
  image.class_index = row.whole("class_index", -1);
  if (image.wordnet_id.empty() && image.class_index < 0)
    row.fail("the image has no class");
  image.width = row.whole("width", 0);
  image.height = row.whole("height", 0);
  return image;
}

RealBox box_of(const Row& row) {
  const RealBox box{row.coordinate("x0"), row.coordinate("y0"), row.coordinate("x1"), row.coordinate("y1")};
  if (box.empty())
    row.fail(fmt::format("the box {},{} to {},{} is empty", box.x0, box.y0, box.x1, box.y1));
  return box;
}

}  // namespace

std::vector<AnnotatedImage> read_truth_csv(const std::string& path) {
  const std::string text = read_file(path, kMaxBytes);
  const std::vector<std::string_view> lines = lines_in(text);
  if (lines.empty())
    throw InputError("is empty", path);
  const auto columns = read_header(lines[0], path);
  std::vector<AnnotatedImage> images;
  std::map<std::string, std::size_t> places;
  std::set<std::pair<std::string, std::string>> numbers;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (trimmed(lines[i]).empty())
      continue;
    std::vector<std::string> fields = split_csv(lines[i], i + 1, path);
    if (fields.size() != columns.size())
      throw InputError(fmt::format("line {}: expected {} fields as in the header, found {}", i + 1,
                                   columns.size(), fields.size()),
                       path);
    const Row row(columns, std::move(fields), i + 1, path);
    AnnotatedImage image = image_of(row);
    const auto [place, is_new] = places.emplace(image.name, images.size());
    if (is_new)
      images.push_back(image);
    AnnotatedImage& known = images[place->second];
    if (known.wordnet_id != image.wordnet_id || known.class_index != image.class_index)
      row.fail(fmt::format("{} has another class here than in an earlier line", image.name));
    if (known.width != image.width || known.height != image.height)
      row.fail(fmt::format("{} has another size here than in an earlier line", image.name));
    if (!row.text("box").empty() && !numbers.emplace(image.name, row.text("box")).second)
      row.fail(fmt::format("box {} of {} comes twice", row.text("box"), image.name));
    known.boxes.push_back(box_of(row));
  }
  if (images.empty())
    throw InputError("holds no boxes", path);
  return images;
}

}  // namespace fovea
