#include "base/csv.hpp"

#include "base/check.hpp"
#include "base/utf8.hpp"

namespace fovea {

std::vector<std::string> split_csv(std::string_view line, std::size_t number, const std::string& origin) {
  if (line.size() > kMaxCsvLine)
    throw InputError(
        fmt::format("line {}: has {} bytes, at most {} are allowed", number, line.size(), kMaxCsvLine),
        origin);
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (quoted)
    throw InputError(fmt::format("line {}: a quote is not closed", number), origin);
  return fields;
}

std::string csv_field(std::string_view text) {
  const std::string valid = valid_utf8(text);
  if (valid.find_first_of(",\"\r\n") == std::string::npos)
    return valid;
  std::string quoted = "\"";
  for (char c : valid)
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace fovea
