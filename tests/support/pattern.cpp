#include "support/pattern.hpp"

#include <regex>

namespace fovea::test {

struct Pattern::Compiled {
  std::regex regex;
};

Pattern::Pattern(const std::string& expression)
    : compiled_(std::make_shared<Compiled>(Compiled{std::regex(expression)})) {}

bool Pattern::is_all_of(const std::string& text) const {
  return std::regex_match(text, compiled_->regex);
}

bool Pattern::is_in(const std::string& text) const {
  return std::regex_search(text, compiled_->regex);
}

std::vector<std::string> Pattern::first_in(const std::string& text) const {
  std::smatch match;
  if (!std::regex_search(text, match, compiled_->regex))
    return {};
  return {match.begin(), match.end()};
}

std::vector<std::vector<std::string>> Pattern::all_in(const std::string& text) const {
  std::vector<std::vector<std::string>> all;
  for (std::sregex_iterator at(text.begin(), text.end(), compiled_->regex), end; at != end; ++at)
    all.emplace_back(at->begin(), at->end());
  return all;
}

}  // namespace fovea::test
