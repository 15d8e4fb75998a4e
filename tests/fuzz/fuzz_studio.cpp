// Fuzzes the studio's requests: the head of an HTTP message, who may ask, the routes with every reader of
// fields, and uploads. The first bytes are a request as it comes over a connection; what follows the empty
// line is its body. Any failure must be an answer: any exception of Routes::handle ends the process.
#include "fovea/error.hpp"
#include "fuzz/input_file.hpp"
#include "studio/all_routes.hpp"
#include "studio/failure.hpp"
#include "studio/http/guard.hpp"
#include "studio/http/message.hpp"
#include "studio/request_fields.hpp"

#include <memory>
#include <stdexcept>

namespace {

using namespace fovea;
using namespace fovea::studio;

StudioOptions small_studio() {
  StudioOptions options;
  options.limits.max_upload = 1 << 20;
  options.limits.max_pixels = 1 << 16;
  options.limits.memory = 1 << 24;
  options.program.threads = 1;
  return options;
}

/// A studio with one photo of 8 x 8 pixels and no model: networks have a fuzzer of their own.
struct Target {
  Target() {
    auto file = studio.make_upload();
    file->write(encode_png(Image::blank(8, 8, 3, 128)));
    studio.photos().add(std::move(file), "grey.png", {8, 8});
  }
  Studio studio{small_studio()};
  Routes routes = all_routes(studio);
  Guard guard{"token", {"localhost"}, 80, true};
};

void read_fields(JsonFields fields) {
  try {
    (void)read_method_choice(fields);
    (void)read_target(fields);
    (void)read_rect(fields, {8, 8});
    fields.expect_no_others();
  } catch (const Error&) {
  }
}

/// The head of the answer is what a client reads: no value may end its line.
void check_answer(const Response& response) {
  const std::string head = response_head(response, static_cast<bool>(response.stream), true);
  if (head.find("\r\n\r\n") + 4 != head.size())
    throw std::logic_error("a header holds a line end");
}

void answer(Target& target, RequestHead head, std::string_view body) {
  Request& request = head.request;
  if (const auto refusal = target.guard.check(request))
    check_answer(*refusal);
  switch (target.routes.body_of(request.method, request.path).value_or(Body::None)) {
  case Body::File:
    request.upload = target.studio.make_upload();
    request.upload->write(body);
    break;
  case Body::Json:
    request.body = body;
    break;
  case Body::None:
    break;
  }
  check_answer(target.routes.handle(request));
  try {
    read_fields(request.query_fields());
    if (!request.body.empty())
      read_fields(request.fields());
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto target = std::make_unique<Target>();
  const std::string_view bytes = fovea::fuzz::text_of(data, size);
  const std::size_t end = bytes.find("\r\n\r\n");
  const std::size_t head = end == std::string_view::npos ? bytes.size() : end + 4;
  try {
    answer(*target, parse_head(bytes.substr(0, head)), bytes.substr(head));
  } catch (const Error&) {
  }
  if (const std::size_t line = bytes.find('\n'); line != std::string_view::npos)
    try {
      (void)parse_chunk_size(bytes.substr(0, line));
    } catch (const Error&) {
    }
  return 0;
}
