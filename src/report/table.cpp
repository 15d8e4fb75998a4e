#include "report/table.hpp"

#include "base/check.hpp"
#include "base/display_width.hpp"
#include "base/utf8.hpp"
#include "base/wrapped_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

/// A value as the text of a field: strings as they are, numbers as JSON has them.
std::string plain_text(const Json& value) {
  if (value.is_null())
    return {};
  if (value.is_string())
    return value.get<std::string>();
  if (!value.is_array())
    return value.dump();
  std::string text;
  for (const Json& item : value)
    text += (text.empty() ? "" : ",") + plain_text(item);
  return text;
}

bool is_list_of_plain_values(const Json& value) {
  return std::none_of(value.begin(), value.end(), [](const Json& item) { return item.is_structured(); });
}

/// Calls `visit` for the plain fields of an object, with their keys.
void for_each_field(const Json& object, const std::string& prefix,
                    const std::function<void(const std::string& key, const Json& value)>& visit) {
  for (const auto& [name, value] : object.items())
    if (value.is_object())
      for_each_field(value, prefix + name + ".", visit);
    else if (!value.is_array() || is_list_of_plain_values(value))
      visit(prefix + name, value);
}

std::string tsv_field(const Json& value) {
  std::string field;
  for (const char c : valid_utf8(plain_text(value)))
    field += c == '\\' ? "\\\\" : std::string(1, c);
  return shown(field);
}

using TextRows = std::vector<std::vector<std::string>>;

/// No column of text is narrower, if it was wider.
constexpr std::size_t kReadableWidth = 12;

/// A word in pieces of at most `width` columns, cut behind a mark if one is near enough.
std::string cut_word(std::string word, std::size_t width) {
  std::string pieces;
  while (display_width(word) > width) {
    std::size_t fits = 0, mark = 0;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      if (i < word.size() && (static_cast<unsigned char>(word[i]) & 0xC0U) == 0x80U)
        continue;
      if (display_width(std::string_view(word).substr(0, i)) > width && fits > 0)
        break;
      fits = i;
      if (std::string_view("-,/._").find(word[i - 1]) != std::string_view::npos)
        mark = i;
    }
    const std::size_t cut = mark > 0 ? mark : fits;
    pieces += word.substr(0, cut) + " ";
    word.erase(0, cut);
  }
  return pieces + word;
}

/// A cell's text in lines of at most `width` columns.
std::vector<std::string> cell_lines(const std::string& text, std::size_t width) {
  if (display_width(text) <= width)
    return {text};
  std::string words;
  for (const std::string& word : wrapped_lines(text, 1))
    words += cut_word(word, width) + " ";
  return wrapped_lines(words, width);
}

std::size_t longest_word(const TextRows& rows, std::size_t column) {
  std::size_t longest = 0;
  for (const std::vector<std::string>& row : rows)
    for (const std::string& word : wrapped_lines(row[column], 1))
      longest = std::max(longest, display_width(word));
  return longest;
}

/// Takes columns from the widest of them until the table fits, or all have their least width.
void narrow_to(const std::vector<std::size_t>& least, std::size_t width, std::vector<std::size_t>& widths) {
  std::size_t total = widths.empty() ? 0 : 2 * (widths.size() - 1);
  for (const std::size_t each : widths)
    total += each;
  for (; total > width; --total) {
    std::size_t widest = widths.size();
    for (std::size_t c = 0; c < widths.size(); ++c)
      if (widths[c] > least[c] && (widest == widths.size() || widths[c] > widths[widest]))
        widest = c;
    if (widest == widths.size())
      return;
    --widths[widest];
  }
}

/// Narrows columns of text, first as far as their words allow.
void narrow_columns(const TextRows& rows, const std::vector<TableColumn>& columns, std::size_t width,
                    std::vector<std::size_t>& widths) {
  for (const bool whole_words : {true, false}) {
    std::vector<std::size_t> least = widths;
    for (std::size_t c = 0; c < columns.size(); ++c)
      if (!columns[c].is_right)
        least[c] =
            std::min(widths[c], std::max(kReadableWidth,
                                         whole_words || columns[c].is_whole ? longest_word(rows, c) : 0));
    narrow_to(least, width, widths);
  }
}

