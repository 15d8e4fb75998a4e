#include "faults/support.hpp"
#include "support/tcp_client.hpp"

#include <fstream>
#include <iterator>
#include <optional>
#include <regex>

namespace fovea::test {
namespace {

/// What 'fovea serve' printed: its port and token.
struct Address {
  int port = 0;
  std::string token;
};

std::optional<Address> address_in(const std::string& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::smatch found;
  if (!std::regex_match(text, found,
                        std::regex(R"(fovea studio: http://127\.0\.0\.1:(\d+)/\?token=([0-9a-f]{48})\n)")))
    return {};
  return Address{std::stoi(found[1]), found[2]};
}

std::string ask(const Address& address, const std::string& line, const std::string& body = "") {
  TcpClient client(address.port);
  client.send(fmt::format(
      "{} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{}", line,
      address.port, address.token, body.size(), body));
  return client.receive_answer();
}

/// Runs 'fovea serve' until `when`, which is called with its address again and again, is true.
Outcome serve(const TemporaryFolder& folder, const std::vector<std::string>& more,
              const std::function<bool(const Address&)>& when,
              const std::vector<std::pair<std::string, std::string>>& environment = {}) {
  CommandOptions options;
  options.environment = environment;
  options.stdout_path = folder.file("out");
  fs::remove(options.stdout_path);  // what an earlier one printed
  options.interrupt_when = [&](const std::string&) {
    const std::optional<Address> address = address_in(options.stdout_path);
    return address && when(*address);
  };
  std::vector<std::string> arguments = {"serve", "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return fovea(arguments, options);
}

TEST(Serve, EndsCleanlyOnCtrlCWithARunningJobAndOpenConnections) {
  const TemporaryFolder folder;
  bool is_begun = false;
  std::optional<TcpClient> idle, listener;
  const Outcome outcome = serve(folder, {}, [&](const Address& address) {
    if (!is_begun) {
      is_begun = true;
      const std::string job =
          ask(address, "POST /api/jobs", R"({"kind": "map", "model": "m1", "photo": "p1", "method": "rise",
                                                                  "samples": 1000000, "unattended": true})");
      EXPECT_TRUE(job.starts_with("HTTP/1.1 202 ")) << job;
      idle.emplace(address.port);
      listener.emplace(address.port);
      listener->send(fmt::format(
          "GET /api/jobs/j1/events HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\n\r\n",
          address.port, address.token));
    }
    return ask(address, "GET /api/jobs/j1").find("\"done\": 0,") == std::string::npos;
  });
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.signal, 0);
  EXPECT_EQ(outcome.err.find("error"), std::string::npos) << outcome.err;
}

TEST(Serve, LeavesNothingOfAReportOnCtrlC) {
  const TemporaryFolder folder;
  fs::create_directory(folder.file("temporary"));
  bool is_begun = false, was_there = false;
  const Outcome outcome = serve(folder, {},
                                [&](const Address& address) {
                                  if (!is_begun) {
                                    is_begun = true;
                                    const std::string job =
                                        ask(address, "POST /api/jobs",
                                            R"({"kind": "report", "model": "m1", "photos": ["p1", "p2", "p3"],
                                               "methods": ["rise"], "unattended": true})");
                                    EXPECT_TRUE(job.starts_with("HTTP/1.1 202 ")) << job;
                                  }
                                  was_there = !fs::is_empty(folder.file("temporary"));
                                  return was_there;
                                },
                                {{"TMPDIR", folder.file("temporary")}});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(was_there);
  EXPECT_TRUE(fs::is_empty(folder.file("temporary")));
}

TEST(Serve, ShowsTheBundledSamplesAndWhatIsNamed) {
  const TemporaryFolder folder;
  std::string samples, named;
  EXPECT_EQ(serve(folder, {},
                  [&](const Address& address) {
                    samples = ask(address, "GET /api/photos");
                    return true;
                  })
                .code,
            0);
  EXPECT_NE(samples.find("\"origin\": \"sample\""), std::string::npos) << samples;
  EXPECT_EQ(serve(folder, {sample("church.jpg")},
                  [&](const Address& address) {
                    named = ask(address, "GET /api/photos");
                    return true;
                  })
                .code,
            0);
  EXPECT_NE(named.find("\"total\": 1,"), std::string::npos) << named;
}

TEST(Serve, SaysInOneSentenceWhyItCannotBegin) {
  const TemporaryFolder folder;
  fs::create_directory(folder.file("empty"));
  store(folder.file("broken.onnx"), "this is no model");
  store(folder.file("notes.txt"), "import fovea\n");
  const std::vector<std::pair<std::vector<std::string>, std::string>> refused = {
      {{"serve", folder.file("empty")}, "is an empty folder"},
      {{"serve", folder.file("notes.txt")}, "notes.txt"},
      {{"serve", sample("church.jpg"), folder.file("notes.txt")}, "notes.txt"},
      {{"serve", folder.file("nowhere.jpg")}, "there is no such file"},
      {{"serve", "-m", folder.file("broken.onnx")}, "broken.onnx"},
      {{"serve", "--listen", "192.0.2.1"}, "does not have that address"},
      {{"serve", "--listen", "no such host"}, "cannot listen on no such host"},
  };
  for (const auto& [arguments, message] : refused) {
    const Outcome outcome = fovea(arguments);
    EXPECT_EQ(outcome.code, 1) << message;
    EXPECT_NE(outcome.err.find(message), std::string::npos) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  }
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"serve", "--memory", "1"},
                                             {"serve", "--memory", "63MiB"},
                                             {"serve", "--port", "65536"},
                                             {"serve", "--max-upload", "much"},
                                             {"serve", "--jobs", "0"}})
    EXPECT_EQ(fovea(arguments).code, 2);
}

TEST(Serve, TwoDoNotShareAPort) {
  const TemporaryFolder folder;
  Outcome second;
  EXPECT_EQ(serve(folder, {},
                  [&](const Address& address) {
                    second = fovea({"serve", "--port", std::to_string(address.port)});
                    return true;
                  })
                .code,
            0);
  EXPECT_EQ(second.code, 1);
  EXPECT_NE(second.err.find("another program listens there"), std::string::npos) << second.err;
}

}  // namespace
}  // namespace fovea::test
