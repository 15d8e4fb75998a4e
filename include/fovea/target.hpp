#pragma once

#include "fovea/classes.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

struct TargetExpression;

/// One number that a network computes for a picture, to be explained in place of a class score
/// (ProgramOptions::targets). It is written as an expression over named values of the network:
///
///     output[0, 4:84, 1234]             the sum of these 80 numbers
///     mean(features[0, 17])             the mean, or "max" the largest, of channel 17
///     boxes[0, 3, 2] - boxes[0, 3, 0]   a difference; "+", "*", "exp(...)", numbers and parentheses likewise
///
/// A name is that of an output, of another value, or of a node (its first output), in quotes if it holds
/// other characters than letters, digits and "_.:/". Indices are those of NumPy in the value's shape for one
/// picture: whole numbers, slices "first:end:step" and ":", negative ones from the end; axes that are left
/// out are taken whole. What a value has after indexing is summed, unless "sum", "mean" or "max" stands
/// around it. Values are as in the file, after a final activation. Equal largest numbers share the gradient
/// of "max" evenly.
class Target {
public:
  /// InputError naming the character at which `text` is no expression, and what is expected there.
  static Target parse(std::string_view text);

  /// The expression without surrounding blanks.
  const std::string& text() const { return text_; }
  /// The names of the values that it reads, each once.
  std::vector<std::string> values() const;
  const TargetExpression& expression() const { return *expression_; }

  friend bool operator==(const Target& a, const Target& b) { return a.text_ == b.text_; }

private:
  Target(std::string text, std::shared_ptr<const TargetExpression> expression)
      : text_(std::move(text)), expression_(std::move(expression)) {}
  std::string text_;
  std::shared_ptr<const TargetExpression> expression_;
};

/// The targets' expressions as names of the classes whose place they take.
Labels labels_of(const std::vector<Target>& targets);

/// The names of the values that targets read, each once, in the order of their first use.
std::vector<std::string> values_of(const std::vector<Target>& targets);

}  // namespace fovea
