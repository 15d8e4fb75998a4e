#include "cli/kit/checks.hpp"

#include "base/closest_names.hpp"
#include "base/lower_case.hpp"
#include "cli/kit/standard_streams.hpp"
#include "fovea/networks.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <functional>
#include <utility>

namespace fovea::cli {

Check::Check(const CLI::Validator& validator, Offer offer, bool replaces_text)
    : validator_(std::make_shared<const CLI::Validator>(validator)), offer_(std::move(offer)),
      replaces_text_(replaces_text) {}

namespace {

/// A check of a number; infinity and NaN, which the parser's own checks let pass, are none.
Check number_check(bool (*fine)(double value, double lowest, double highest), double lowest, double highest,
                   const std::string& expected, const std::string& description) {
  return Check(CLI::Validator(
      [=](const std::string& text) {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && std::isfinite(value) && fine(value, lowest, highest))
          return std::string();
        return fmt::format("expected {}, found '{}'", expected, text);
      },
      description));
}

CLI::Validator any_but_empty(const std::string& expected, const std::string& description) {
  return CLI::Validator(
      [expected](const std::string& text) {
        return text.empty() ? "expected " + expected + ", found an empty one" : std::string();
      },
      description);
}

/// A name of a file or folder, in which "-" is replaced by the path of a standard stream. `fault` is a
/// sentence on a path that cannot be taken.
Check path_check(const char* stream, const Offer& offer,
                 const std::function<std::string(const std::string& path)>& fault) {
  return Check(CLI::Validator(
                   [stream, fault](std::string& text) -> std::string {
                     if (text == "-" && stream != nullptr)
                       text = stream;
                     return text.empty() ? "expected the name of a file or folder, found an empty one"
                                         : fault(text);
                   },
                   "PATH"),
               offer, true);
}

std::string no_fault(const std::string& /*path*/) {
  return {};
}

}  // namespace

Check file_or_folder() {
  return path_check(kStandardInput, {.files = true}, no_fault);
}

Check pictures_or_archives() {
  return path_check(kStandardInput, {.files = true, .takes_archives = true}, no_fault);
}

Check place_of_runs() {
  return path_check(kStandardInput, {.files = true, .names_runs = true}, no_fault);
}

Check named_file() {
  return path_check(kStandardInput, {.files = true, .is_named = true}, no_fault);
}

Check output_in(const OutputForms& forms) {
  return path_check(forms.file.empty() ? nullptr : kStandardOutput, {.files = true, .is_written = true},
                    [forms](const std::string& path) { return output_name_fault(path, forms); });
}

Check named_output_in(const OutputForms& forms) {
  return path_check(
      kStandardOutput, {.files = true, .is_written = true, .is_named = true},
      [forms](const std::string& text) { return output_name_fault(split_named_file(text).path, forms); });
}

Check not_empty() {
  return Check(any_but_empty("a value", ""));
}

Check above_zero() {
  return number_check([](double value, double, double) { return value > 0; }, 0, 0, "a positive number",
                      "above 0");
}

Check not_negative() {
  return number_check([](double value, double, double) { return value >= 0; }, 0, 0,
                      "a number that is not negative", "0 or more");
}

Check between(double lowest, double highest) {
  return number_check([](double value, double low, double high) { return value >= low && value <= high; },
                      lowest, highest, fmt::format("a number from {:g} to {:g}", lowest, highest),
                      fmt::format("{:g} to {:g}", lowest, highest));
}

Check whole_number(std::int64_t lowest, std::int64_t highest) {
  return Check(CLI::Validator(
      [=](const std::string& text) {
        std::int64_t value = 0;
        if (CLI::detail::lexical_cast(text, value) && value >= lowest && value <= highest)
          return std::string();
        return fmt::format("expected a whole number from {} to {}, found '{}'", lowest, highest, text);
      },
      fmt::format("{} to {}", lowest, highest)));
}

Check picture_size_text() {
  return Check(CLI::Validator(
      [](const std::string& text) {
        return parse_picture_size(text)
                   ? std::string()
                   : fmt::format("expected a side from 1 to 65536, or HEIGHTxWIDTH, found '{}'", text);
      },
      "SIDE or HEIGHTxWIDTH"));
}

namespace {

/// A check that the text is one of the words; in any case of letters, it becomes the word.
Check word_check(const std::vector<std::string>& words, bool any_case) {
  return Check(CLI::Validator(
                   [=](std::string& text) {
                     text = CLI::detail::trim_copy(text);  // of "gradient, guided"
                     for (const std::string& word : words)
                       if (word == text || (any_case && lower_case(word) == lower_case(text))) {
                         text = word;
                         return std::string();
                       }
                     return text.empty()
                                ? fmt::format("a value is empty: expected one of {}", fmt::join(words, ", "))
                                : unknown_name("value", text, words);
                   },
                   ""),
               {.choices = words}, true);
}

}  // namespace

Check one_of(const std::vector<std::string>& words) {
  return word_check(words, false);
}

Check one_of_numbers(const std::vector<int>& numbers) {
  std::vector<std::string> words;
  for (const int number : numbers)
    words.push_back(std::to_string(number));
  return word_check(words, false);
}

Check one_of_in_any_case(const std::vector<std::string>& words) {
  return word_check(words, true);
}

}  // namespace fovea::cli
