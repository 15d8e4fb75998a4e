#include "report/table.hpp"

#include "base/check.hpp"
#include "base/display_width.hpp"
#include "base/utf8.hpp"

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

std::string Table::text() const {
  std::vector<std::vector<std::string>> lines(1);
  for (const TableColumn& column : columns_)
    lines.front().push_back(shown(column.title));
  for (const std::vector<TableCell>& row : rows_) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const TableCell& cell : row)
      line.push_back(shown(cell.text));
  }
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const std::vector<std::string>& line : lines)
    for (std::size_t c = 0; c < line.size(); ++c)
      widths[c] = std::max(widths[c], display_width(line[c]));
  std::string text;
  for (const std::vector<std::string>& line : lines) {
    std::string row;
    for (std::size_t c = 0; c < line.size(); ++c) {
      const std::string room(widths[c] - display_width(line[c]), ' ');
      row += (c > 0 ? "  " : "") + (columns_[c].is_right ? room + line[c] : line[c] + room);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
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
