#include "fovea/target.hpp"

#include "base/check.hpp"
#include "engine/target_expression.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace fovea {
namespace {

using Kind = TargetExpression::Kind;

/// Deeper nesting would exhaust the stack before it meant anything.
constexpr int kMaxDepth = 64;

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == ':' || c == '/';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A recursive descent over the text; each function reads what it is named after.
class Parser {
public:
  explicit Parser(std::string_view text) : text_(text) {}

  TargetExpression parse() {
    TargetExpression result = sum();
    if (at_ < text_.size())
      fail("'+', '-', '*' or the end");
    return result;
  }

private:
  TargetExpression sum() {
    if (++depth_ > kMaxDepth)
      fail(fmt::format("at most {} levels of parentheses", kMaxDepth));
    TargetExpression result = product();
    for (char sign = next(); sign == '+' || sign == '-'; sign = next()) {
      ++at_;
      result = join(sign == '+' ? Kind::Add : Kind::Subtract, std::move(result), product());
    }
    --depth_;
    return result;
  }

  TargetExpression product() {
    TargetExpression result = factor();
    while (take('*'))
      result = join(Kind::Multiply, std::move(result), factor());
    return result;
  }

  TargetExpression factor() {
    const bool is_negative = take('-');
    TargetExpression result = positive_factor();
    return is_negative ? join(Kind::Multiply, {Kind::Number, -1}, std::move(result)) : result;
  }

  TargetExpression positive_factor() {
    const char first = next();
    if (first == '(') {
      ++at_;
      TargetExpression inner = sum();
      expect(')');
      return inner;
    }
    if (first == '\'' || first == '"')
      return value(Kind::Sum, quoted_name());
    if (is_digit(first) && !is_name_of_digits())
      return number();
    const std::string name = bare_name();
    if (next() != '(')
      return value(Kind::Sum, name);
    return function(name);
  }

  TargetExpression function(const std::string& name) {
    static constexpr std::array<std::pair<std::string_view, Kind>, 4> kFunctions = {
        {{"sum", Kind::Sum}, {"mean", Kind::Mean}, {"max", Kind::Max}, {"exp", Kind::Exp}}};
    const auto known = std::find_if(kFunctions.begin(), kFunctions.end(),
                                    [&](const auto& function) { return function.first == name; });
    if (known == kFunctions.end()) {
      at_ -= name.size();
      fail("sum(...), mean(...), max(...) or exp(...)");
    }
    expect('(');
    TargetExpression result;
    if (known->second == Kind::Exp) {
      result.kind = Kind::Exp;
      result.operands.push_back(sum());
    } else {
      const char quote = next();
      result = value(known->second, quote == '\'' || quote == '"' ? quoted_name() : bare_name());
    }
    expect(')');
    return result;
  }

  TargetExpression value(Kind kind, std::string name) {
    TargetExpression result{kind, 0, std::move(name)};
    if (!take('['))
      return result;
    do
      result.indices.push_back(index());
    while (take(','));
    if (!take(']'))
      fail("',' or ']'");
    return result;
  }

  TargetIndex index() {
    TargetIndex result{false, whole_number()};
    if (take(':')) {
      result.is_slice = true;
      result.end = whole_number();
      if (take(':'))
        result.step = whole_number().value_or(1);
      if (result.step == 0)
        fail_at(at_ - 1, "a step other than 0");
    } else if (!result.first) {
      fail("a whole number or a slice 'first:end:step'");
    }
    return result;
  }

  std::optional<std::int64_t> whole_number() {
    const char first = next();
    if (!is_digit(first) && first != '-')
      return {};
    std::int64_t result = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), result);
    if (error != std::errc())
      fail("a whole number of 64 bits");
    at_ = static_cast<std::size_t>(end - text_.data());
    return result;
  }

  TargetExpression number() {
    double result = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), result);
    if (error != std::errc())
      fail("a number within the range of float64");
    at_ = static_cast<std::size_t>(end - text_.data());
    return {Kind::Number, result};
  }

  /// Whether what begins with a digit is a name such as "495" in "495[0, 1]".
  bool is_name_of_digits() const {
    std::size_t end = at_;
    while (end < text_.size() && is_name_character(text_[end]))
      ++end;
    return end < text_.size() && text_[end] == '[';
  }

  std::string bare_name() {
    next();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name_character(text_[at_]))
      ++at_;
    if (at_ == begin)
      fail("the name of an output or of another value, or a number");
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string quoted_name() {
    const char quote = text_[at_++];
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) {
      at_ = text_.size();
      fail(fmt::format("a closing {}", quote));
    }
    if (end == at_)
      fail("the name of an output or of another value");
    std::string name(text_.substr(at_, end - at_));
    at_ = end + 1;
    return name;
  }

  static TargetExpression join(Kind kind, TargetExpression left, TargetExpression right) {
    TargetExpression result{kind};
    result.operands.push_back(std::move(left));
    result.operands.push_back(std::move(right));
    return result;
  }

  /// The next character that is no blank, or 0 at the end.
  char next() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0)
      ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char wanted) {
    if (next() != wanted)
      return false;
    ++at_;
    return true;
  }

  void expect(char wanted) {
    if (!take(wanted))
      fail(fmt::format("'{}'", wanted));
  }

  [[noreturn]] void fail(const std::string& expected) {
    next();
    fail_at(at_, expected);
  }

  [[noreturn]] void fail_at(std::size_t at, const std::string& expected) const {
    throw InputError(
        fmt::format("target '{}': expected {} at character {}, found {}", text_, expected, at + 1,
                    at < text_.size() ? fmt::format("'{}'", text_.substr(at, 12)) : std::string("the end")));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

std::string_view without_blanks_around(std::string_view text) {
  const auto is_blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

void collect_values(const TargetExpression& expression, std::vector<std::string>& names) {
  if (!expression.value.empty() && std::find(names.begin(), names.end(), expression.value) == names.end())
    names.push_back(expression.value);
  for (const TargetExpression& operand : expression.operands)
    collect_values(operand, names);
}

}  // namespace

Target Target::parse(std::string_view text) {
  text = without_blanks_around(text);
  Target target(std::string(text), std::make_shared<const TargetExpression>(Parser(text).parse()));
  FOVEA_CHECK(!target.values().empty(),
              "target '{}' names no value of the network: 'output[0, 3]' is a number of the output 'output'",
              text);
  return target;
}

std::vector<std::string> Target::values() const {
  std::vector<std::string> names;
  collect_values(*expression_, names);
  return names;
}

Labels labels_of(const std::vector<Target>& targets) {
  std::vector<Label> labels;
  for (const Target& target : targets)
    labels.push_back({"", target.text()});
  return Labels(std::move(labels));
}

std::vector<std::string> values_of(const std::vector<Target>& targets) {
  std::vector<std::string> names;
  for (const Target& target : targets)
    collect_values(target.expression(), names);
  return names;
}

}  // namespace fovea
