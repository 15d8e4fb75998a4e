#include "studio/http/server.hpp"

#include "fovea/error.hpp"
#include "studio/http/socket.hpp"
#include "support/tcp_client.hpp"

#include <atomic>
#include <chrono>
#include <list>
#include <semaphore>
#include <thread>

namespace fovea::studio {
namespace {

using namespace std::chrono_literals;
using Client = test::TcpClient;

/// A server with a few routes of its own, which is impatient.
class ServerTest : public testing::Test {
protected:
  ServerTest() {
    routes.add("GET", "/hello", [](const Request&) { return text("hello"); });
    routes.add("GET", "/large", [](const Request&) { return text(std::string(64 << 20, 'x')); });
    routes.add("GET", "/wait", [this](const Request& request) {
      ++waiting;
      while (!request.gone.stop_requested())
        std::this_thread::sleep_for(1ms);
      --waiting;
      return text("too late");
    });
    routes.add("GET", "/stream", [](const Request&) {
      Response response;
      response.type = "text/event-stream";
      response.stream = [](const SendPart& send) {
        for (int i = 0; i < 3; ++i)
          send("part " + std::to_string(i) + "\n");
      };
      return response;
    });
    routes.add("GET", "/endless", [this](const Request&) {
      Response response;
      response.type = "text/event-stream";
      response.stream = [this](const SendPart& send) {
        ++waiting;
        while (send(std::string(1 << 16, 'x'))) {
        }
        --waiting;
      };
      return response;
    });
    routes.add("GET", "/throws", [](const Request&) -> Response { throw std::bad_alloc(); });
    routes.add(
        "POST", "/json", [](const Request& request) { return text(request.body); }, Body::Json);
    routes.add(
        "POST", "/file", [](const Request& request) { return text(std::to_string(request.upload->size())); },
        Body::File);
    options.token = kToken;
    options.limits.idle = 5s;
    options.limits.head = 300ms;
    options.limits.body = 300ms;
    options.limits.slowest = 1 << 20;
    options.limits.max_upload = 1 << 20;
  }
  ~ServerTest() override {
    server.reset();
    EXPECT_EQ(waiting, 0) << "a handler goes on behind the server's end";
  }

  static Response text(std::string body) {
    Response response;
    response.type = "text/plain";
    response.body = std::move(body);
    return response;
  }
  void start() {
    server = std::make_unique<Server>(
        routes,
        [this] {
          ++uploads;
          return std::make_shared<Upload>(testing::TempDir());
        },
        options);
  }
  std::string head(const std::string& line, const std::string& headers = "") const {
    return line + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server->port()) +
           "\r\nAuthorization: Bearer " + kToken + "\r\n" + headers + "\r\n";
  }
  /// The answer to one request on a connection of its own.
  std::string answer(const std::string& bytes) const {
    Client client(server->port());
    client.send(bytes);
    return client.receive_answer();
  }
  static int status_of(const std::string& answer) {
    return answer.size() > 12 ? std::atoi(answer.c_str() + 9) : 0;
  }
  static std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

  const std::string kToken = std::string(48, 'a');
  Routes routes;
  ServerOptions options;
  std::atomic<int> waiting = 0, uploads = 0;
  std::unique_ptr<Server> server;  // ends before what its routes use
};

TEST_F(ServerTest, AnswersOneRequestAfterAnother) {
  start();
  Client client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send(head("GET /hello"));
    EXPECT_EQ(body_of(client.receive_answer()), "hello");
  }
  client.send(head("GET /hello") + head("GET /nowhere") + head("GET /hello", "Connection: close\r\n"));
  EXPECT_EQ(body_of(client.receive_answer()), "hello");
  EXPECT_EQ(status_of(client.receive_answer()), 404);
  EXPECT_EQ(body_of(client.receive_answer()), "hello");
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_TRUE(server->url().starts_with("http://127.0.0.1:"));
  EXPECT_FALSE(server->is_public());
}

TEST_F(ServerTest, SaysOnceThatItCloses) {
  start();
  const auto closes = [](const std::string& all) {
    int count = 0;
    for (std::size_t at = all.find("Connection: "); at != std::string::npos;
         at = all.find("Connection: ", at + 1))
      ++count;
    return count;
  };
  for (const std::string& asked :
       {head("GET /hello", "Connection: close\r\n"), head("GET /nowhere", "Connection: close\r\n"),
        head("POST /json", "Content-Length: 99999999\r\n"), head("POST /json", "Content-Length: x\r\n"),
        head("POST /json", "Transfer-Encoding: chunked\r\n") + "x\r\n", head("GET /stream"),
        std::string("nonsense\r\n\r\n"), head("GET /" + std::string(9000, 'x'))}) {
    Client client(server->port());
    client.send(asked);
    const std::string all = client.receive_all();
    EXPECT_EQ(closes(all), 1) << asked.substr(0, 200) << all.substr(0, 900);
    EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos) << all.substr(0, 900);
  }
}

