#pragma once

#include "support/http_server.hpp"
#include "support/program.hpp"

#include <nlohmann/json.hpp>

namespace fovea::test {

/// The SHA-256 of text_network()'s bytes and of the bundled network's, by sha256sum.
inline constexpr const char* kTextDigest = "448009370603cb39756aef8c489716774aad73fa456b90d890d9775e107ff98b";
inline constexpr const char* kBundledDigest =
    "05072e070141a24192a9dbea40184dda6756f4d314b2cb736f7fca89bced0add";

/// Bytes that are no network, of a known digest: two million and a few, so that they take several writes.
inline std::string text_network() {
  std::string text;
  while (text.size() < 2000000)
    text += std::to_string(text.size()) + "\n";
  return text;
}

/// A user of their own: empty folders for cache and data, and a list of three networks that a server on the
/// loopback interface has.
class Models : public testing::Test {
protected:
  Models() {
    store(folder.file("list.json"), list().dump());
    server.answer("/nets/bundled.onnx", {load(bundled())});
    server.answer("/nets/text.onnx", {text_network()});
    options.environment = {{"XDG_CACHE_HOME", folder.file("cache")},
                           {"XDG_DATA_HOME", folder.file("data")},
                           {"HOME", folder.path()},
                           {"FOVEA_MODELS_LIST", folder.file("list.json")},
                           {"FOVEA_MODELS_URL", server.url() + "/nets"},
                           {"NO_PROXY", "127.0.0.1"}};
  }

  static nlohmann::json network(const std::string& name, std::int64_t bytes, const std::string& digest) {
    return {{"name", name + "-7"},    {"aliases", {name}}, {"title", name},
            {"path", name + ".onnx"}, {"bytes", bytes},    {"sha256", digest}};
  }
  static nlohmann::json list() {
    nlohmann::json list = {
        {"url", "https://example.invalid/"}, {"source", "here"}, {"licence", "MIT"}, {"networks", {}}};
    list["networks"] = {network("bundled", static_cast<std::int64_t>(load(bundled()).size()), kBundledDigest),
                        network("text", static_cast<std::int64_t>(text_network().size()), kTextDigest),
                        network("nowhere", 7, kTextDigest)};
    list["networks"][0]["preprocessing"] = {{"preset", "caffe"}};
    return list;
  }

  Outcome models(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "models");
    return fovea(arguments, options);
  }
  void set(const std::string& variable, const std::string& value) {
    for (auto& [name, old] : options.environment)
      if (name == variable)
        old = value;
  }
  std::string cached(const std::string& name) const { return folder.file("cache/fovea/models/" + name); }
  std::string sidecar(const std::string& name) const {
    return folder.file("data/fovea/models/" + name + ".json");
  }
  /// The files of the cache; none without a folder, which a run that failed takes away if it made it.
  std::vector<std::string> cache() const {
    const std::string path = folder.file("cache/fovea/models");
    return std::filesystem::exists(path) ? files_in(path) : std::vector<std::string>();
  }

  TemporaryFolder folder;
  HttpServer server;
  CommandOptions options;
};

}  // namespace fovea::test
