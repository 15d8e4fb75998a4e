#include "fovea/image.hpp"
#include "fovea/tensor.hpp"
#include "support/photo_archive.hpp"
#include "support/program.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace fovea::test {
namespace {

using Json = nlohmann::json;
using Names = std::vector<std::string>;

/// The output of the Relu before the global pooling, and one in the middle whose units see a part of the
/// picture.
const Names& relu_layers() {
  static const Names names = [] {
    Names found(2);
    const Json info = Json::parse(fovea({"info", bundled(), "--layers", "--json"}).out);
    for (const Json& each : info["layers"])
      if (each["operator"] == "Relu" && each["shape"].size() == 4) {
        found[0] = each["name"];
        if (!each["receptive_field"].is_null() && each["receptive_field"]["height"]["size"] < 60)
          found[1] = each["name"];
      }
    return found;
  }();
  return names;
}

TEST(ConceptsVerb, WritesTheChannelsThatMatter) {
  const TemporaryFolder folder;
  const Outcome outcome =
      fovea({"concepts", sample("church.jpg"), "--top", "3", "--json", "-o", folder.path()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "rule lrp-epsilon-plus-flat: ")) << outcome.err;
  const Json json = Json::parse(outcome.out)[0];
  EXPECT_EQ(json["class"]["name"], "church");
  ASSERT_EQ(json["channels"].size(), 3U);
  Names expected = {"church-channels.npy", "church-figure.png"};
  for (const Json& channel : json["channels"]) {
    const auto number = channel["channel"].get<std::int64_t>();
    expected.push_back(fmt::format("church-c{}-map.png", number));
    expected.push_back(fmt::format("church-c{}-relevance.npy", number));
    const Tensor map = read_npy(channel["files"]["relevance"].get<std::string>());
    EXPECT_EQ(map.shape(), Shape({3, 128, 128}));
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(files_in(folder.path()), expected);
  const Tensor all = read_npy(folder.file("church-channels.npy"));
  double sum = 0, magnitude = 0;
  for (const float value : all.data<float>()) {
    sum += static_cast<double>(value);
    magnitude += std::abs(static_cast<double>(value));
  }
  EXPECT_NEAR(sum, json["relevance"].get<double>(), 1e-3);
  const auto first = json["channels"][0];
  EXPECT_EQ(all.data<float>()[first["channel"].get<std::size_t>()], first["relevance"].get<float>());
  EXPECT_NEAR(first["share"].get<double>(), first["relevance"].get<double>() / magnitude, 1e-6);
  EXPECT_EQ(first["relevance"].get<float>(),
            *std::max_element(all.data<float>().begin(), all.data<float>().end()));
}

TEST(ConceptsVerb, ShowsPatchesOfOtherPhotos) {
  const TemporaryFolder folder;
  const Names layers = relu_layers();
  const Outcome outcome =
      fovea({"concepts", sample("church.jpg"), "--layer", layers[1], "--top", "2", "--dataset", sample(""),
             "--patches", "2", "--json", "-o", folder.file("figure.png")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(files_in(folder.path()), Names{"figure.png"});
  for (const Json& channel : Json::parse(outcome.out)[0]["channels"]) {
    ASSERT_EQ(channel["patches"].size(), 2U);
    EXPECT_GE(channel["patches"][0]["relevance"], channel["patches"][1]["relevance"]);
    // A patch comes from the photo in which this channel's strongest unit has that relevance.
    const std::string image = channel["patches"][0]["image"];
    const Outcome there = fovea({"concepts", image, "--layer", layers[1], "--channel",
                                 std::to_string(channel["channel"].get<std::int64_t>()), "--json", "-o",
                                 folder.file("there.png"), "--force"});
    ASSERT_EQ(there.code, 0) << there.err;
    const Json same = Json::parse(there.out)[0]["channels"][0];
    EXPECT_EQ(same["y"], channel["patches"][0]["y"]);
    EXPECT_EQ(same["x"], channel["patches"][0]["x"]);
  }
}

TEST(ConceptsVerb, FindsTheSamePatchesInAnArchive) {
  const TemporaryFolder folder;
  const std::string archive = photo_archive(folder, "photos.tar.gz", 3);
  const auto patches_in = [&](const std::string& dataset) {
    const Outcome outcome =
        fovea({"concepts", sample("church.jpg"), "--layer", relu_layers()[1], "--top", "2", "--dataset",
               dataset, "--patches", "2", "--json", "-o", folder.file("figure.png"), "--force"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    Json patches = Json::array();
    for (const Json& channel : Json::parse(outcome.out)[0]["channels"])
      patches.push_back(channel["patches"]);
    return patches;
  };
  const std::string unpacked = folder.file("unpacked");
  std::filesystem::create_directories(unpacked);
  ASSERT_EQ(run_command("/usr/bin/tar", {"-xzf", archive, "-C", unpacked}).code, 0);
  Json expected = patches_in(unpacked);
  for (Json& channel : expected)
    for (Json& patch : channel) {
      const std::filesystem::path image = patch["image"].get<std::string>();
      patch["image"] = archive + "/" + image.filename().string();
    }
  EXPECT_EQ(patches_in(archive), expected);
}

TEST(ConceptsVerb, FactorisesALayerOverPhotos) {
  const TemporaryFolder folder;
  const Names arguments = {"concepts",
                           sample("church.jpg"),
                           sample("golf-ball.jpg"),
                           "--layer",
                           relu_layers()[0],
                           "--factors",
                           "3",
                           "--json"};
  Names all = arguments;
  all.insert(all.end(), {"-o", folder.file("a")});
  const Outcome outcome = fovea(all);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(files_in(folder.file("a")),
            (Names{"church-concept1-map.png", "church-concept2-map.png", "church-concept3-map.png",
                   "church-concepts.npy", "concepts-directions.npy", "concepts-figure.png",
                   "golf-ball-concept1-map.png", "golf-ball-concept2-map.png", "golf-ball-concept3-map.png",
                   "golf-ball-concepts.npy"}));
  const Json json = Json::parse(outcome.out);
  EXPECT_GT(json["error"], 0.0);
  EXPECT_LT(json["error"], 1.0);
  ASSERT_EQ(json["concepts"].size(), 3U);
  const Tensor directions = read_npy(folder.file("a/concepts-directions.npy"));
  EXPECT_EQ(read_npy(folder.file("a/church-concepts.npy")).shape()[0], 3);
  const auto channel = json["concepts"][1]["channels"][0];
  EXPECT_EQ(directions.data<float>()[static_cast<std::size_t>(directions.shape()[1]) +
                                     channel["channel"].get<std::size_t>()],
            channel["weight"].get<float>());
  all.back() = folder.file("b");
  ASSERT_EQ(fovea(all).code, 0);
  EXPECT_EQ(load(folder.file("a/concepts-figure.png")), load(folder.file("b/concepts-figure.png")));
}

TEST(ConceptsVerb, SaysWhatCannotBe) {
  const TemporaryFolder folder;
  const std::string photo = sample("church.jpg"), out = folder.file("out");
  const auto concepts = [&](const Names& more) {
    Names all = {"concepts", photo, "-o", out};
    all.insert(all.end(), more.begin(), more.end());
    return fovea(all);
  };
  expect_error(concepts({"--layer", "nope"}), 1, {"nope"});
  expect_error(concepts({"--channel", "100000"}), 1, {"channel 100000", "out of range"});
  expect_error(concepts({"--class", "zebra"}), 1, {"zebra"});
  expect_error(concepts({"--rule", "guided"}), 2, {"guided", "lrp-epsilon"});
  expect_error(concepts({"--factors", "1000", "--layer", relu_layers()[0]}), 1,
               {"1000 concepts", "channels"});
  expect_error(concepts({"--factors", "2", "--layer", "logits"}), 1, {"logits", "rows and columns"});
  expect_error(concepts({"--factors", "2", "--top", "3"}), 2, {"--factors"});
  expect_error(concepts({"--factors", "2", "--class", "church"}), 2, {"--class"});
  expect_error(concepts({"--factors", "2", "--dataset", folder.path()}), 2, {"--dataset"});
  expect_error(concepts({"--channel", "1", "--top", "3"}), 2, {"--channel"});
  expect_error(concepts({"--patches", "3"}), 2, {"--dataset"});
  expect_error(concepts({"--dataset", folder.path()}), 1, {folder.path(), "empty"});
  expect_error(concepts({"--seed", "3"}), 2, {"--factors"});
  expect_error(fovea({"concepts", photo, sample("golf-ball.jpg"), "-o", folder.file("x.png")}), 2,
               {"one file"});
  expect_error(fovea({"concepts", "-o", out}), 2, {});
  EXPECT_FALSE(std::filesystem::exists(out));
}

}  // namespace
}  // namespace fovea::test
