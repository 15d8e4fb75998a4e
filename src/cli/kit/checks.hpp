#pragma once

#include "base/output_name.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// Defined by the parser, whose headers take seconds to compile.
namespace CLI {
class Validator;
}  // namespace CLI

/// Conditions on the values of options.
namespace fovea::cli {

/// The kinds of names that the program itself lists for a shell's completion.
inline constexpr const char* kNetworkNames = "networks";
inline constexpr const char* kKnownNames = "known-networks";
inline constexpr const char* kLayerNames = "layers";

/// The completions of an option's value.
struct Offer {
  std::vector<std::string> choices = {};  ///< all possible values; empty: any text
  bool files = false;                     ///< files and folders
  bool commas = false;                    ///< several values with commas between them
  std::string listed = {};                ///< a kind of names that 'fovea completions' lists: "networks"
  bool is_written = false;                ///< these are written, not read
  bool is_named = false;                  ///< NAME= may stand before the file
  bool takes_archives = false;            ///< tar archives of pictures among them
  bool names_runs = false;                ///< the places of runs, of which only the shards' files are read
};

/// A condition on an option's text; displayed in the help.
class Check {
public:
  explicit Check(const CLI::Validator& validator, Offer offer = {}, bool replaces_text = false);
  const CLI::Validator& validator() const { return *validator_; }
  /// Whether it may give the option another text than the command line has.
  bool replaces_text() const { return replaces_text_; }
  const Offer& offer() const { return offer_; }

private:
  std::shared_ptr<const CLI::Validator> validator_;
  Offer offer_;
  bool replaces_text_;
};

/// The text must not be empty (as from an unset shell variable): for names of files and folders that are
/// read, and for other names. "-" names standard input (`kStandardInput`).
Check file_or_folder();
Check not_empty();
/// As file_or_folder, for pictures and archives of pictures.
Check pictures_or_archives();
/// As file_or_folder, for the place of a run, whose own archive or page the command may write.
Check place_of_runs();
/// As file_or_folder, for a file in whose place "NAME=FILE" may stand.
Check named_file();
/// As file_or_folder, for what is written in one of these forms (`output_name_fault`): "-" names standard
/// output (`kStandardOutput`) where that may be a file.
Check output_in(const OutputForms& forms);
/// As output_in, for a file in whose place "NAME=FILE" may stand.
Check named_output_in(const OutputForms& forms);
/// The text must be a number above 0, at least 0, or within a range. Infinity and NaN are refused.
Check above_zero();
Check not_negative();
Check between(double lowest, double highest);
/// The text must be a whole number from `lowest` to `highest`.
Check whole_number(std::int64_t lowest, std::int64_t highest);
/// A picture's size: "224", or "128x256" (height x width).
Check picture_size_text();
Check one_of(const std::vector<std::string>& words);
Check one_of_numbers(const std::vector<int>& numbers);
/// The text must be one of the words, in upper or lower case.
Check one_of_in_any_case(const std::vector<std::string>& words);

}  // namespace fovea::cli
