#include "studio/http/guard.hpp"

#include <gtest/gtest.h>
#include <set>

namespace fovea::studio {
namespace {

const std::string kToken = "0123456789abcdef";

Guard loopback() {
  return {kToken, {"127.0.0.1", "localhost"}, 8080, false};
}

Request request(NamedTexts headers, const std::string& path = "/api/models") {
  Request made{.method = "GET", .path = path};
  made.headers = std::move(headers);
  return made;
}

int status_of(const Guard& guard, const Request& asked) {
  const auto refusal = guard.check(asked);
  return refusal ? refusal->status : 200;
}

const NamedTexts kGood = {{"host", "127.0.0.1:8080"}, {"cookie", "a=b; fovea_8080=0123456789abcdef"}};

NamedTexts with(NamedTexts headers, const std::string& name, const std::string& value) {
  std::erase_if(headers, [&](const auto& header) { return header.first == name; });
  headers.emplace_back(name, value);
  return headers;
}

TEST(Guard, LetsThroughWhoKnowsTheToken) {
  const Guard guard = loopback();
  EXPECT_EQ(status_of(guard, request(kGood)), 200);
  EXPECT_EQ(status_of(guard, request({{"host", "localhost:8080"}, {"authorization", "Bearer " + kToken}})),
            200);
  for (const char* cookie : {"", "fovea_8080=", "fovea_8080=0123456789abcdeX", "fovea_8081=0123456789abcdef",
                             "xfovea_8080=0123456789abcdef", "fovea_8080=0123456789abcdef0"})
    EXPECT_EQ(status_of(guard, request(with(kGood, "cookie", cookie))), 403) << cookie;
  EXPECT_EQ(status_of(guard, request(with(kGood, "authorization", "Bearer wrong"))), 403);
}

TEST(Guard, RefusesOtherHosts) {
  for (const char* host : {"", "127.0.0.1", "127.0.0.1:8081", "evil.example:8080",
                           "127.0.0.1:8080.evil.example", "evil127.0.0.1:8080", "192.168.0.7:8080"})
    EXPECT_EQ(status_of(loopback(), request(with(kGood, "host", host))), 403) << host;
  EXPECT_EQ(status_of(loopback(), request(with(kGood, "host", "LOCALHOST:8080"))), 200);
}

TEST(Guard, TakesAddressesInDigitsWhereOthersMayCome) {
  const Guard guard{kToken, {"myhost"}, 8080, true};
  for (const char* host : {"192.168.0.7:8080", "[fe80::1]:8080", "myhost:8080"})
    EXPECT_EQ(status_of(guard, request(with(kGood, "host", host))), 200) << host;
  for (const char* host : {"evil.example:8080", "[evil]:8080", "1.2.3.4.evil:8080"})
    EXPECT_EQ(status_of(guard, request(with(kGood, "host", host))), 403) << host;
}

TEST(Guard, RefusesOtherOriginsAndSites) {
  const Guard guard = loopback();
  EXPECT_EQ(status_of(guard, request(with(kGood, "origin", "http://127.0.0.1:8080"))), 200);
  for (const char* origin : {"null", "http://evil.example", "https://127.0.0.1:8080", "http://127.0.0.1:8081",
                             "http://localhost:8080"})
    EXPECT_EQ(status_of(guard, request(with(kGood, "origin", origin))), 403) << origin;
  for (const char* site : {"same-origin", "none"})
    EXPECT_EQ(status_of(guard, request(with(kGood, "sec-fetch-site", site))), 200) << site;
  for (const char* site : {"cross-site", "same-site", "anything"})
    EXPECT_EQ(status_of(guard, request(with(kGood, "sec-fetch-site", site))), 403) << site;
}

TEST(Guard, OpensASession) {
  const Guard guard = loopback();
  EXPECT_EQ(guard.opening(), "/?token=" + kToken);
  Request opening = request({{"host", "127.0.0.1:8080"}}, "/");
  opening.query = {{"token", kToken}};
  const auto answer = guard.check(opening);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 303);
  EXPECT_EQ(answer->headers[0], (std::pair<std::string, std::string>{"Location", "/"}));
  EXPECT_EQ(answer->headers[1].second, "fovea_8080=" + kToken + "; HttpOnly; SameSite=Strict; Path=/");
  opening.headers.emplace_back("sec-fetch-site", "cross-site");
  EXPECT_EQ(status_of(guard, opening), 200);
  EXPECT_NE(guard.check(opening)->headers[1].second.find("SameSite=Strict"), std::string::npos);
  opening.query = {{"token", "wrong"}};
  EXPECT_EQ(status_of(guard, opening), 403);
  opening.query = {{"token", kToken}};
  opening.method = "HEAD";
  EXPECT_EQ(status_of(guard, opening), 200);
  opening.method = "POST";
  EXPECT_EQ(status_of(guard, opening), 403);
}

TEST(Guard, TellsPeopleWhatToOpen) {
  const Guard guard = loopback();
  Request asked = request({{"host", "127.0.0.1:8080"}, {"accept", "text/html,application/xml;q=0.9"}}, "/");
  const auto page = guard.check(asked);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 403);
  EXPECT_TRUE(page->type.starts_with("text/html"));
  EXPECT_NE(page->body.find("fovea serve"), std::string::npos);
  EXPECT_EQ(page->body.find(kToken), std::string::npos);
  asked.headers[1].second = "*/*";
  EXPECT_TRUE(guard.check(asked)->type.starts_with("application/json"));
}

TEST(Guard, TokensAreLongAndDiffer) {
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) {
    tokens.insert(make_token());
    EXPECT_EQ(tokens.begin()->size(), 48U);
  }
  EXPECT_EQ(tokens.size(), 100U);
  EXPECT_TRUE(is_same_secret("abc", "abc"));
  EXPECT_FALSE(is_same_secret("abc", "abd"));
  EXPECT_FALSE(is_same_secret("abc", "ab"));
  EXPECT_FALSE(is_same_secret("", "a"));
}

}  // namespace
}  // namespace fovea::studio
