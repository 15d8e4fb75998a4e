#include "cli/models_fixture.hpp"

#include <chrono>
#include <functional>
#include <thread>

namespace fovea::test {
namespace {

using Names = std::vector<std::string>;

class Pull : public Models {
protected:
  void expect_text_network() {
    EXPECT_TRUE(load(cached("text-7.onnx")) == text_network());
    EXPECT_EQ(cache(), Names{"text-7.onnx"}) << "nothing else is left";
  }
  /// Sets the server's answer to requests for the text network.
  void answer(HttpAnswer how) {
    how.body = text_network();
    server.answer("/nets/text.onnx", how);
  }
  void store_part(const std::string& bytes) {
    std::filesystem::create_directories(cached(""));
    store(cached("text-7.onnx.part"), bytes);
  }
  std::string url() const { return server.url() + "/nets/text.onnx"; }
};

TEST_F(Pull, AFileComesUnderItsNameAndTheSecondTimeWithoutTheNetwork) {
  const Outcome first = models({"pull", "text"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out, "text-7 has been pulled: " + cached("text-7.onnx") + "\n");
  EXPECT_EQ(first.err, "");
  expect_text_network();
  EXPECT_EQ(server.requests().size(), 1U);

  const Outcome second = models({"pull", "text-7"});
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_EQ(second.out, "text-7 is here already: " + cached("text-7.onnx") + "\n");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(Pull, ADamagedFileIsPulledAgain) {
  EXPECT_EQ(models({"pull", "text"}).code, 0);
  std::string damaged = text_network();
  damaged[1000] = 'x';
  store(cached("text-7.onnx"), damaged);
  const Outcome again = models({"pull", "text"});
  EXPECT_TRUE(contains(again.out, "has been pulled")) << again.out << again.err;
  expect_text_network();
}

TEST_F(Pull, WhatWasCutShortIsGoneOnWith) {
  HttpAnswer cut;
  cut.cut_after = 700000;
  answer(cut);
  expect_error(models({"pull", "text"}), 1, {url() + ": ", "the connection ended before the file did"});
  EXPECT_EQ(cache(), Names{"text-7.onnx.part"});
  EXPECT_TRUE(load(cached("text-7.onnx.part")) == text_network().substr(0, 700000));

  answer({});
  EXPECT_EQ(models({"pull", "text"}).code, 0);
  expect_text_network();
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.requests()[0].range, "");
  EXPECT_EQ(server.requests()[1].range, "bytes=700000-");
}

TEST_F(Pull, ACutIsSeenWithoutALengthToo) {
  HttpAnswer cut;
  cut.cut_after = 700000;
  cut.tells_length = false;
  answer(cut);
  expect_error(models({"pull", "text"}), 1, {url() + ": ended after 700000 of 2000004 bytes"});
  EXPECT_EQ(cache(), Names{"text-7.onnx.part"});
}

TEST_F(Pull, AServerThatIgnoresRangesIsReadFromTheBeginning) {
  store_part(text_network().substr(0, 5000));
  HttpAnswer whole;
  whole.takes_ranges = false;
  answer(whole);
  EXPECT_EQ(models({"pull", "text"}).code, 0);
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].range, "bytes=5000-");
  expect_text_network();
}

TEST_F(Pull, APartThatIsLongerThanTheFileIsForgotten) {
  store_part(text_network() + "more");
  EXPECT_EQ(models({"pull", "text"}).code, 0);
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].range, "");
  expect_text_network();
}

TEST_F(Pull, APartThatIsCompleteNeedsNoNetwork) {
  store_part(text_network());
  EXPECT_EQ(models({"pull", "text"}).code, 0);
  EXPECT_EQ(server.requests().size(), 0U);
  expect_text_network();
}

TEST_F(Pull, AWrongDigestIsRefusedAndTheFileRemoved) {
  HttpAnswer other;
  other.body = text_network();
  other.body[12345] = 'x';
  server.answer("/nets/text.onnx", other);
  expect_error(models({"pull", "text"}), 1, {url() + ": ", "SHA-256", kTextDigest, "has been removed"});
  EXPECT_EQ(cache(), Names{});
}

TEST_F(Pull, AFileThatIsTooLongIsRefused) {
  HttpAnswer longer;
  longer.body = text_network() + "x";
  server.answer("/nets/text.onnx", longer);
  expect_error(models({"pull", "text"}), 1, {url() + ": ", "is longer than the 2000004 bytes"});
  EXPECT_EQ(cache(), Names{});
}

TEST_F(Pull, RedirectsAreFollowed) {
  HttpAnswer moved;
  moved.status = 302;
  moved.location = "/elsewhere";
  server.answer("/nets/text.onnx", moved);
  server.answer("/elsewhere", {text_network()});
  EXPECT_EQ(models({"pull", "text"}).code, 0);
  expect_text_network();
}

TEST_F(Pull, RedirectsToOtherProtocolsAreRefused) {
  store(folder.file("here"), text_network());
  HttpAnswer moved;
  moved.status = 302;
  moved.location = "file://" + folder.file("here");
  server.answer("/nets/text.onnx", moved);
  expect_error(models({"pull", "text"}), 1, {url() + ": ", "a redirect is not followed"});
}

TEST_F(Pull, OneThatTheServerDoesNotHaveLeavesTheOthers) {
  const std::string missing = server.url() + "/nets/nowhere.onnx: ";
  expect_error(models({"pull", "nowhere"}), 1, {missing, "the server answers 404"});
  const Outcome both = models({"pull", "nowhere", "text"});
  EXPECT_EQ(both.code, 1);
  EXPECT_TRUE(contains(both.err, missing)) << both.err;
  EXPECT_TRUE(contains(both.out, "text-7 has been pulled")) << both.out;
}

