#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace fovea::cli {

/// A command line that does not parse or makes no sense: exit code 2.
class UsageError : public std::runtime_error {
public:
  explicit UsageError(const std::string& message, std::string hint = {})
      : std::runtime_error(message), hint_(std::move(hint)) {}
  /// A second line of the message; may be empty.
  const std::string& hint() const { return hint_; }

private:
  std::string hint_;
};

}  // namespace fovea::cli
