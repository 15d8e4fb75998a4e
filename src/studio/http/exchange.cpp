#include "studio/http/exchange.hpp"

#include "base/lower_case.hpp"
#include "studio/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <string_view>
#include <utility>

namespace fovea::studio {
namespace {

/// What a browser may do with the answers: nothing but show the page, with its own files.
constexpr std::pair<const char*, const char*> kSecurityHeaders[] = {
    {"Content-Security-Policy", "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
                                "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

Response failure_of(const std::exception_ptr& failure) {
  return failure_response(failure);
}

RequestError malformed(const std::string& message) {
  return {400, "input", "the request is malformed: " + message, "send HTTP/1.1"};
}

RequestError too_large(std::int64_t most) {
  return {413, "too-large", fmt::format("the request's body has more than {} bytes", most),
          "send a smaller file, or start 'fovea serve' with a larger --max-upload"};
}

/// The headers, without those that cpp-httplib adds. RequestError for what two readers might understand
/// differently.
NamedTexts headers_of(const httplib::Request& head) {
  NamedTexts headers;
  for (const auto& [name, value] : head.headers)
    if (name.find('_') == std::string::npos)
      headers.emplace_back(lower_case(name), value);
  for (const char* single :
       {"host", "content-length", "transfer-encoding", "authorization", "origin", "sec-fetch-site", "expect"})
    if (head.get_header_value_count(single) > 1)
      throw malformed(fmt::format("the header {} is given twice", single));
  return headers;
}

std::int64_t parse_length(std::string_view text) {
  std::int64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || end != text.data() + text.size() || length < 0)
    throw malformed("its Content-Length is not a number");
  return length;
}

/// The length that the request gives for its body; none for chunks.
std::optional<std::int64_t> length_of(const Request& request) {
  const std::string_view length = request.header("content-length");
  const std::string_view coding = request.header("transfer-encoding");
  if (!coding.empty() && lower_case(std::string(coding)) != "chunked")
    throw RequestError(501, "input", "the request's transfer coding is not known",
                       "send it as it is, or chunked");
  if (!coding.empty() && !length.empty())
    throw malformed("it has both a length and chunks");
  if (!coding.empty())
    return {};
  return length.empty() ? 0 : parse_length(length);
}

/// RequestError for a body that is wrapped in something.
void check_body_form(const Request& request) {
  const std::string type = lower_case(std::string(request.header("content-type")));
  if (type.starts_with("multipart/"))
    throw RequestError(415, "input", "the body is a form", "send the bytes of the file as the body");
  const std::string_view coding = request.header("content-encoding");
  if (!coding.empty() && coding != "identity")
    throw RequestError(415, "input", "the body is compressed", "send the body as it is");
}

void add_headers(const Response& answer, const std::function<void(const char*, const std::string&)>& add) {
  for (const auto& [name, value] : answer.headers)
    add(name.c_str(), value);
  for (const auto& [name, value] : kSecurityHeaders) {
    const bool is_given = std::any_of(answer.headers.begin(), answer.headers.end(),
                                      [&name = name](const auto& header) { return header.first == name; });
    if (!is_given)
      add(name, value);
  }
}

}  // namespace

void Exchange::take_head(httplib::Request& head) {
  try {
    refusal_ = refusal_of(head);
  } catch (...) {
    refusal_ = failure_of(std::current_exception());
  }
  // Answers are neither compressed, which takes longer than sending them, nor sent in parts.
  head.headers.erase("Accept-Encoding");
  head.ranges.clear();
  if ((refusal_ && has_body_) || lower_case(head.get_header_value("Connection")) == "close")
    keeps_alive_ = false;
  if (!keeps_alive_) {
    head.headers.erase("Connection");
    head.headers.emplace("Connection", "close");  // cpp-httplib answers with the same
    says_close_ = true;
  }
  if (refusal_)  // before the client is told to send the body
    head.headers.erase("Expect");
}

std::optional<Response> Exchange::refusal_of(const httplib::Request& head) {
  has_body_ = true;  // until it is known that there is none
  request_.method = head.method;
  request_.path = head.path;
  for (const auto& [name, value] : head.params)
    request_.query.emplace_back(name, value);
  request_.headers = headers_of(head);
  const std::optional<std::int64_t> length = length_of(request_);
  has_body_ = length != 0;
  // Where cpp-httplib finds the end of malformed chunks, nobody knows what follows.
  keeps_alive_ = length.has_value();
  if (!request_.path.starts_with('/') || request_.path.find('\0') != std::string::npos)
    throw malformed("its address does not begin with '/', or holds a zero");
  if (std::optional<Response> refusal = shared_.guard.check(request_))
    return refusal;
  if (!has_body_)
    return {};
  check_body_form(request_);
  const std::optional<Body> kind = shared_.routes.body_of(request_.method, request_.path);
  if (!kind)  // there is no such path, or it does not take this method
    return shared_.routes.handle(request_);
  most_ = kind == Body::File ? shared_.limits.max_upload : kind == Body::Json ? kMaxJsonBytes : 0;
  if (most_ == 0 || length.value_or(0) > most_)
    throw too_large(most_);
  if (kind == Body::File)
    request_.upload = shared_.make_upload();
  return {};
}

bool Exchange::answer_without_body(httplib::Response& response) {
  if (!refusal_ && has_body_)
    return false;
  if (refusal_) {
    give(std::move(*refusal_), response);
    return true;
  }
  if (shared_.routes.body_of(request_.method, request_.path) == Body::File)
    request_.upload = shared_.make_upload();
  request_.gone = connection_.gone();
  connection_.set_working(true);
  give(shared_.routes.handle(request_), response);
  return true;
}

void Exchange::read_body(const httplib::ContentReader& read) {
  std::int64_t sum = 0;
  std::exception_ptr failure;
  connection_.begin_body();
  const bool is_whole = read([&](const char* bytes, std::size_t count) {
    try {
      sum += static_cast<std::int64_t>(count);
      if (sum > most_)
        throw too_large(most_);
      if (request_.upload)
        request_.upload->write({bytes, count});
      else
        request_.body.append(bytes, count);
      return true;
    } catch (...) {
      failure = std::current_exception();
      return false;
    }
  });
  if (failure)
    std::rethrow_exception(failure);
  if (connection_.was_late())
    throw RequestError(408, "input", "the request's body came too slowly");
  if (!is_whole)
    throw malformed("its body ends early, or its chunks are not well-formed");
}

void Exchange::answer_with_body(const httplib::ContentReader& read, httplib::Response& response) {
  try {
    read_body(read);
  } catch (...) {
    keeps_alive_ = false;
    give(failure_of(std::current_exception()), response);
    return;
  }
  request_.gone = connection_.gone();
  connection_.set_working(true);
  give(shared_.routes.handle(request_), response);
}

std::optional<RequestError> Exchange::failure_of_head() const {
  if (connection_.was_late())
    return RequestError(408, "input", "the request's headers took too long");
  if (connection_.is_head_too_large())
    return RequestError(431, "too-large",
                        fmt::format("the request's headers have more than {} bytes", kMaxHeadBytes));
  return {};
}

void Exchange::describe_failure(httplib::Response& response) {
  if (response.has_header(kSecurityHeaders[0].first))
    return;
  keeps_alive_ = false;
  const RequestError answer = failure_of_head().value_or(
      response.status == 414 ? RequestError(414, "too-large", "the request's address is too long")
                             : malformed("it is no HTTP/1.1"));
  const Response failure = failure_of(std::make_exception_ptr(answer));
  response.status = failure.status;
  response.body = failure.body;
  response.headers.clear();
  response.set_header("Content-Type", failure.type);
  if (!says_close_)
    response.set_header("Connection", "close");
  add_headers(failure, [&](const char* name, const std::string& value) { response.set_header(name, value); });
}

void Exchange::give(Response answer, httplib::Response& response) {
  response.status = answer.status;
  response.headers.clear();
  add_headers(answer, [&](const char* name, const std::string& value) { response.set_header(name, value); });
  if (answer.stream)
    keeps_alive_ = false;
  if (!keeps_alive_ && !says_close_)
    response.set_header("Connection", "close");
  if (!answer.stream) {
    if (!answer.type.empty())
      response.set_header("Content-Type", answer.type);
    response.body = std::move(answer.body);
    return;
  }
  response.set_chunked_content_provider(
      answer.type, [this, stream = std::move(answer.stream)](std::size_t, httplib::DataSink& sink) {
        connection_.begin_stream();
        bool is_sent = true;
        try {
          stream([&](std::string_view bytes) {
            if (!bytes.empty() && is_sent)
              is_sent = !connection_.is_ended() && sink.write(bytes.data(), bytes.size());
            return is_sent;
          });
        } catch (const std::exception&) {  // the client sees that the last chunk is missing
          return false;
        }
        if (is_sent)
          sink.done();
        return is_sent;
      });
}

std::string message_of(const Response& response) {
  std::string text =
      fmt::format("HTTP/1.1 {} Refused\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n",
                  response.status, response.type, response.body.size());
  add_headers(response, [&](const char* name, const std::string& value) {
    text += fmt::format("{}: {}\r\n", name, value);
  });
  return text + "\r\n" + response.body;
}

}  // namespace fovea::studio
