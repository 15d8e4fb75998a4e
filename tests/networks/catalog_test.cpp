#include "fovea/networks.hpp"
#include "support/http_server.hpp"
#include "support/temporary_folder.hpp"

#include <filesystem>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

/// "abc", by sha256sum.
constexpr const char* kDigestOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// A user with empty folders, and a list of one network of three bytes.
class Catalog : public testing::Test {
protected:
  Catalog() {
    write_list("https://example.invalid/nets");
    server.answer("/nets/abc.onnx", {"abc"});
  }

  void write_list(const std::string& url) {
    store(folder.file("list.json"),
          R"({"url": ")" + url + R"(", "source": "here", "licence": "MIT", "networks": [{"name": "abc-7",)" +
              R"("aliases": ["abc"], "title": "A B C", "path": "abc.onnx", "bytes": 3, "sha256": ")" +
              kDigestOfAbc + R"(", "preprocessing": {"preset": "caffe", "crop": 28}}]})");
  }
  NetworkPlaces places() const {
    return {folder.file("list.json"), server.url() + "/nets", folder.file("pulled"), folder.file("own")};
  }
  NetworkCatalog catalog() const { return NetworkCatalog(places()); }

  template <class Work>
  static std::string error_of(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing was thrown";
  }

  Pulled pull_abc(const PullOptions& options = {}) const {
    const KnownNetworks known = catalog().known();
    return pull(catalog(), known, *known.find("abc"), options);
  }

  TemporaryFolder folder;
  HttpServer server;
};

TEST_F(Catalog, PulledNetworksAreFoundByNameAndAlias) {
  EXPECT_EQ(error_of([&] { (void)catalog().find("abc"); }),
            "abc: A B C is not on this machine: run 'fovea models pull abc'");
  EXPECT_TRUE(catalog().usable_names().empty());
  std::int64_t done = 0, total = 0;
  PullOptions options;
  options.progress = [&](std::int64_t bytes, std::int64_t all) { done = bytes, total = all; };
  EXPECT_EQ(pull_abc(options), Pulled::Now);
  EXPECT_EQ(done, 3);
  EXPECT_EQ(total, 3);
  EXPECT_EQ(pull_abc(), Pulled::AlreadyHere);
  EXPECT_EQ(catalog().usable_names(), (std::vector<std::string>{"abc", "abc-7"}));

  for (const char* name : {"abc", "abc-7"}) {
    const FoundNetwork found = catalog().find(name);
    EXPECT_EQ(found.path, folder.file("pulled/abc-7.onnx"));
    EXPECT_EQ(found.origin, FoundNetwork::Origin::Known);
    EXPECT_EQ(found.name, "abc-7");
    EXPECT_EQ(found.preprocessing.preset, "caffe");
    EXPECT_EQ(found.preprocessing.crop, 28);
  }
}

TEST_F(Catalog, AFileOfTheSameNameIsFoundFirstAndAFolderIsNot) {
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  store("abc", "a file");
  const FoundNetwork file = catalog().find("abc");
  EXPECT_EQ(file.path, "abc");
  EXPECT_EQ(file.origin, FoundNetwork::Origin::File);
  fs::remove("abc");
  fs::create_directory("abc");
  const std::string error = error_of([&] { (void)catalog().find("abc"); });
  fs::current_path(before);
  EXPECT_EQ(error, "abc: A B C is not on this machine: run 'fovea models pull abc'");
}

TEST_F(Catalog, RegisteredNetworksKeepWhatIsKnownOfThem) {
  store(folder.file("net.onnx"), "any bytes");
  RegisteredNetwork network{"mine", folder.file("net.onnx"), folder.file("labels.txt"), {}};
  network.preprocessing.mean = {1, 2, 3};
  network.preprocessing.channel_order = "bgr";
  catalog().add(network);
  EXPECT_EQ(catalog().registered_names(), std::vector<std::string>{"mine"});
  EXPECT_EQ(catalog().usable_names(), std::vector<std::string>{"mine"});
  const FoundNetwork found = catalog().find_name("mine");
  EXPECT_EQ(found.path, network.path);
  EXPECT_EQ(found.labels, network.labels);
  EXPECT_EQ(found.origin, FoundNetwork::Origin::Registered);
  EXPECT_EQ(found.preprocessing.mean, network.preprocessing.mean);
  EXPECT_EQ(found.preprocessing.channel_order, "bgr");
  EXPECT_FALSE(found.preprocessing.scale);

  fs::remove(network.path);
  EXPECT_EQ(error_of([&] { (void)catalog().find("mine"); }), folder.file("own/mine.json") +
                                                                 ": field 'path': there is no file '" +
                                                                 network.path + "' any more");
}

TEST_F(Catalog, NamesThatCannotBeRegistered) {
  store(folder.file("net.onnx"), "any bytes");
  for (const char* name : {"", ".hidden", "a/b", "two words", "\xc3\xa9", "-x"}) {
    EXPECT_FALSE(is_network_name(name)) << name;
    EXPECT_THROW(catalog().add({name, folder.file("net.onnx"), "", {}}), InputError) << name;
  }
  EXPECT_TRUE(is_network_name("v2.1_small-x"));
  const std::string error = error_of([&] { catalog().add({"abc", folder.file("net.onnx"), "", {}}); });
  EXPECT_NE(error.find("'abc' is the name of a known network"), std::string::npos) << error;
  EXPECT_TRUE(catalog().registered_names().empty());
}

