#pragma once

#include "fovea/error.hpp"
#include "studio/request.hpp"

#include <exception>
#include <functional>
#include <string>

/// Failures as answers: JSON that says what went wrong, where, and what would work.
namespace fovea::studio {

/// A request that cannot be answered, with its status and kind: "not-found", "forbidden", "busy", ...
class RequestError : public Error {
public:
  RequestError(int status, std::string kind, const std::string& message, std::string help = {});

  int status() const { return status_; }
  const std::string& kind() const { return kind_; }
  const std::string& help() const { return help_; }
  /// Headers that the answer has besides: Retry-After, Allow.
  const NamedTexts& headers() const { return headers_; }
  RequestError& with_header(std::string name, std::string value);

private:
  int status_;
  std::string kind_, help_;
  NamedTexts headers_;
};

/// 404 for something with an id: "there is no model 'm7'".
RequestError not_found(const std::string& what, const std::string& id, const std::string& help);
/// 503, to be tried again after a while.
RequestError busy(const std::string& message);

/// A message without the names that uploads have within this process.
using ReadableText = std::function<std::string(std::string)>;

/// The answer for an exception: {"error": {"kind", "message", "where", "help"}}. Rethrows nothing.
Response failure_response(
    const std::exception_ptr& failure, const ReadableText& readable = [](std::string text) { return text; });
/// The object below "error" alone, as jobs have it.
nlohmann::ordered_json failure_json(const std::exception_ptr& failure, const ReadableText& readable);

}  // namespace fovea::studio