/// A row in one line, or in several where a cell is wrapped.
std::string row_text(const std::vector<std::string>& row, const std::vector<TableColumn>& columns,
                     const std::vector<std::size_t>& widths) {
  TextRows cells;
  std::size_t height = 1;
  for (std::size_t c = 0; c < row.size(); ++c) {
    cells.push_back(cell_lines(row[c], widths[c]));
    height = std::max(height, cells.back().size());
  }
  std::string text;
  for (std::size_t i = 0; i < height; ++i) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string cell = i < cells[c].size() ? cells[c][i] : std::string();
      const std::size_t used = display_width(cell);
      const std::string room(widths[c] > used ? widths[c] - used : 0, ' ');
      line += (c > 0 ? "  " : "") + (columns[c].is_right ? room + cell : cell + room);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace

Table::Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

Table Table::of_records(const Json& records) {
  Table table({});
  const auto column_of = [&](const std::string& key) {
    const auto found = std::find_if(table.columns_.begin(), table.columns_.end(),
                                    [&](const TableColumn& column) { return column.key == key; });
    return static_cast<std::size_t>(found - table.columns_.begin());
  };
  for (const Json& record : records) {
    std::vector<TableCell> cells(table.columns_.size());
    for_each_field(record, "", [&](const std::string& key, const Json& value) {
      const std::size_t column = column_of(key);
      if (column == table.columns_.size())
        table.columns_.push_back({key, key, value.is_number()});
      cells.resize(table.columns_.size());
      cells[column] = {value, plain_text(value)};
    });
    table.rows_.push_back(std::move(cells));
  }
  for (std::vector<TableCell>& row : table.rows_)
    row.resize(table.columns_.size());
  return table;
}

void Table::add_row(std::vector<TableCell> cells) {
  FOVEA_ASSERT(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text(std::size_t width) const {
  TextRows rows(1);
  for (const TableColumn& column : columns_)
    rows.front().push_back(shown(column.title));
  for (const std::vector<TableCell>& row : rows_) {
    std::vector<std::string>& texts = rows.emplace_back();
    for (const TableCell& cell : row)
      texts.push_back(shown(cell.text));
  }
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const std::vector<std::string>& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c)
      widths[c] = std::max(widths[c], display_width(row[c]));
  if (width > 0)
    narrow_columns(rows, columns_, width, widths);
  std::string text;
  for (const std::vector<std::string>& row : rows)
    text += row_text(row, columns_, widths);
  return text;
}

std::string Table::tsv() const {
  std::string text;
  for (std::size_t c = 0; c < columns_.size(); ++c)
    text += (c > 0 ? "\t" : "") + tsv_field(columns_[c].key);
  text += "\n";
  for (const std::vector<TableCell>& row : rows_) {
    for (std::size_t c = 0; c < row.size(); ++c)
      text += (c > 0 ? "\t" : "") + tsv_field(row[c].value);
    text += "\n";
  }
  return text;
}

Json Table::json() const {
  Json records = Json::array();
  for (const std::vector<TableCell>& row : rows_) {
    Json record = Json::object();
    for (std::size_t c = 0; c < row.size(); ++c)
      record[columns_[c].key] = row[c].value;
    records.push_back(std::move(record));
  }
  return records;
}

Json method_records(const Json& summary) {
  Json records = Json::array();
  for (const auto& [name, results] : summary.at("methods").items()) {
    Json record = {{"method", name}};
    record.update(results);
    records.push_back(std::move(record));
  }
  return records;
}

Json box_records(const Json& summary) {
  Json records = Json::array();
  for (const char* kind : {"found", "whole_image", "centred_box"}) {
    Json record = {{"boxes", kind}};
    for (const char* field : {"images", "failed", "classification_top1_error", "classification_top5_error"})
      record[field] = summary.at(field);
    record.update(summary.at(kind));
    records.push_back(std::move(record));
  }
  return records;
}

Json nested_records(const Json& results, const std::string& field) {
  Json records = Json::array();
  for (Json result : results) {
    const Json objects = result.at(field);
    result.erase(field);
    for (std::size_t i = 0; i < objects.size(); ++i) {
      Json record = result;
      record["rank"] = i + 1;
      record.update(objects[i]);
      records.push_back(std::move(record));
    }
  }
  return records;
}

}  // namespace fovea
