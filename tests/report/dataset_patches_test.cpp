#include "report/dataset_patches.hpp"

#include "batch/merge_runs.hpp"
#include "batch/photo_data.hpp"
#include "batch/tar.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

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

  static int process(const std::vector<std::string>& paths, const std::function<FileWorker()>& make_worker) {
    FileBatchOptions batch;
    batch.workers = 2;
    return for_each_file(paths, make_worker, batch) > 0 ? 1 : 0;
  }
  DatasetPatches found(const std::vector<std::string>& pictures) {
    return find_dataset_patches(pictures, *network_, display_, options_, process);
  }

  RunDescription description(const std::string& output, const Shard& shard = {}) const {
    return {output, shard, TableFormat::None, {{"layer", options_.layer_name}}, {{"fovea", "1"}}, true};
  }
  void do_photos(const PictureInputs& inputs, const Shard& shard, ResultStore& store, std::size_t workers) {
    DatasetPatchesRun run(*network_, display_, options_);
    EXPECT_TRUE(run_many_photos({inputs, shard, workers, [&] { return run.worker(); }}, store));
  }
  DatasetPatches written(const PictureInputs& inputs, ResultStore& store) {
    options_.output = store.files().folder;
    DatasetPatches result = DatasetPatchesRun(*network_, display_, options_).write(store, inputs, process);
    store.finish_final_step();
    return result;
  }
  /// What lies in a folder, but for manifests, journals and data.
  std::map<std::string, std::string> files_of(const std::string& name) const {
    std::map<std::string, std::string> files;
    for (const auto& file : std::filesystem::directory_iterator(folder_.file(name)))
      if (const std::string of = file.path().filename().string(); of.starts_with("c") || of == "patches.csv")
        files[of] = load(file.path().string());
    return files;
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

/// Ten photos in two archives, one of which is none, and some of which are the same.
TEST_F(DatasetPatchesTest, of_a_divided_run_are_those_of_a_single_one) {
  for (const char* name : {"a", "b"}) {
    std::string bytes = tar_beginning();
    for (int i = 0; i < 5; ++i) {
      const std::string photo = i % 2 == 0 ? "golf-ball" : *name == 'a' ? "church" : "parachute";
      bytes += tar_member(std::to_string(i) + ".jpg",
                          i == 3 && *name == 'a' ? "none" : load(kSource + "/samples/" + photo + ".jpg"));
    }
    store(folder_.file(std::string(name) + ".tar"), bytes + tar_end());
  }
  const PictureInputs inputs({folder_.file("a.tar"), folder_.file("b.tar")});
  options_.channels = 3;
  ResultStore whole(description(folder_.file("whole")), EarlierResults::Refuse);
  do_photos(inputs, {}, whole, 3);
  const DatasetPatches result = written(inputs, whole);
  EXPECT_EQ(result.code, 1);  // of the one that is none
  const auto files = files_of("whole");
  EXPECT_EQ(files.size(), 3U * (2 * 3 + 1) + 1);  // two patches and a figure of each channel, and the table
  EXPECT_NE(files.at("patches.csv").find(",1," + folder_.file("a.tar") + "/0.jpg,"), std::string::npos)
      << files.at("patches.csv");
  for (const std::int64_t number : {2, 3, 1}) {
    ResultStore shard(description(folder_.file("shards"), {number, 3}), EarlierResults::Refuse);
    do_photos(inputs, {number, 3}, shard, static_cast<std::size_t>(number));
  }
  merge_runs({folder_.file("shards")}, folder_.file("merged"), {{"fovea", "1"}});
  ResultStore merged(description(folder_.file("merged")), EarlierResults::Resume);
  const DatasetPatches of_merged = written(inputs, merged);
  EXPECT_EQ(of_merged.json.size(), result.json.size());
  EXPECT_TRUE(files_of("merged") == files);
}

TEST_F(DatasetPatchesTest, of_a_run_are_those_of_a_folder) {
  options_.channels = 2;
  options_.output = folder_.file("plain");
  std::filesystem::create_directory(options_.output);
  const std::vector<std::string> pictures = {kSource + "/samples/golf-ball.jpg",
                                             kSource + "/samples/church.jpg",
                                             kSource + "/samples/parachute.jpg"};
  found(pictures);
  ResultStore store(description(folder_.file("run")), EarlierResults::Refuse);
  do_photos(PictureInputs(pictures), {}, store, 2);
  written(PictureInputs(pictures), store);
  EXPECT_TRUE(files_of("run") == files_of("plain"));
}

TEST_F(DatasetPatchesTest, take_the_units_alone_that_others_do_not_exceed) {
  options_.patches = 1;
  const PictureInputs inputs({pictures_[0], pictures_[0], pictures_[0]});
  ResultStore store(description(folder_.file("run")), EarlierResults::Refuse);
  do_photos(inputs, {}, store, 1);
  std::vector<std::size_t> units;
  for_each_photo(store, [&](const PhotoData& photo) { units.push_back(photo.data["units"].size()); });
  ASSERT_EQ(units.size(), 3U);
  EXPECT_GT(units[0], 10U);
  EXPECT_EQ(units[1], 0U);  // equal ones of a later picture
  EXPECT_EQ(units[2], 0U);
}

TEST_F(DatasetPatchesTest, are_not_there_without_pictures) {
  EXPECT_EQ(message_of<InputError>([&] { found({pictures_[2]}); }),
            "samples: no picture excites any channel of the layer '" + options_.layer.name + "'");
}

}  // namespace
}  // namespace fovea::test
