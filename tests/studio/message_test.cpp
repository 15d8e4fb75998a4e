#include "studio/http/message.hpp"

#include "studio/failure.hpp"

#include <gtest/gtest.h>

namespace fovea::studio {
namespace {

int status_of(const std::string& head) {
  try {
    parse_head(head);
    return 200;
  } catch (const RequestError& error) {
    return error.status();
  }
}

TEST(RequestHeads, AreTakenApart) {
  const RequestHead head = parse_head("POST /api/map%20s/%EA%B0%80?a=1&b=x%26y+z&c HTTP/1.1\r\n"
                                      "Host: localhost:1\r\nContent-Length: 12\r\nX-Empty:\r\n\r\n");
  EXPECT_EQ(head.request.method, "POST");
  EXPECT_EQ(head.request.path, "/api/map s/가");
  EXPECT_EQ(head.request.query, (NamedTexts{{"a", "1"}, {"b", "x&y z"}, {"c", ""}}));
  EXPECT_EQ(head.request.header("host"), "localhost:1");
  EXPECT_EQ(head.length, 12);
  EXPECT_TRUE(head.keeps_alive);
  EXPECT_FALSE(head.is_chunked);
}

TEST(RequestHeads, SayHowTheConnectionGoesOn) {
  EXPECT_FALSE(parse_head("GET / HTTP/1.0\r\n\r\n").keeps_alive);
  EXPECT_FALSE(parse_head("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n").keeps_alive);
  EXPECT_TRUE(parse_head("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").is_chunked);
  EXPECT_TRUE(parse_head("POST / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n").expects_continue);
}

TEST(RequestHeads, RefuseWhatIsNotWellFormed) {
  for (const char* head :
       {"\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", " / HTTP/1.1\r\n\r\n", "GET x HTTP/1.1\r\n\r\n",
        "GET http://other/ HTTP/1.1\r\n\r\n", "GET /%4 HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nbad name: x\r\n\r\n",
        "GET / HTTP/1.1\r\n folded: x\r\n\r\n", "GET / HTTP/1.1\r\nA: x\ny\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"})
    EXPECT_EQ(status_of(head), 400) << head;
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"), 501);
  EXPECT_EQ(status_of("GET / HTTP/2\r\n\r\n"), 505);
  std::string many = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 0; i <= kMaxHeaders; ++i)
    many += "A: x\r\n";
  EXPECT_EQ(status_of(many + "\r\n"), 431);
}

TEST(ChunkSizes, AreHexadecimal) {
  EXPECT_EQ(parse_chunk_size("0"), 0);
  EXPECT_EQ(parse_chunk_size("1aF;name=value"), 0x1af);
  EXPECT_EQ(parse_chunk_size("ffffffff"), 0xffffffff);
  for (const char* line : {"", "x", "-1", "+1", "0x1", "100000000", ";a"})
    EXPECT_THROW(parse_chunk_size(line), RequestError) << line;
}

TEST(ResponseHeads, HaveTheirLengthAndWhatKeepsOthersAway) {
  Response response;
  response.type = "text/plain";
  response.body = "four";
  response.headers = {{"Cache-Control", "private"}};
  const std::string head = response_head(response, false, true);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  for (const char* line : {"Content-Length: 4\r\n", "Content-Security-Policy: default-src 'self'",
                           "X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: no-referrer\r\n",
                           "Cache-Control: private\r\n", "Connection: keep-alive\r\n"})
    EXPECT_NE(head.find(line), std::string::npos) << line;
  EXPECT_EQ(head.find("no-store"), std::string::npos);
  EXPECT_NE(response_head(response, true, false).find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(response_head(Response::empty(), false, true).find("Content-Length"), std::string::npos);
}

TEST(PercentEncoding, IsUndone) {
  const std::string text = "a b/é%가\n\"";
  EXPECT_EQ(percent_encoded("a b"), "a%20b");
  EXPECT_EQ(percent_decoded(percent_encoded(text)), text);
  EXPECT_EQ(percent_decoded("%"), std::nullopt);
  EXPECT_EQ(percent_decoded("%1"), std::nullopt);
}

}  // namespace
}  // namespace fovea::studio
