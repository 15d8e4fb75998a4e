#include "base/json_fields.hpp"

#include "base/closest_names.hpp"
#include "base/lower_case.hpp"
#include "base/read_file.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace fovea {
namespace {

/// The parts of a text between commas.
std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// The number that all of the text is, or none.
template <class Number>
std::optional<Number> number_in(const std::string& text) {
  Number number = {};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

/// A value for a message: a text that may hold any bytes, or JSON.
std::string dump_of(const nlohmann::json& value) {
  return value.is_string() ? fmt::format("'{}'", value.get_ref<const std::string&>()) : value.dump();
}

}  // namespace

JsonFields JsonFields::read(const std::string& path) {
  constexpr std::size_t limit = std::size_t{1} << 24;
  return parse(read_file(path, limit), path);
}

JsonFields JsonFields::parse(const std::string& text, const std::string& origin) {
  nlohmann::json object = parse_json(text, origin);
  if (!object.is_object())
    throw InputError(fmt::format("expected a JSON object, found a {}", object.type_name()), origin);
  return {std::move(object), origin, ""};
}

JsonFields JsonFields::of_texts(const std::vector<std::pair<std::string, std::string>>& fields,
                                const std::string& origin) {
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [field, text] : fields)
    if (!object.emplace(field, text).second)
      throw InputError(fmt::format("field '{}' is given twice", field), origin);
  return {std::move(object), origin, "", Values::Texts};
}

nlohmann::json JsonFields::number_of(const nlohmann::json& value) const {
  if (values_ != Values::Texts || !value.is_string())
    return value;
  const auto& text = value.get_ref<const std::string&>();
  if (const auto whole = number_in<std::int64_t>(text))
    return *whole;
  if (const auto number = number_in<double>(text); number && std::isfinite(*number))
    return *number;
  return value;
}

bool JsonFields::is_null(const std::string& field) {
  const nlohmann::json* value = find(field);
  return value && value->is_null();
}

bool JsonFields::is_text(const std::string& field) {
  const nlohmann::json* value = find(field);
  return value && value->is_string();
}

void JsonFields::fail(const std::string& field, const std::string& message) const {
  throw InputError(fmt::format("field '{}{}': {}", place_, field, message), path_);
}

const nlohmann::json* JsonFields::find(const std::string& field) {
  asked_.insert(field);
  const auto at = object_.find(field);
  return at == object_.end() ? nullptr : &*at;
}

const nlohmann::json& JsonFields::get(const std::string& field) {
  const nlohmann::json* value = find(field);
  if (!value)
    fail(field, "is missing");
  return *value;
}

std::optional<std::string> JsonFields::text_if_given(const std::string& field) {
  const nlohmann::json* value = find(field);
  if (!value)
    return {};
  if (!value->is_string())
    fail(field, fmt::format("expected a text, found a {}", value->type_name()));
  if (value->get_ref<const std::string&>().empty())
    fail(field, "is empty");
  return value->get<std::string>();
}

std::string JsonFields::text(const std::string& field) {
  get(field);
  return *text_if_given(field);
}

std::string JsonFields::word_if_given(const std::string& field, const std::vector<std::string>& words) {
  const std::string word = lower_case(text_if_given(field).value_or(""));
  if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end())
    fail(field, fmt::format("expected one of {}, found '{}'{}", fmt::join(words, ", "), word,
                            did_you_mean(word, words)));
  return word;
}

std::vector<std::string> JsonFields::texts_if_given(const std::string& field) {
  const nlohmann::json* value = find(field);
  if (!value)
    return {};
  std::vector<std::string> texts;
  if (values_ == Values::Texts)
    return parts_of(text(field));
  if (!value->is_array())
    fail(field, fmt::format("expected a list of texts, found a {}", value->type_name()));
  for (const nlohmann::json& element : *value) {
    if (!element.is_string())
      fail(field, fmt::format("expected texts, found a {}", element.type_name()));
    texts.push_back(element.get<std::string>());
  }
  return texts;
}

