#include "report/photos_page.hpp"

#include "fovea/error.hpp"
#include "report/photo_blocks.hpp"
#include "support/temporary_folder.hpp"
#include "support/work_counter.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

namespace fovea::test {
namespace {

using Json = nlohmann::ordered_json;

const std::string kSource = FOVEA_SOURCE_DIR;

/// The bundled network, one thread, no class models and no objects.
class PhotosPage : public testing::Test {
protected:
  PhotosPage() {
    NetworkRequest request;
    request.found.path = kSource + "/models/imagenette-resnet.onnx";
    const Network network = Network::load(request);
    const Explainer maps(network.model, {.preprocessing = network.preprocessing, .program = {.threads = 1}});
    networks_.push_back({network, {maps, {}}, "", {}, {}});
    options_.file = folder_.file("page.html");
    options_.class_models = 0;
    events_.progress = [this](std::int64_t done, std::int64_t total, const std::string& what) {
      EXPECT_EQ(total, static_cast<std::int64_t>(photos_.size()));
      EXPECT_EQ(what, photos_[static_cast<std::size_t>(done)]);
    };
    events_.failed = [this](const std::string& message) { failures_.push_back(message); };
  }

  ReportOutcome write(const std::vector<std::string>& photos, const std::vector<std::string>& others = {}) {
    photos_ = photos;
    return write_photos_page(photos, others, networks_, options_, events_);
  }

