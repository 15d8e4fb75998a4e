#pragma once

#include <memory>
#include <string>
#include <vector>

namespace fovea::test {

/// A regular expression of ECMAScript's. Tests use this and not <regex>, which takes seconds to compile
/// wherever it is used.
class Pattern {
public:
  Pattern(const std::string& expression);  // NOLINT: written where a pattern is meant

  bool is_all_of(const std::string& text) const;
  bool is_in(const std::string& text) const;
  /// The first match followed by its groups, which are empty if they took no part; an empty list if nothing
  /// matches.
  std::vector<std::string> first_in(const std::string& text) const;
  /// All matches, each with its groups.
  std::vector<std::vector<std::string>> all_in(const std::string& text) const;

private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace fovea::test
