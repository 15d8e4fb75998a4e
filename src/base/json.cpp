#include "base/json.hpp"

#include "base/utf8.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fovea {

namespace {

constexpr int kMaxJsonDepth = 64;

}  // namespace

nlohmann::ordered_json parse_json(const std::string& text, const std::string& path) {
  const auto check_depth = [&](int depth, nlohmann::ordered_json::parse_event_t, const auto&) {
    if (depth > kMaxJsonDepth)
      throw InputError(fmt::format("its JSON nests deeper than {} levels", kMaxJsonDepth), path);
    return true;
  };
  try {
    return nlohmann::ordered_json::parse(text, check_depth);
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t end = std::min(error.byte > 0 ? error.byte - 1 : 0, text.size());
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n') + 1;
    throw InputError(fmt::format("is not JSON: line {} cannot be read", line), path);
  } catch (const nlohmann::json::exception&) {  // a number too large for any type
    throw InputError("is not JSON: it holds a number that is out of range", path);
  }
}

std::string json_text(const nlohmann::ordered_json& json) {
  // Ends of lines in texts are escaped already: those that are left are between the fields.
  return shown_lines(json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

nlohmann::ordered_json exact_number(double number) {
  if (std::isfinite(number))
    return number;
  return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}

double number_from(const nlohmann::ordered_json& json) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (json == "nan")
    return std::numeric_limits<double>::quiet_NaN();
  return json == "inf" ? infinity : json == "-inf" ? -infinity : json.get<double>();
}

nlohmann::ordered_json notes_json(std::span<const Note> notes) {
  auto json = nlohmann::ordered_json::array();
  for (const Note& note : notes)
    json.push_back({{"kind", name_of(note.kind)}, {"counts", note.counts}, {"names", note.names}});
  return json;
}

}  // namespace fovea
