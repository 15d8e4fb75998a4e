#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fovea {

/// Reads the fields of a JSON object strictly: a field that is missing, unknown or of another type is an
/// InputError that names the file and the field. The fields of a query string, whose values are all texts,
/// are read in the same way: a text becomes a number where one is asked for.
class JsonFields {
public:
  /// The object that the file holds.
  static JsonFields read(const std::string& path);
  /// The object that a text holds; `origin` names the text in errors.
  static JsonFields parse(const std::string& text, const std::string& origin);
  /// Fields whose values are texts: "0.5" is a number and "true", "1", "false" and "0" are flags where those
  /// are asked for, and lists have commas between their elements. There are no objects. InputError for a
  /// field that is given twice.
  static JsonFields of_texts(const std::vector<std::pair<std::string, std::string>>& fields,
                             const std::string& origin);

  /// Whether the field is given.
  bool has(const std::string& field) { return find(field) != nullptr; }
  /// Whether the field is given as null.
  bool is_null(const std::string& field);
  bool is_text(const std::string& field);

  std::string text(const std::string& field);
  std::optional<std::string> text_if_given(const std::string& field);
  /// One of a few words, case aside; empty where the field is not given.
  std::string word_if_given(const std::string& field, const std::vector<std::string>& words);
  std::vector<std::string> texts_if_given(const std::string& field);
  std::int64_t whole_number(const std::string& field, std::int64_t lowest, std::int64_t highest);
  std::optional<std::int64_t> whole_number_if_given(const std::string& field, std::int64_t lowest,
                                                    std::int64_t highest);
  std::optional<double> number_if_given(const std::string& field);
  std::optional<bool> flag_if_given(const std::string& field);
  /// A list of numbers, or one number; empty where the field is not given.
  std::vector<double> numbers_if_given(const std::string& field);
  /// A list of pairs of numbers: [[1, 2], [3.5, 4]]. InputError where the field is not given, or is no such
  /// list.
  std::vector<std::pair<double, double>> pairs(const std::string& field);
  std::optional<JsonFields> object_if_given(const std::string& field);
  std::vector<JsonFields> objects(const std::string& field);

  /// To be called once all fields have been read. InputError if the object has any other.
  void expect_no_others() const;
  [[noreturn]] void fail(const std::string& field, const std::string& message) const;

private:
  enum class Values { Json, Texts };
  JsonFields(nlohmann::json object, std::string path, std::string place, Values values = Values::Json)
      : object_(std::move(object)), path_(std::move(path)), place_(std::move(place)), values_(values) {}
  /// The field's value, or nullptr.
  const nlohmann::json* find(const std::string& field);
  const nlohmann::json& get(const std::string& field);
  /// The value as JSON would have it: a text that is a number as this number where the values are texts.
  nlohmann::json number_of(const nlohmann::json& value) const;

  nlohmann::json object_;
  std::string path_;
  std::string place_;  ///< prefix of the object's fields in messages: "preprocessing."
  Values values_ = Values::Json;
  std::set<std::string> asked_;
};

}  // namespace fovea