TEST_F(ServerTest, NamesAnAddressForOtherMachines) {
  options.address = "0.0.0.0";
  start();
  EXPECT_TRUE(server->url().starts_with("http://localhost:"));
  const std::string elsewhere = server->url_elsewhere();
  EXPECT_TRUE(elsewhere.ends_with("/?token=" + kToken)) << elsewhere;
  EXPECT_EQ(elsewhere.find("localhost"), std::string::npos) << elsewhere;
  EXPECT_EQ(elsewhere.find("0.0.0.0"), std::string::npos) << elsewhere;
  const std::string host = elsewhere.substr(7, elsewhere.find('/', 7) - 7);
  EXPECT_EQ(status_of(answer("GET /hello HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + kToken +
                             "\r\n\r\n")),
            200);
}

TEST_F(ServerTest, HeadHasNoBody) {
  start();
  Client client(server->port());
  client.send(head("HEAD /hello", "Connection: close\r\n"));
  const std::string all = client.receive_all();
  EXPECT_NE(all.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(body_of(all), "");
}

TEST_F(ServerTest, ReadsBodiesInBothForms) {
  start();
  EXPECT_EQ(body_of(answer(head("POST /json", "Content-Length: 4\r\n") + "four")), "four");
  EXPECT_EQ(body_of(answer(head("POST /json", "Transfer-Encoding: chunked\r\n") +
                           "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")),
            "abcde");
  EXPECT_EQ(body_of(answer(head("POST /file", "Content-Length: 100000\r\n") + std::string(100000, 'x'))),
            "100000");
  Client client(server->port());
  client.send(head("POST /json", "Content-Length: 2\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.receive_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_EQ(body_of(client.receive_answer()), "ok");
}

TEST_F(ServerTest, StreamsInChunks) {
  start();
  Client client(server->port());
  client.send(head("GET /stream"));
  EXPECT_EQ(body_of(client.receive_all()), "7\r\npart 0\n\r\n7\r\npart 1\n\r\n7\r\npart 2\n\r\n0\r\n\r\n");
}

TEST_F(ServerTest, RefusesWhoDoesNotKnowTheTokenBeforeReadingABody) {
  start();
  const std::string port = std::to_string(server->port());
  EXPECT_EQ(status_of(answer("GET /hello HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n")), 403);
  EXPECT_EQ(status_of(answer("GET /hello HTTP/1.1\r\nHost: evil.example:" + port +
                             "\r\nAuthorization: Bearer " + kToken + "\r\n\r\n")),
            403);
  EXPECT_EQ(status_of(answer(head("GET /hello", "Origin: http://evil.example\r\n"))), 403);
  EXPECT_EQ(
      status_of(answer("POST /file HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nContent-Length: 100\r\n\r\n")),
      403);
  EXPECT_EQ(uploads, 0);
  const std::string opened =
      answer("GET /?token=" + kToken + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n");
  EXPECT_EQ(status_of(opened), 303);
  EXPECT_NE(
      opened.find("Set-Cookie: fovea_" + port + "=" + kToken + "; HttpOnly; SameSite=Strict; Path=/\r\n"),
      std::string::npos);
  EXPECT_EQ(body_of(answer("GET /hello HTTP/1.1\r\nHost: localhost:" + port + "\r\nCookie: fovea_" + port +
                           "=" + kToken + "\r\n\r\n")),
            "hello");
}

TEST_F(ServerTest, RefusesBodiesThatAreTooLargeEarly) {
  start();
  EXPECT_EQ(status_of(answer(head("POST /file", "Content-Length: 1048577\r\n"))), 413);
  EXPECT_EQ(status_of(answer(head("POST /json", "Content-Length: 99999999\r\n"))), 413);
  EXPECT_EQ(status_of(answer(head("GET /hello", "Content-Length: 1\r\n"))), 413);
  EXPECT_EQ(status_of(answer(head("POST /nowhere", "Content-Length: 99999999\r\n"))), 404);
  EXPECT_EQ(status_of(answer(head("POST /hello", "Content-Length: 99999999\r\n"))), 405);
  EXPECT_EQ(uploads, 0);
}

TEST_F(ServerTest, RefusesEndlessUploads) {
  options.limits.body = 5s;
  start();
  Client client(server->port());
  client.send(head("POST /file", "Transfer-Encoding: chunked\r\n"));
  const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
  int sent = 0;
  while (sent < 10000 && client.send(chunk))
    ++sent;
  EXPECT_LT(sent, 10000);
  Client other(server->port());
  other.send(head("POST /file", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 17; ++i)
    other.send(chunk);
  EXPECT_EQ(status_of(other.receive_answer()), 413);
}

TEST_F(ServerTest, DropsSlowWriters) {
  start();
  const auto trickle = [&](const std::string& begin, const std::string& piece) {
    Client client(server->port());
    client.send(begin);
    const auto start = Clock::now();
    std::string got;
    while (Clock::now() - start < 10s) {
      if (!client.send(piece))
        break;
      std::this_thread::sleep_for(20ms);
      if (Clock::now() - start > 600ms) {
        got = client.receive_answer();
        break;
      }
    }
    return status_of(got);
  };
  EXPECT_EQ(trickle("GET /hello HTTP/1.1\r\n", "A"), 408);
  EXPECT_EQ(trickle(head("POST /file", "Content-Length: 1000000\r\n"), "x"), 408);
  EXPECT_EQ(trickle(head("POST /file", "Transfer-Encoding: chunked\r\n"), "1\r\nx\r\n"), 408);
}

TEST_F(ServerTest, DropsSlowReaders) {
  options.limits.slowest = 64 << 20;  // what the system's buffers take is soon over
  start();
  for (const std::string path : {"/large", "/endless"}) {
    Client client(server->port(), 4096);
    client.send(head("GET " + path));
    std::this_thread::sleep_for(1s);
    std::size_t bytes = 0;
    while (true) {
      const std::string piece = client.receive();
      if (piece.empty())
        break;
      bytes += piece.size();
    }
    EXPECT_LT(bytes, std::size_t{64} << 20) << path;
  }
}

TEST_F(ServerTest, NoticesThatAClientIsGone) {
  start();
  Client client(server->port());
  client.send(head("GET /wait"));
  while (waiting == 0)
    std::this_thread::sleep_for(1ms);
  client.close();
  for (int i = 0; i < 5000 && waiting > 0; ++i)
    std::this_thread::sleep_for(1ms);
  EXPECT_EQ(waiting, 0);
}

TEST_F(ServerTest, DropsIdleConnections) {
  options.limits.idle = 100ms;
  start();
  Client silent(server->port());
  EXPECT_EQ(silent.receive_all(), "");
  Client idle(server->port());
  idle.send(head("GET /hello"));
  EXPECT_EQ(body_of(idle.receive_answer()), "hello");
  EXPECT_EQ(idle.receive_all(), "");
}

TEST_F(ServerTest, ServesTwoHundredConnectionsAtOnce) {
  start();
  std::list<Client> clients;
  for (int i = 0; i < 200; ++i)
    clients.emplace_back(server->port());
  for (const Client& client : clients)
    client.send(head("GET /hello"));
  for (Client& client : clients)
    EXPECT_EQ(body_of(client.receive_answer()), "hello");
}

TEST_F(ServerTest, MakesRoomByClosingTheLongestIdleConnection) {
  options.connections = 4;
  start();
  std::list<Client> clients;
  for (int i = 0; i < 12; ++i) {
    Client& client = clients.emplace_back(server->port());
    client.send(head("GET /hello"));
    EXPECT_EQ(body_of(client.receive_answer()), "hello") << i;
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(clients.front().receive_all(), "");
}

TEST_F(ServerTest, RefusesConnectionsWhereAllAreBusy) {
  options.connections = 2;
  start();
  Client one(server->port()), two(server->port());
  one.send(head("GET /wait"));
  two.send(head("GET /wait"));
  while (waiting < 2)
    std::this_thread::sleep_for(1ms);
  Client three(server->port());
  const std::string refusal = three.receive_all();
  EXPECT_EQ(status_of(refusal), 503);
  EXPECT_NE(refusal.find("Retry-After: 1\r\n"), std::string::npos);
}

TEST_F(ServerTest, MalformedRequestsAreAnsweredAndEndTheConnection) {
  start();
  for (const std::string bytes :
       {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/9\r\n\r\n"}) {
    Client client(server->port());
    client.send(bytes);
    EXPECT_GE(status_of(client.receive_all()), 400) << bytes;
  }
  Client client(server->port());
  client.send("GET / HTTP/1.1\r\nA: " + std::string(100'000, 'x'));
  EXPECT_EQ(status_of(client.receive_all()), 431);
  EXPECT_EQ(status_of(answer(head("POST /json", "Transfer-Encoding: chunked\r\n") + "zz\r\n")), 400);
  // cpp-httplib takes a chunk that is longer than it says for the end of the body: nothing may follow it.
  Client longer(server->port());
  longer.send(head("POST /json", "Transfer-Encoding: chunked\r\n") + "1\r\nabc\r\n" + head("GET /hello"));
  EXPECT_NE(status_of(longer.receive_answer()), 0);
  EXPECT_EQ(longer.receive_all(), "");
}

TEST_F(ServerTest, TakesRequestsApart) {
  routes.add("GET", "/echo/{name}", [](const Request& request) {
    std::string all = request.method + " " + request.parameter("name");
    for (const auto& [name, value] : request.query)
      all += " " + name + "=" + value;
    return text(all + " " + std::string(request.header("x-kind")));
  });
  start();
  EXPECT_EQ(body_of(answer(head("GET /echo/map%20s%EA%B0%80?a=1&b=x%26y+z&c", "X-Kind: of\r\n"))),
            "GET map s가 a=1 b=x&y z c= of");
}

TEST_F(ServerTest, RefusesWhatTwoReadersMightUnderstandDifferently) {
  start();
  for (const char* headers :
       {"Host: a\r\n", "Origin: a\r\nOrigin: b\r\n", "Content-Length: 1\r\nContent-Length: 2\r\n",
        "Content-Length: -1\r\n", "Content-Length: 1x\r\n", "Content-Length: 99999999999999999999\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"})
    EXPECT_EQ(status_of(answer(head("POST /json", headers))), 400) << headers;
  EXPECT_EQ(status_of(answer(head("POST /json", "Transfer-Encoding: gzip\r\n"))), 501);
  const std::string length = "Content-Length: 5\r\n";
  EXPECT_EQ(status_of(answer(head("POST /json", length + "Content-Encoding: gzip\r\n") + "12345")), 415);
  EXPECT_EQ(status_of(answer(
                head("POST /file", length + "Content-Type: multipart/form-data; boundary=x\r\n") + "12345")),
            415);
}

TEST_F(ServerTest, NothingOfARefusedBodyIsTakenForARequest) {
  start();
  Client client(server->port());
  const std::string inner = head("GET /hello");
  client.send("POST /file HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server->port()) +
              "\r\nContent-Length: " + std::to_string(inner.size()) + "\r\n\r\n" + inner);
  EXPECT_EQ(status_of(client.receive_answer()), 403);
  EXPECT_EQ(client.receive_all(), "");
}

TEST_F(ServerTest, AnswersKeepOthersAway) {
  start();
  const std::string got = answer(head("GET /hello"));
  for (const char* line :
       {"Content-Security-Policy: default-src 'self'", "X-Content-Type-Options: nosniff\r\n",
        "Referrer-Policy: no-referrer\r\n", "Cache-Control: no-store\r\n"})
    EXPECT_NE(got.find(line), std::string::npos) << line;
}

TEST_F(ServerTest, FailuresAreAnswersAndNotTheEnd) {
  start();
  EXPECT_EQ(status_of(answer(head("GET /throws"))), 507);
  EXPECT_EQ(body_of(answer(head("GET /hello"))), "hello");
}

TEST_F(ServerTest, StopsAtOnce) {
  start();
  Client one(server->port()), two(server->port()), three(server->port());
  one.send(head("GET /wait"));
  two.send(head("GET /endless"));
  while (waiting < 2)
    std::this_thread::sleep_for(1ms);
  server->stop();
  EXPECT_EQ(waiting, 0);
}

TEST_F(ServerTest, SaysWhyItCannotListen) {
  start();
  ServerOptions other = options;
  other.port = server->port();
  const auto error_of = [&] {
    try {
      const Server refused(
          routes, [] { return std::make_shared<Upload>(testing::TempDir()); }, other);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  EXPECT_NE(error_of().find("another program listens there"), std::string::npos) << error_of();
  other = options;
  other.address = "192.0.2.1";
  EXPECT_NE(error_of().find("this machine does not have that address"), std::string::npos) << error_of();
  other.address = "not an address";
  EXPECT_NE(error_of().find("cannot listen on not an address"), std::string::npos) << error_of();
}

}  // namespace
}  // namespace fovea::studio
