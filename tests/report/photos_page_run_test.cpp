#include "report/photos_page_run.hpp"

#include "batch/merge_runs.hpp"
#include "batch/tar.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace fovea::test {
namespace {

using Json = nlohmann::ordered_json;

const std::string kSource = FOVEA_SOURCE_DIR;

/// Pages of three photos with their classes, and of one that is none, in an archive.
class PhotosPageRuns : public testing::Test {
protected:
  PhotosPageRuns() {
    NetworkRequest request;
    request.found.path = kSource + "/models/imagenette-resnet.onnx";
    const Network network = Network::load(request);
    networks_.push_back(
        {network,
         {Explainer(network.model, {.preprocessing = network.preprocessing, .program = {.threads = 1}}), {}},
         "",
         {},
         {}});
    std::string bytes = tar_beginning();
    for (const auto& [name, truth] : {std::pair{"golf-ball", "8"}, {"church", "4"}, {"parachute", "0"}})
      bytes += tar_member(fmt::format("{}.jpg", name), load(kSource + "/samples/" + name + ".jpg")) +
               tar_member(fmt::format("{}.cls", name), truth);
    bytes += tar_member("none.jpg", "no picture");
    store(folder_.file("photos.tar"), bytes + tar_end());
    inputs_.add(folder_.file("photos.tar"));
  }

  ReportOptions options(const std::string& name, bool split) const {
    ReportOptions options;
    std::filesystem::create_directories(folder_.file(name));
    options.file = folder_.file(name + "/page.html");
    options.class_models = 0;
    options.command_line = "fovea report";
    options.split = split;
    return options;
  }
  RunDescription description(const PhotosPageRun& run, const ReportOptions& options,
                             const Shard& shard) const {
    return {options.file, shard, TableFormat::None, run.settings(), {{"fovea", "1"}}, true};
  }
  void do_photos(const PhotosPageRun& run, const Shard& shard, ResultStore& store,
                 std::size_t workers) const {
    EXPECT_TRUE(run_many_photos({inputs_, shard, workers, [&] { return run.worker(); }}, store));
  }
  ReportOutcome write_whole(const std::string& name, bool split, std::size_t workers = 1) const {
    const ReportOptions of_page = options(name, split);
    const PhotosPageRun run(networks_, of_page, events_);
    ResultStore store(description(run, of_page, {}), EarlierResults::Refuse);
    do_photos(run, {}, store, workers);
    ReportOutcome outcome = run.write(store, {folder_.file("notes.txt")});
    store.finish_final_step();
    return outcome;
  }
  /// The pictures beside the page.
  std::map<std::string, std::string> pictures(const std::string& name) const {
    std::map<std::string, std::string> files;
    for (const auto& file : std::filesystem::directory_iterator(folder_.file(name + "/page_files")))
      files[file.path().filename().string()] = load(file.path().string());
    return files;
  }

  TemporaryFolder folder_;
  std::vector<ReportNetwork> networks_;
  PictureInputs inputs_;
  ReportEvents events_;
};

TEST_F(PhotosPageRuns, write_the_photos_of_an_archive_with_their_classes) {
  const ReportOutcome outcome = write_whole("page", false);
  EXPECT_EQ(outcome.photos, 3U);
  EXPECT_EQ(outcome.failed, 1U);
  EXPECT_EQ(outcome.left_out, 2U);
  EXPECT_EQ(outcome.json["networks"][0]["photos_with_truth"], 3);
  EXPECT_NEAR(outcome.json["networks"][0]["top1_accuracy"].get<double>(), 2.0 / 3, 1e-9);
  EXPECT_EQ(outcome.json["left_out_files"][0]["file"], folder_.file("photos.tar") + "/none.jpg");
  const std::string page = load(folder_.file("page/page.html"));
  for (const char* text :
       {"golf-ball.jpg", "church.jpg", "notes.txt", "fovea report", "data:image/webp;base64,"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
  EXPECT_EQ(page.find("\"Time\""), std::string::npos) << "which differs from run to run";
}

TEST_F(PhotosPageRuns, write_the_same_page_of_shards) {
  for (const bool split : {false, true}) {
    const std::string of = split ? "split" : "inside";
    write_whole(of, split, 3);
    const ReportOptions of_shards = options(of + "-shards", split), merged = options(of + "-merged", split);
    for (const std::int64_t number : {3, 1, 2}) {
      const PhotosPageRun run(networks_, of_shards, events_);
      ResultStore store(description(run, of_shards, {number, 3}), EarlierResults::Refuse);
      do_photos(run, {number, 3}, store, 2);
      EXPECT_TRUE(store.is_finished());
    }
    const MergedRun together = merge_runs({folder_.file(of + "-shards")}, merged.file, {{"fovea", "1"}});
    EXPECT_TRUE(together.needs_final_step);
    const PhotosPageRun run(networks_, merged, events_);
    ResultStore store(description(run, merged, {}), EarlierResults::Resume);
    EXPECT_EQ(run.write(store, {folder_.file("notes.txt")}).photos, 3U);
    EXPECT_TRUE(load(merged.file) == load(folder_.file(of + "/page.html"))) << of;
    if (split) {
      EXPECT_TRUE(pictures(of + "-merged") == pictures(of));
    }
  }
}

TEST_F(PhotosPageRuns, keep_their_pictures_where_they_take_the_place_of_an_earlier_page) {
  write_whole("page", true);
  const auto before = pictures("page");
  const ReportOptions of_page = options("page", true);
  const PhotosPageRun run(networks_, of_page, events_);
  ResultStore store(description(run, of_page, {}), EarlierResults::Discard);
  do_photos(run, {}, store, 1);
  run.write(store, {});
  EXPECT_EQ(before.size(), 7U);  // three photos, their maps, and that of a true class
  EXPECT_TRUE(pictures("page") == before);
}

TEST_F(PhotosPageRuns, have_settings_of_the_second_network_the_classes_and_the_name_of_a_split_page) {
  ReportOptions plain = options("a", false), split = options("a", true), known = options("a", false);
  known.truth.of_photo = {TrueClass{{}, 7, {}}};
  EXPECT_EQ(PhotosPageRun(networks_, plain, events_).settings(), Json::object());
  EXPECT_EQ(PhotosPageRun(networks_, split, events_).settings()["page"], "page.html");
  EXPECT_TRUE(PhotosPageRun(networks_, known, events_).settings().contains("truth"));
  std::vector<ReportNetwork> two = {networks_[0], networks_[0]};
  EXPECT_TRUE(PhotosPageRun(two, plain, events_).settings()["compared"].contains("model"));
  known.truth.of_photo = {TrueClass{{}, {}, "unicorn"}};
  EXPECT_NE(message_of<InputError>([&] {
              PhotosPageRun(networks_, known, events_);
            }).find("has none of the true classes"),
            std::string::npos);
}

}  // namespace
}  // namespace fovea::test