TEST_F(Catalog, AnUnknownNameIsAnsweredWithTheNearest) {
  store(folder.file("net.onnx"), "any bytes");
  catalog().add({"abd", folder.file("net.onnx"), "", {}});
  const std::string error = error_of([&] { (void)catalog().find("abe"); });
  for (const char* part : {"abe: ", "cannot be opened", "abc", "abd"})
    EXPECT_NE(error.find(part), std::string::npos) << error;
  EXPECT_NE(error_of([&] { (void)catalog().find_name("abe"); }).find("no network is called 'abe'"),
            std::string::npos);
}

TEST_F(Catalog, WithoutFoldersNothingButFilesIsFound) {
  const NetworkCatalog nowhere(NetworkPlaces{folder.file("list.json"), "", "", ""});
  EXPECT_NE(error_of([&] { (void)nowhere.find("mine"); }).find("neither XDG_DATA_HOME nor HOME is set"),
            std::string::npos);
  EXPECT_NE(error_of([&] { (void)nowhere.pulled_path({}); }).find("neither XDG_CACHE_HOME nor HOME is set"),
            std::string::npos);
  EXPECT_EQ(nowhere.find("./net.onnx").path, "./net.onnx");
}

TEST_F(Catalog, UrlsAreHttpsUnlessTheirPlaceIsGiven) {
  const KnownNetworks known = catalog().known();
  EXPECT_EQ(catalog().url_of(known, known.networks[0]), server.url() + "/nets/abc.onnx");
  NetworkPlaces own = places();
  own.url = "";
  EXPECT_EQ(NetworkCatalog(own).url_of(known, known.networks[0]), "https://example.invalid/nets/abc.onnx");
  own.url = "ftp://example.invalid";
  EXPECT_THROW((void)NetworkCatalog(own).url_of(known, known.networks[0]), InputError);
  own.url = "";
  write_list("http://example.invalid/");
  EXPECT_THROW((void)NetworkCatalog(own).url_of(catalog().known(), known.networks[0]), InputError);
}

TEST_F(Catalog, AWrongDigestLeavesNothing) {
  server.answer("/nets/abc.onnx", {"abd"});
  const std::string error = error_of([&] { (void)pull_abc(); });
  EXPECT_NE(error.find("the downloaded file is not abc-7"), std::string::npos) << error;
  EXPECT_TRUE(fs::is_empty(folder.file("pulled")));
}

TEST(NetworkPlaces, FollowTheBaseDirectorySpecification) {
  using Variables = std::map<std::string, std::string>;
  const auto of = [](const Variables& variables) {
    return NetworkPlaces::of_environment([&](const char* name) {
      const auto at = variables.find(name);
      return at == variables.end() ? std::nullopt : std::optional(at->second);
    });
  };
  const NetworkPlaces home = of({{"HOME", "/home/a"}, {"XDG_CACHE_HOME", "relative"}});
  EXPECT_EQ(home.pulled, "/home/a/.cache/fovea/models");
  EXPECT_EQ(home.registered, "/home/a/.local/share/fovea/models");
  EXPECT_EQ(home.list, "");
  const NetworkPlaces given = of({{"XDG_CACHE_HOME", "/c"},
                                  {"XDG_DATA_HOME", "/d"},
                                  {"FOVEA_MODELS_LIST", "l.json"},
                                  {"FOVEA_MODELS_URL", "https://x"}});
  EXPECT_EQ(given.pulled, "/c/fovea/models");
  EXPECT_EQ(given.registered, "/d/fovea/models");
  EXPECT_EQ(given.list, "l.json");
  EXPECT_EQ(given.url, "https://x");
  EXPECT_EQ(of({}).pulled, "");
}

TEST_F(Catalog, KnownNetworksAreFoundBeforeAnyIsPulled) {
  const KnownNetworks known = catalog().known();
  const auto found = catalog().find_known({"abc", "abc-7"}, known);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], found[1]);
  EXPECT_NE(error_of([&] { catalog().find_known({"abc", "abd"}, known); }).find("abc"), std::string::npos);
  store(folder.file("mine.onnx"), "abc");
  RegisteredNetwork mine;
  mine.name = "mine";
  mine.path = folder.file("mine.onnx");
  catalog().add(mine);
  EXPECT_EQ(error_of([&] { catalog().find_known({"mine"}, known); }),
            "mine: is registered, so its file is here already");
}

TEST_F(Catalog, WhatIsRemovedIsAFileThatWasPulledOrTheNameOfOneThatStays) {
  EXPECT_EQ(error_of([&] { catalog().remove("abc"); }),
            "abc: there is nothing to remove: it has not been pulled");
  pull_abc();
  const NetworkCatalog::Removed pulled = catalog().remove("abc");
  EXPECT_FALSE(pulled.was_registered);
  EXPECT_EQ(pulled.path, folder.file("pulled/abc-7.onnx"));
  EXPECT_FALSE(fs::exists(pulled.path));
  store(folder.file("mine.onnx"), "abc");
  RegisteredNetwork mine;
  mine.name = "mine";
  mine.path = folder.file("mine.onnx");
  catalog().add(mine);
  store(catalog().sidecar("mine"), "not JSON");  // what cannot be read can be removed
  EXPECT_TRUE(catalog().remove("mine").was_registered);
  EXPECT_TRUE(fs::exists(mine.path));
  EXPECT_TRUE(catalog().registered_names().empty());
  EXPECT_NE(error_of([&] { catalog().remove("mine"); }), "nothing was thrown");
}

}  // namespace
}  // namespace fovea::test
