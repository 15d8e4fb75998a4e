#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace fovea {

struct TableColumn {
  std::string key;    ///< its name in TSV and JSON
  std::string title;  ///< its heading in text
  bool is_right = false;
  bool is_whole = false;  ///< its words are never cut, since people copy them
};

/// A value for programs, and its text for people.
struct TableCell {
  nlohmann::ordered_json value;
  std::string text;
};

/// A table that is printed in columns, as tab-separated values, or as JSON.
class Table {
public:
  explicit Table(std::vector<TableColumn> columns);
  /// The table of an array of objects. A field that is an object becomes columns with a dot in their keys
  /// ("class.index"); a field that is an array of plain values becomes one column of comma-separated ones;
  /// other arrays are left out. What a row lacks is null. Numbers stand at the right.
  static Table of_records(const nlohmann::ordered_json& records);

  /// InternalError unless there is a cell for each column.
  void add_row(std::vector<TableCell> cells);
  bool empty() const { return rows_.empty(); }

  /// Aligned columns two blanks apart below their titles, in columns of a terminal. Control characters and
  /// line ends of cells are shown as escapes. In a table wider than `width` (0: any) the widest columns of
  /// text are wrapped, at blanks or, if that is not enough, within words, to no fewer than 12 columns.
  std::string text(std::size_t width = 0) const;
  /// A line of keys and a line for each row, with a tab between fields. Within fields, tabs, line ends and
  /// backslashes are \t, \n, \r and \\, and other control characters escapes as `shown` has them; null is an
  /// empty field. Valid UTF-8.
  std::string tsv() const;
  /// An array of objects, with the columns' keys.
  nlohmann::ordered_json json() const;

private:
  std::vector<TableColumn> columns_;
  std::vector<std::vector<TableCell>> rows_;
};

/// The methods of the summary of an evaluation of maps as records for `Table::of_records`: a record for each
/// method, with the field "method" before its results.
nlohmann::ordered_json method_records(const nlohmann::ordered_json& summary);
/// The kinds of boxes of the summary of an evaluation of localisation as records, with the field "boxes"
/// before their results: those found, the whole image, the centred box.
nlohmann::ordered_json box_records(const nlohmann::ordered_json& summary);
/// The objects of the arrays that the results have in a field, as one array of records: the other fields of
/// the result, "rank" (from 1), and the object's own fields.
nlohmann::ordered_json nested_records(const nlohmann::ordered_json& results, const std::string& field);

}  // namespace fovea
