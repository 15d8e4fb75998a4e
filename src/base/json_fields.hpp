#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fovea {

/// Reads the fields of a JSON object strictly: a field that is missing, unknown or of another type is an
/// InputError that names the file and the field.
class JsonFields {
public:
  /// The object that the file holds.
  static JsonFields read(const std::string& path);
  /// The object that a text holds; `origin` names the text in errors.
  static JsonFields parse(const std::string& text, const std::string& origin);

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
  std::optional<JsonFields> object_if_given(const std::string& field);
  std::vector<JsonFields> objects(const std::string& field);

  /// To be called once all fields have been read. InputError if the object has any other.
  void expect_no_others() const;
  [[noreturn]] void fail(const std::string& field, const std::string& message) const;

private:
  JsonFields(nlohmann::json object, std::string path, std::string place)
      : object_(std::move(object)), path_(std::move(path)), place_(std::move(place)) {}
  /// The field's value, or nullptr.
  const nlohmann::json* find(const std::string& field);
  const nlohmann::json& get(const std::string& field);

  nlohmann::json object_;
  std::string path_;
  std::string place_;  ///< prefix of the object's fields in messages: "preprocessing."
  std::set<std::string> asked_;
};

}  // namespace fovea
