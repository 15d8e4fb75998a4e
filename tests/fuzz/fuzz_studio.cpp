// Fuzzes the studio's requests as they come over a connection: HTTP messages, who may ask (any token is
// right here), the routes with every reader of fields, and uploads. Any failure must be an answer.
#include "fovea/error.hpp"
#include "fuzz/input_file.hpp"
#include "studio/all_routes.hpp"
#include "studio/http/http_server.hpp"
#include "studio/request_fields.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

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
struct FuzzedStudio {
  FuzzedStudio() {
    auto file = studio.make_upload();
    file->write(encode_png(Image::blank(8, 8, 3, 128)));
    studio.photos().add(std::move(file), "grey.png", {8, 8});
  }
  Studio studio{small_studio()};
  Routes routes = all_routes(studio);
  Guard guard{"", {"localhost"}, 80, true};
  ServerOptions options;
  ServerShared shared{guard, routes, options.limits, [this] { return studio.make_upload(); }};
  HttpServer server{options, shared};
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

/// Sends the bytes to one end of a connection, serves the other, and gives the answers.
std::string exchange(HttpServer& server, std::string_view bytes) {
  int ends[2] = {};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::logic_error("no pair of sockets");
  const Socket client(ends[0]);
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  client.write(bytes, deadline);
  ::shutdown(client.descriptor(), SHUT_WR);
  std::string answers;
  std::thread reader([&] {
    while (client.read(answers, 1 << 16, deadline) == Socket::Status::Done) {
    }
  });
  server.serve_socket(ends[1]);
  reader.join();
  return answers;
}

void read_query(std::string_view text) {
  NamedTexts query;
  const std::size_t equals = std::min(text.find('='), text.size());
  query.emplace_back(text.substr(0, equals), text.substr(std::min(equals + 1, text.size())));
  Request request;
  request.query = query;
  try {
    read_fields(request.query_fields());
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto fuzzed = std::make_unique<FuzzedStudio>();
  constexpr std::size_t most = 64 << 10;  // what the system takes before anybody reads
  const std::string_view bytes = fovea::fuzz::text_of(data, std::min(size, most));
  const std::string answers = exchange(fuzzed->server, bytes);
  if (!answers.empty() && !answers.starts_with("HTTP/1.1 "))
    throw std::logic_error("the answer is no HTTP");
  read_query(bytes.substr(0, bytes.find('\n')));
  return 0;
}
