#include "report/dataset_patches.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace fovea::test {
namespace {

const std::string kSource = FOVEA_SOURCE_DIR;

/// The layer of the bundled network that its scores are pooled from, and three photos.
class DatasetPatchesTest : public testing::Test {
protected:
  DatasetPatchesTest() {
    NetworkRequest request;
    request.found.path = kSource + "/models/imagenette-resnet.onnx";
    network_ = Network::load(request);
    const std::vector<LayerInfo> all = layers(network_->model, network_->size.height, network_->size.width);
    options_.program.height = network_->size.height;
    options_.program.width = network_->size.width;
    options_.program.threads = 1;
    options_.layer = find_layer(all, last_spatial_layer(network_->model, options_.program));
    options_.layer_name = options_.layer.name;
    options_.dataset = "samples";
    options_.channels = 2;
    options_.patches = 2;
    options_.output = folder_.path();
    options_.programs = [this] {
      ProgramOptions options = options_.program;
      options.layer = options_.layer.name;
      return std::vector<std::shared_ptr<const Program>>{Program::compile(network_->model, options)};
    };
    display_.rules = {Rule::Gradient};
    display_.layer = options_.layer;
  }

  DatasetPatches found(const std::vector<std::string>& pictures) {
    const RunFiles run_files = [](const auto& paths, const auto& make_worker) {
      FileBatchOptions batch;
      batch.workers = 2;
      return for_each_file(paths, make_worker, batch) > 0 ? 1 : 0;
    };
    return find_dataset_patches(pictures, *network_, display_, options_, run_files);
  }

  TemporaryFolder folder_;
  std::optional<Network> network_;
  DatasetPatchesOptions options_;
  DeconvDisplay display_;
  std::vector<std::string> pictures_ = {kSource + "/samples/golf-ball.jpg", kSource + "/samples/church.jpg",
                                        kSource + "/samples/no such picture.jpg"};
};

TEST_F(DatasetPatchesTest, are_sorted_by_activation_for_each_channel) {
  const DatasetPatches result = found(pictures_);
  EXPECT_EQ(result.code, 1);  // of the picture that is not there
  ASSERT_EQ(result.json.size(), 2U);
  std::int64_t patches = 0;
  for (const nlohmann::ordered_json& channel : result.json) {
    const nlohmann::ordered_json& of_channel = channel["patches"];
    patches += static_cast<std::int64_t>(of_channel.size());
    ASSERT_GE(of_channel.size(), 1U);
    ASSERT_LE(of_channel.size(), 2U);
    EXPECT_GT(of_channel.back()["activation"], 0);
    EXPECT_GE(of_channel.front()["activation"], of_channel.back()["activation"]);
    EXPECT_TRUE(std::filesystem::exists(channel["figure"].get<std::string>()));
    for (const nlohmann::ordered_json& patch : channel["patches"])
      for (const auto& file : patch["files"])
        EXPECT_TRUE(std::filesystem::exists(file.get<std::string>())) << file;
  }
  const std::string table = load(folder_.file("patches.csv"));
  EXPECT_GE(patches, 3);
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 1 + patches);
  EXPECT_NE(result.text.find("patches.csv"), std::string::npos);
}

TEST_F(DatasetPatchesTest, are_of_the_channel_that_is_asked_for) {
  options_.channels = 1;
  const std::int64_t strongest = found({pictures_[0]}).json[0]["channel"];
  options_.channel = strongest;
  TemporaryFolder other;
  options_.output = other.file("one.png");
  const DatasetPatches result = found({pictures_[0]});
  EXPECT_EQ(result.code, 0);
  ASSERT_EQ(result.json.size(), 1U);
  EXPECT_EQ(result.json[0]["channel"], strongest);
  EXPECT_EQ(result.json[0]["figure"], options_.output);
  EXPECT_EQ(other.count(), 1U);  // the figure alone
}

TEST_F(DatasetPatchesTest, are_not_there_without_pictures) {
  EXPECT_EQ(message_of<InputError>([&] { found({pictures_[2]}); }),
            "samples: no picture excites any channel of the layer '" + options_.layer.name + "'");
}

}  // namespace
}  // namespace fovea::test