std::optional<std::int64_t> JsonFields::whole_number_if_given(const std::string& field, std::int64_t lowest,
                                                              std::int64_t highest) {
  const nlohmann::json* given = find(field);
  if (!given)
    return {};
  const nlohmann::json value = number_of(*given);
  if (!value.is_number_integer())
    fail(field, fmt::format("expected a whole number, found {}", dump_of(value)));
  const bool fits =
      !value.is_number_unsigned() || value.get<std::uint64_t>() <= static_cast<std::uint64_t>(highest);
  if (!fits || value.get<std::int64_t>() < lowest || value.get<std::int64_t>() > highest)
    fail(field, fmt::format("expected {} to {}, found {}", lowest, highest, value.dump()));
  return value.get<std::int64_t>();
}

std::int64_t JsonFields::whole_number(const std::string& field, std::int64_t lowest, std::int64_t highest) {
  get(field);
  return *whole_number_if_given(field, lowest, highest);
}

std::optional<double> JsonFields::number_if_given(const std::string& field) {
  const nlohmann::json* given = find(field);
  if (!given)
    return {};
  const nlohmann::json value = number_of(*given);
  if (!value.is_number())
    fail(field,
         fmt::format("expected a number, found {}",
                     values_ == Values::Texts ? dump_of(value) : fmt::format("a {}", value.type_name())));
  return value.get<double>();
}

std::optional<bool> JsonFields::flag_if_given(const std::string& field) {
  const nlohmann::json* value = find(field);
  if (!value)
    return {};
  if (values_ == Values::Texts) {
    const auto& word = value->get_ref<const std::string&>();
    if (word == "true" || word == "1")
      return true;
    if (word == "false" || word == "0")
      return false;
    fail(field, fmt::format("expected true or false, found '{}'", word));
  }
  if (!value->is_boolean())
    fail(field, fmt::format("expected true or false, found a {}", value->type_name()));
  return value->get<bool>();
}

std::vector<double> JsonFields::numbers_if_given(const std::string& field) {
  const nlohmann::json* value = find(field);
  if (!value)
    return {};
  std::vector<double> numbers;
  if (values_ == Values::Texts) {
    for (const std::string& part : parts_of(text(field))) {
      const auto number = number_in<double>(part);
      if (!number || !std::isfinite(*number))
        fail(field, fmt::format("expected numbers, found '{}'", part));
      numbers.push_back(*number);
    }
    return numbers;
  }
  if (!value->is_array())
    return {*number_if_given(field)};
  for (const nlohmann::json& element : *value) {
    if (!element.is_number())
      fail(field, fmt::format("expected numbers, found a {}", element.type_name()));
    numbers.push_back(element.get<double>());
  }
  if (numbers.empty())
    fail(field, "is empty");
  return numbers;
}

std::vector<std::pair<double, double>> JsonFields::pairs(const std::string& field) {
  const nlohmann::json& list = get(field);
  if (!list.is_array())
    fail(field, fmt::format("expected a list of pairs of numbers, found a {}", list.type_name()));
  std::vector<std::pair<double, double>> pairs;
  pairs.reserve(list.size());
  for (const nlohmann::json& pair : list) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number() || !pair[1].is_number())
      fail(fmt::format("{}[{}]", field, pairs.size()), "expected two numbers, [x, y]");
    pairs.emplace_back(pair[0].get<double>(), pair[1].get<double>());
  }
  return pairs;
}

std::optional<JsonFields> JsonFields::object_if_given(const std::string& field) {
  const nlohmann::json* value = find(field);
  if (!value)
    return {};
  if (!value->is_object())
    fail(field, fmt::format("expected an object, found a {}", value->type_name()));
  return JsonFields(*value, path_, place_ + field + ".");
}

std::vector<JsonFields> JsonFields::objects(const std::string& field) {
  const nlohmann::json& list = get(field);
  if (!list.is_array())
    fail(field, fmt::format("expected a list, found a {}", list.type_name()));
  std::vector<JsonFields> objects;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string element = fmt::format("{}[{}]", field, i);
    if (!list[i].is_object())
      fail(element, fmt::format("expected an object, found a {}", list[i].type_name()));
    objects.push_back(JsonFields(list[i], path_, place_ + element + "."));
  }
  return objects;
}

void JsonFields::expect_no_others() const {
  for (const auto& [field, value] : object_.items())
    if (asked_.count(field) == 0)
      fail(field, fmt::format("is not known; there are {}{}", fmt::join(asked_, ", "),
                              did_you_mean(field, std::vector(asked_.begin(), asked_.end()))));
}

}  // namespace fovea
