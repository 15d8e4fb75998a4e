#pragma once

#include "fovea/geometry.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fovea {

/// The form of a table of results; None for runs that have no table.
enum class TableFormat : std::uint8_t { Csv, JsonLines, None };
/// "csv" or "jsonl", which is also the ending of the file, or "none". InputError for another name.
TableFormat parse_table_format(std::string_view name);
std::string_view name_of(TableFormat format);

/// What one line of a table says of a picture: a class, or an object of it, or why there is none. A picture
/// can have several.
struct TableRow {
  std::string image;
  std::optional<std::int64_t> class_index = {};
  std::string wordnet_id = {}, name = {};  ///< of the class
  std::optional<double> score = {}, probability = {};
  std::optional<RealBox> box = {};         ///< in the photo's pixels
  std::optional<std::int64_t> rank = {};   ///< from 1, where there are several classes
  std::optional<std::int64_t> truth = {};  ///< the index of the class that the picture shows
  std::string error = {};
};

/// The line of the columns' names with its end; "" for other forms than CSV.
std::string table_header(TableFormat format);
/// A line with its end, "" for None. Numbers have nine digits; what is not there is an empty field, or none
/// in JSON.
std::string table_line(const TableRow& row, TableFormat format);

}  // namespace fovea