TEST_F(Pull, NoNetwork) {
  const std::string base = "http://127.0.0.1:" + std::to_string(closed_port());
  set("FOVEA_MODELS_URL", base);
  expect_error(models({"pull", "text"}), 1, {base + "/text.onnx: cannot be downloaded: ", "connect"});
}

TEST_F(Pull, PlainHttpAndOtherProtocolsAreForTheVariableAndForNobody) {
  set("FOVEA_MODELS_URL", "ftp://example.invalid");
  expect_error(models({"pull", "text"}), 2, {"FOVEA_MODELS_URL", "ftp://example.invalid"});
  set("FOVEA_MODELS_URL", "");
  nlohmann::json plain = list();
  plain["url"] = server.url() + "/nets/";
  store(folder.file("list.json"), plain.dump());
  expect_error(models({"pull", "text"}), 1, {server.url(), "expected https://"});
  EXPECT_EQ(server.requests().size(), 0U);
}

TEST_F(Pull, AServerThatFallsSilentIsGivenUp) {
  HttpAnswer silent;
  silent.pause_after = 3000;
  answer(silent);
  expect_error(models({"pull", "text", "--timeout", "1"}), 1, {url() + ": ", "no data for 1 s"});
  EXPECT_EQ(load(cached("text-7.onnx.part")), text_network().substr(0, 3000)) << "kept, to go on with";
}

TEST_F(Pull, AnUnknownNameIsAnErrorBeforeAnythingIsFetched) {
  expect_error(models({"pull", "text", "txet"}), 1, {"no network is called 'txet'", "'text'"});
  EXPECT_EQ(server.requests().size(), 0U);
}

TEST_F(Pull, AFullDiskIsAnErrorAndTheRestComesLater) {
  options.file_size_limit = 500000;
  expect_error(models({"pull", "text"}), 1, {"text-7.onnx.part: cannot write"});
  EXPECT_EQ(cache(), Names{"text-7.onnx.part"});
  options.file_size_limit = 0;
  EXPECT_EQ(models({"pull", "text"}).code, 0);
  EXPECT_EQ(server.requests().back().range, "bytes=500000-");
  expect_text_network();
}

TEST_F(Pull, ACacheThatCannotBeMade) {
  store(folder.file("cache"), "a file");
  expect_error(models({"pull", "text"}), 1, {folder.file("cache/fovea/models") + ": "});
  set("XDG_CACHE_HOME", "");
  set("HOME", "");
  expect_error(models({"pull", "text"}), 1, {"neither XDG_CACHE_HOME nor HOME is set"});
}

TEST_F(Pull, TheCacheIsBelowHomeByDefault) {
  set("XDG_CACHE_HOME", "");
  set("HOME", folder.path());
  EXPECT_EQ(models({"pull", "text"}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(folder.file(".cache/fovea/models/text-7.onnx")));
}

TEST_F(Pull, AnInterruptedPullIsGoneOnWith) {
  HttpAnswer slow;
  slow.pause_after = 600000;
  answer(slow);
  options.interrupt_when = [&](const std::string&) {
    std::error_code error;
    return std::filesystem::file_size(cached("text-7.onnx.part"), error) == 600000 && !error;
  };
  EXPECT_EQ(models({"pull", "text"}).signal, SIGINT);
  EXPECT_EQ(cache(), Names{"text-7.onnx.part"});
  options.interrupt_when = nullptr;
  answer({});
  EXPECT_EQ(models({"pull", "text"}).code, 0);
  EXPECT_EQ(server.requests().back().range, "bytes=600000-");
  expect_text_network();
}

/// Two pulls at once: the second is started while the first one's answer pauses, and when it says that it
/// waits, `then` is done and the answer goes on.
class TwoPulls : public Pull {
protected:
  void pull_twice(const std::function<void()>& then) {
    std::thread other([&] { first = models({"pull", "text"}); });
    while (server.requests().empty())
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    CommandOptions watching = options;
    watching.interrupt_when = [&](const std::string& err) {
      if (contains(err, "waiting")) {
        then();
        server.go_on();
      }
      return false;
    };
    second = fovea({"models", "pull", "text"}, watching);
    other.join();
    EXPECT_EQ(second.code, 0) << second.err;
    EXPECT_TRUE(contains(second.err, "fovea: note: text-7 is being pulled already")) << second.err;
    expect_text_network();
  }
  Outcome first, second;
};

TEST_F(TwoPulls, TheSecondWaitsAndFindsTheFile) {
  HttpAnswer slow;
  slow.pause_after = 600000;
  answer(slow);
  pull_twice([] {});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_TRUE(contains(first.out, "text-7 has been pulled: ")) << first.out;
  EXPECT_TRUE(contains(second.out, "has been pulled by another process")) << second.out;
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(TwoPulls, WhereTheFirstIsCutShortTheSecondGoesOnWithItsPart) {
  HttpAnswer cut;
  cut.pause_after = cut.cut_after = 600000;
  answer(cut);
  pull_twice([&] { answer({}); });
  EXPECT_EQ(first.code, 1) << first.out;
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.requests()[1].range, "bytes=600000-");
}

TEST_F(TwoPulls, WhereTheFirstIsRefusedTheSecondBeginsAnew) {
  HttpAnswer wrong;
  wrong.body = text_network();
  wrong.body[0] = 'x';
  wrong.pause_after = 600000;
  server.answer("/nets/text.onnx", wrong);
  pull_twice([&] { answer({}); });
  EXPECT_EQ(first.code, 1) << first.out;
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.requests()[1].range, "");
}

}  // namespace
}  // namespace fovea::test
