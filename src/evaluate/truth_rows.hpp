#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace fovea {

/// The columns of a CSV by their titles.
using TruthColumns = std::map<std::string, std::size_t>;

/// A row of ground truth, with fields by the title of their column.
class TruthRow {
public:
  /// Keeps references to `columns` and `path`.
  TruthRow(const TruthColumns& columns, std::vector<std::string> fields, std::size_t line,
           const std::string& path)
      : columns_(columns), fields_(std::move(fields)), line_(line), path_(path) {}

  /// InputError naming file and line.
  [[noreturn]] void fail(const std::string& message) const;
  /// Empty where there is no such column.
  std::string text(const std::string& column) const;
  /// InputError unless the field is a finite number.
  double coordinate(const std::string& column) const;
  /// `missing` for an empty field. InputError unless the field is a whole number of at least 0.
  std::int64_t whole(const std::string& column, std::int64_t missing) const;
  /// The picture's name, in the column "file". InputError if it is empty.
  std::string file() const;

private:
  const TruthColumns& columns_;
  std::vector<std::string> fields_;
  std::size_t line_;
  const std::string& path_;
};

/// Reads a CSV with a header: calls `check` with its columns and then `take` with each row that is not blank.
/// InputError naming file and line for a column that comes twice and for a row with another number of fields
/// than the header, and whatever `check` and `take` throw.
void read_truth_rows(const std::string& path, const std::function<void(const TruthColumns&)>& check,
                     const std::function<void(const TruthRow&)>& take);

/// InputError naming `path` if one of the columns is missing.
void need_column(const TruthColumns& columns, const char* title, const std::string& path);

}  // namespace fovea
