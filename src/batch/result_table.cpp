#include "batch/result_table.hpp"

#include "base/csv.hpp"
#include "base/enum_names.hpp"
#include "base/utf8.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <utility>

namespace fovea {
namespace {

constexpr EnumNames<TableFormat, 3> kFormats = {
    {{TableFormat::Csv, "csv"}, {TableFormat::JsonLines, "jsonl"}, {TableFormat::None, "none"}}};

std::string text_of(const std::optional<std::int64_t>& number) {
  return number ? std::to_string(*number) : "";
}
std::string text_of(const std::optional<double>& number) {
  return number ? fmt::format("{:.9g}", *number) : "";
}

std::string csv_line(const TableRow& row) {
  std::string box = ",,,";
  if (row.box)
    box = fmt::format("{:.9g},{:.9g},{:.9g},{:.9g}", row.box->x0, row.box->y0, row.box->x1, row.box->y1);
  return shown(fmt::format("{},{},{},{},{},{},{},{},{},{}", csv_field(row.image), text_of(row.class_index),
                           csv_field(row.wordnet_id), csv_field(row.name), text_of(row.score),
                           text_of(row.probability), box, text_of(row.rank), text_of(row.truth),
                           csv_field(row.error))) +
         "\n";
}

std::string json_line(const TableRow& row) {
  nlohmann::ordered_json json = {{"image", row.image}};
  const auto add = [&](const char* key, const auto& value) {
    if (value)
      json[key] = *value;
  };
  const auto add_text = [&](const char* key, const std::string& text) {
    if (!text.empty())
      json[key] = text;
  };
  add("class", row.class_index);
  add_text("wordnet_id", row.wordnet_id);
  add_text("name", row.name);
  // As many digits as the CSV has.
  for (const auto& [key, number] : {std::pair{"score", row.score}, std::pair{"probability", row.probability}})
    if (number)
      json[key] = std::isfinite(*number) ? nlohmann::ordered_json::parse(text_of(number)) : nullptr;
  if (row.box)
    for (const double side : {row.box->x0, row.box->y0, row.box->x1, row.box->y1})
      json["box"].push_back(nlohmann::ordered_json::parse(text_of(std::optional(side))));
  add("rank", row.rank);
  add("truth", row.truth);
  add_text("error", row.error);
  return shown(json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)) + "\n";
}

}  // namespace

TableFormat parse_table_format(std::string_view name) {
  return enum_value(kFormats, "table", name);
}

std::string_view name_of(TableFormat format) {
  return enum_name(kFormats, format);
}

std::string table_header(TableFormat format) {
  return format == TableFormat::Csv
             ? "image,class,wordnet_id,name,score,probability,x0,y0,x1,y1,rank,truth,error\n"
             : "";
}

std::string table_line(const TableRow& row, TableFormat format) {
  return format == TableFormat::Csv ? csv_line(row) : format == TableFormat::JsonLines ? json_line(row) : "";
}

}  // namespace fovea