  TemporaryFolder folder_;
  std::vector<ReportNetwork> networks_;
  ReportOptions options_;
  ReportEvents events_;
  std::vector<std::string> photos_, failures_;
};

TEST_F(PhotosPage, shows_photos_and_lists_what_is_left_out) {
  store(folder_.file("broken.jpg"), "no picture");
  const ReportOutcome outcome =
      write({kSource + "/samples/golf-ball.jpg", folder_.file("broken.jpg"), kSource + "/samples/church.jpg"},
            {folder_.file("notes.txt")});
  EXPECT_TRUE(outcome.is_written);
  EXPECT_EQ(outcome.photos, 2U);
  EXPECT_EQ(outcome.failed, 1U);
  EXPECT_EQ(outcome.left_out, 2U);
  EXPECT_EQ(outcome.json["page"], options_.file);
  EXPECT_EQ(outcome.json["photos"], 2);
  EXPECT_EQ(outcome.json["left_out"], 2);
  EXPECT_EQ(outcome.json["left_out_files"][0]["file"], folder_.file("broken.jpg"));
  ASSERT_EQ(outcome.json["networks"].size(), 1U);
  const Json& classes = outcome.json["networks"][0]["classes"];
  ASSERT_EQ(classes.size(), 2U);
  EXPECT_EQ(classes[0]["photos"], 1);
  EXPECT_FALSE(outcome.json["networks"][0].contains("top1_accuracy")) << "no true classes are known";
  ASSERT_EQ(failures_.size(), 1U);
  EXPECT_EQ(failures_.front().find(folder_.file("broken.jpg")), 0U);
  const std::string page = load(options_.file);
  for (const char* text : {"golf-ball.jpg", "church.jpg", "notes.txt", "not a picture, by its name",
                           "imagenette-resnet: maps", "2 photos by imagenette-resnet.onnx; 2 files left out"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
}

TEST_F(PhotosPage, explains_the_class_that_is_asked_for) {
  networks_[0].target = 3;
  std::vector<double> scores;
  events_.scored = [&](std::size_t network, const std::vector<double>& all) {
    EXPECT_EQ(network, 0U);
    scores = all;
  };
  EXPECT_EQ(write({kSource + "/samples/golf-ball.jpg"}).photos, 1U);
  EXPECT_EQ(scores.size(), 10U);
  EXPECT_NE(load(options_.file).find("\"explained\":[{\"class\":3,"), std::string::npos);
}

TEST_F(PhotosPage, is_not_there_when_it_cannot_be_written) {
  options_.file = folder_.file("no such folder/page.html");
  EXPECT_THROW(write({kSource + "/samples/golf-ball.jpg"}), OutputError);
}

/// Maps by three methods of the centre, and the object in the whole photo: each of the two framings runs
/// forward once, and all maps of one come from its one backward run.
TEST_F(PhotosPage, decodes_each_photo_once_and_runs_forward_once_for_each_framing) {
  const Network& network = networks_[0].network;
  const ExplainOptions options{.further_methods = {"guided", "grad-cam"},
                               .preprocessing = network.preprocessing,
                               .program = {.threads = 1}};
  const ExplainOptions of_objects{.preprocessing = network.preprocessing, .program = {.threads = 1}};
  networks_[0].explainers = {Explainer(network.model, options),
                             Explainer(network.model, object_explain_options(of_objects))};
  const std::string photo = kSource + "/samples/golf-ball.jpg";
  ReportOutcome outcome;
  EXPECT_EQ(counts_of([&] { outcome = write({photo}); }), (CountedWork{1, 2, 2, 2}));
  EXPECT_EQ(outcome.photos, 1U);
  EXPECT_EQ(counts_of([&] {
              outcome = write({photo, kSource + "/samples/church.jpg"});
            }),
            (CountedWork{2, 4, 4, 4}));
  EXPECT_EQ(outcome.photos, 2U);
  options_.top = 2;  // another class takes another run of each framing
  EXPECT_EQ(counts_of([&] { write({photo}); }), (CountedWork{1, 2, 4, 4}));
}

/// The blocks of the page of one kind.
std::vector<Json> blocks(const std::string& page, const std::string& kind) {
  const std::string start = "data-kind=\"" + kind + "\">";
  std::vector<Json> list;
  for (std::size_t at = page.find(start); at != std::string::npos; at = page.find(start, at + 1)) {
    const std::size_t begin = at + start.size();
    list.push_back(Json::parse(page.substr(begin, page.find("</script>", begin) - begin)));
  }
  return list;
}

ClassTruth truth_of(const std::vector<std::string>& names) {
  ClassTruth truth;
  for (const std::string& name : names)
    truth.of_photo.push_back(name.empty() ? std::optional<TrueClass>() : TrueClass{"", {}, name});
  return truth;
}

TEST_F(PhotosPage, counts_right_answers_and_explains_the_true_class_of_wrong_ones) {
  options_.truth = truth_of({"golf ball", "French horn", ""});
  write({kSource + "/samples/golf-ball.jpg", kSource + "/samples/church.jpg",
         kSource + "/samples/parachute.jpg"});
  const std::string page = load(options_.file);
  const std::vector<Json> photos = blocks(page, "photo");
  ASSERT_EQ(photos.size(), 3U);
  EXPECT_EQ(photos[0]["truth"], "golf ball");
  EXPECT_EQ(photos[0]["answers"][0]["rank"], 1);
  EXPECT_EQ(photos[0]["answers"][0]["explained"].size(), 1U);
  const Json& wrong = photos[1]["answers"][0];
  EXPECT_GT(wrong["rank"], 1);
  ASSERT_EQ(wrong["explained"].size(), 2U);
  EXPECT_EQ(wrong["explained"][0]["name"], "church");
  EXPECT_EQ(wrong["explained"][1]["name"], "French horn");
  EXPECT_FALSE(photos[2].contains("truth"));
  const Json accuracy = blocks(page, "table").at(0), mistakes = blocks(page, "table").at(1);
  EXPECT_EQ(accuracy["title"], "Accuracy");
  EXPECT_EQ(accuracy["top"], true);
  EXPECT_EQ(accuracy["rows"][0][1]["text"], "1 of 2 (50.0 %)");
  EXPECT_NE(accuracy["note"].get<std::string>().find("1 photo without a true class is not counted"),
            std::string::npos)
      << accuracy["note"];
  EXPECT_EQ(mistakes["rows"], Json::parse(R"([["French horn", "church", 1]])"));
  EXPECT_NE(page.find("; 1 of 2 (50.0 %) right"), std::string::npos);
}

TEST_F(PhotosPage, refuses_truth_that_no_class_fits) {
  options_.truth = truth_of({"flamingo"});
  const std::string message = message_of<InputError>([&] { write({kSource + "/samples/golf-ball.jpg"}); });
  EXPECT_NE(message.find("none of the true classes: no class is called 'flamingo'"), std::string::npos)
      << message;
  options_.truth = truth_of({"church", "flamingo"});
  write({kSource + "/samples/church.jpg", kSource + "/samples/golf-ball.jpg"});
  const std::string page = load(options_.file);
  EXPECT_EQ(blocks(page, "photo").at(1)["truth"], "flamingo");
  EXPECT_NE(page.find("whose true class is none of the network's is not counted"), std::string::npos);
}

/// The same network, once with its own input and once with red and blue exchanged.
TEST_F(PhotosPage, shows_two_networks_side_by_side) {
  ReportNetwork second = networks_[0];
  Preprocessing swapped = second.network.preprocessing;
  swapped.channel_order = swapped.channel_order == ChannelOrder::RGB ? ChannelOrder::BGR : ChannelOrder::RGB;
  swapped.mean = {0.9F, 0.9F, 0.9F};
  second.network.preprocessing = swapped;
  second.explainers.maps =
      Explainer(second.network.model, {.preprocessing = swapped, .program = {.threads = 1}});
  second.name = "other/changed.onnx";
  networks_.push_back(second);
  options_.truth = truth_of({"golf ball", "church"});
  std::set<std::size_t> scored;
  events_.scored = [&](std::size_t network, const std::vector<double>&) { scored.insert(network); };
  write({kSource + "/samples/golf-ball.jpg", kSource + "/samples/church.jpg"});
  EXPECT_EQ(scored.size(), 2U);
  const std::string page = load(options_.file);
  EXPECT_EQ(blocks(page, "settings").at(0)["networks"],
            Json::parse(R"(["imagenette-resnet.onnx", "changed.onnx"])"));
  std::int64_t agree = 0;
  for (const Json& photo : blocks(page, "photo")) {
    ASSERT_EQ(photo["answers"].size(), 2U);
    const bool same = photo["answers"][0]["guesses"][0]["name"] == photo["answers"][1]["guesses"][0]["name"];
    EXPECT_EQ(photo["agree"], same);
    agree += same ? 1 : 0;
    EXPECT_NE(photo["answers"][0]["explained"][0]["maps"], photo["answers"][1]["explained"][0]["maps"]);
  }
  std::vector<Json> tables = blocks(page, "table");
  const auto comparison = std::find_if(tables.begin(), tables.end(),
                                       [](const Json& table) { return table["title"] == "Comparison"; });
  ASSERT_NE(comparison, tables.end());
  EXPECT_EQ((*comparison)["rows"][0][1], agree);
  EXPECT_EQ((*comparison)["rows"][1][1], 2 - agree);
  std::int64_t judged = 0;
  for (std::size_t row = 2; row < 6; ++row)
    judged += (*comparison)["rows"][row][1].get<std::int64_t>();
  EXPECT_EQ(judged, 2);
  for (const char* title : {"Network: imagenette-resnet.onnx", "Network: changed.onnx"})
    EXPECT_NE(page.find(title), std::string::npos) << title;
}

TEST_F(PhotosPage, takes_one_or_two_networks) {
  networks_.push_back(networks_[0]);
  networks_.push_back(networks_[0]);
  EXPECT_THROW(write({kSource + "/samples/golf-ball.jpg"}), InputError);
  networks_.clear();
  EXPECT_THROW(write({kSource + "/samples/golf-ball.jpg"}), InputError);
}

TEST_F(PhotosPage, holds_no_absolute_path) {
  store(folder_.file("broken.jpg"), "no picture");
  options_.command_line = "fovea report photos";
  write({kSource + "/samples/golf-ball.jpg", folder_.file("broken.jpg")}, {folder_.file("notes.txt")});
  const std::string page = load(options_.file);
  EXPECT_EQ(page.find(folder_.path()), std::string::npos);
  EXPECT_EQ(page.find(kSource), std::string::npos);
}

TEST_F(PhotosPage, opens_with_what_the_maps_mean) {
  write({kSource + "/samples/golf-ball.jpg"});
  const Json about = blocks(load(options_.file), "about").at(0);
  EXPECT_EQ(about["paragraphs"].size(), 2U);
  ASSERT_EQ(about["terms"].size(), 1U);
  EXPECT_EQ(about["terms"][0][0], "Gradient");
  EXPECT_NE(about["paragraphs"][1].get<std::string>().find("white is the 99th percentile"),
            std::string::npos);
}

TEST(RankOf, counts_better_scores_and_earlier_equal_ones) {
  EXPECT_EQ(rank_of({1, 3, 2}, 1), 1);
  EXPECT_EQ(rank_of({1, 3, 2}, 0), 3);
  EXPECT_EQ(rank_of({2, 2, 2}, 0), 1);
  EXPECT_EQ(rank_of({2, 2, 2}, 2), 3);
}

}  // namespace
}  // namespace fovea::test
