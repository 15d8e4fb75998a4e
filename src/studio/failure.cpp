#include "studio/failure.hpp"

#include "base/json.hpp"

#include <new>
#include <stdexcept>

namespace fovea::studio {
namespace {

struct Failure {
  int status = 500;
  std::string kind = "internal";
  std::string message, where, help;
  NamedTexts headers = {};
};

std::string place_of(const ModelLocation& location) {
  std::string place = location.path;
  for (const std::string& part : {location.node, location.operator_name})
    if (!part.empty())
      place += (place.empty() ? "" : ", ") + part;
  return place;
}

Failure failure_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const RequestError& error) {
    return {error.status(), error.kind(), error.what(), "", error.help(), error.headers()};
  } catch (const ModelError& error) {
    return {422, "model", error.what(), place_of(error.location()),
            "choose another model; 'fovea info' shows what a model's file holds"};
  } catch (const InputError& error) {
    return {400, "input", error.what(), error.path(), "docs/studio.md lists what each request takes"};
  } catch (const OutputError& error) {
    return {500, "output", error.what(), error.path(), "make room for temporary files, or set TMPDIR"};
  } catch (const Cancelled&) {
    return {409, "cancelled", "the work was cancelled before it was finished", "", "ask again"};
  } catch (const Error& error) {
    return {500, "internal", error.what(), "", ""};
  } catch (const std::bad_alloc&) {
    return {507, "too-large", "there is not enough memory for this", "",
            "choose a smaller photo or model, or give 'fovea serve' a smaller --memory"};
  } catch (const std::length_error&) {
    return {507, "too-large", "there is not enough memory for this", "", "choose a smaller photo or model"};
  } catch (const std::exception& error) {
    return {500, "internal", error.what(), "", "please report this with the request and the model"};
  } catch (...) {
    return {500, "internal", "an unknown failure", "", "please report this with the request and the model"};
  }
}

nlohmann::ordered_json json_of(const Failure& failure, const ReadableText& readable) {
  return {{"kind", failure.kind},
          {"message", readable(failure.message)},
          {"where", readable(failure.where)},
          {"help", failure.help}};
}

}  // namespace

RequestError::RequestError(int status, std::string kind, const std::string& message, std::string help)
    : Error(message), status_(status), kind_(std::move(kind)), help_(std::move(help)) {}

RequestError& RequestError::with_header(std::string name, std::string value) {
  headers_.emplace_back(std::move(name), std::move(value));
  return *this;
}

RequestError not_found(const std::string& what, const std::string& id, const std::string& help) {
  return {404, "not-found", fmt::format("there is no {} '{}'", what, id), help};
}

RequestError busy(const std::string& message) {
  RequestError error(503, "busy", message, "try again in a moment");
  error.with_header("Retry-After", "1");
  return error;
}

nlohmann::ordered_json failure_json(const std::exception_ptr& failure, const ReadableText& readable) {
  return json_of(failure_of(failure), readable);
}

Response failure_response(const std::exception_ptr& failure, const ReadableText& readable) {
  const Failure known = failure_of(failure);
  Response response = Response::json({{"error", json_of(known, readable)}}, known.status);
  response.headers = known.headers;
  return response;
}

}  // namespace fovea::studio
