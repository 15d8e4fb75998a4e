#include "fovea/image.hpp"
#include "support/program.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// The blocks of a page, each with its kind.
std::vector<Json> blocks_of(const std::string& path) {
  const std::string html = load(path), start = R"(<script type="application/json" data-kind=")";
  std::vector<Json> blocks;
  for (std::size_t at = html.find(start); at != std::string::npos; at = html.find(start, at + 1)) {
    const std::size_t kind = at + start.size(), text = html.find('>', at) + 1;
    Json block = Json::parse(html.substr(text, html.find("</script>", text) - text));
    block["kind"] = html.substr(kind, html.find('"', kind) - kind);
    blocks.push_back(std::move(block));
  }
  return blocks;
}

std::vector<Json> of_kind(const std::vector<Json>& blocks, const std::string& kind) {
  std::vector<Json> list;
  for (const Json& block : blocks)
    if (block["kind"] == kind)
      list.push_back(block);
  return list;
}

TEST(Report, ShowsPhotosInTheirOrder) {
  const TemporaryFolder folder;
  const std::string page = folder.file("report.html");
  const Outcome outcome = fovea({"report", sample("church.jpg"), sample("golf-ball.jpg"), "--methods",
                                 "gradient,grad-cam", "--top", "2", "--class-models", "1", "-o", page});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "2 photos, 0 files left out")) << outcome.out;
  const std::vector<Json> blocks = blocks_of(page), photos = of_kind(blocks, "photo");
  ASSERT_EQ(photos.size(), 2U);
  EXPECT_EQ(photos[0]["name"], "church.jpg");
  EXPECT_EQ(photos[1]["name"], "golf-ball.jpg");
  const Json& golf = photos[1]["answers"][0];
  EXPECT_EQ(golf["guesses"].size(), 5U);
  EXPECT_EQ(golf["guesses"][0]["name"], "golf ball");
  EXPECT_EQ(golf["explained"].size(), 2U);
  EXPECT_EQ(golf["explained"][0]["class"], golf["guesses"][0]["class"]);
  EXPECT_EQ(golf["explained"][0]["stages"].size(), 3U);
  ASSERT_EQ(golf["explained"][0]["maps"].size(), 2U);
  EXPECT_EQ(golf["explained"][0]["maps"][0]["signed"], true);
  EXPECT_EQ(golf["explained"][0]["maps"][1]["signed"], false);
  EXPECT_EQ(of_kind(blocks, "pictures").at(0)["items"].size(), 1U);
  EXPECT_EQ(of_kind(blocks, "settings").at(0)["methods"].size(), 2U);
  const std::string card = of_kind(blocks, "facts").at(0).dump() + of_kind(blocks, "facts").at(1).dump();
  for (const char* part : {"imagenette-resnet.onnx", "14 Conv", "1181274", "short side 144", "fovea report"})
    EXPECT_TRUE(contains(card, part)) << part << "\n" << card;
}

TEST(Report, SharedMapsAreThoseOfSaliency) {
  const TemporaryFolder folder;
  ASSERT_EQ(
      fovea({"saliency", sample("golf-ball.jpg"), "--method", "grad-cam", "-o", folder.file("map")}).code, 0);
  ASSERT_EQ(fovea({"report", sample("golf-ball.jpg"), "--methods", "grad-cam", "--no-localize",
                   "--class-models", "0", "--split", "-o", folder.file("r.html")})
                .code,
            0);
  const Json photo = of_kind(blocks_of(folder.file("r.html")), "photo").at(0);
  const std::string file = photo["answers"][0]["explained"][0]["maps"][0]["picture"];
  EXPECT_EQ(read_image(folder.file(file)).pixels, read_image(folder.file("map/golf-ball-map.png")).pixels);
}

TEST(Report, LosesNoneOfManyPhotos) {
  const TemporaryFolder folder;
  std::vector<std::string> arguments = {
      "report", "--no-localize", "--class-models", "0", "--workers", "4", "-o", folder.file("r.html")};
  for (int i = 0; i < 40; ++i)
    arguments.push_back(sample(i % 2 == 0 ? "church.jpg" : "golf-ball.jpg"));
  ASSERT_EQ(fovea(arguments).code, 0);
  const std::vector<Json> photos = of_kind(blocks_of(folder.file("r.html")), "photo");
  ASSERT_EQ(photos.size(), 40U);
  for (std::size_t i = 0; i < 40; ++i)
    EXPECT_EQ(photos[i]["name"], i % 2 == 0 ? "church.jpg" : "golf-ball.jpg");
}

TEST(Report, ListsWhatIsLeftOut) {
  const TemporaryFolder folder;
  fs::create_directory(folder.file("in"));
  fs::copy(sample("church.jpg"), folder.file("in/<b>\"it's\" & \xc3\xbc \xff.jpg"));  // the last is no UTF-8
  store(folder.file("in/broken.jpg"), load(sample("church.jpg")).substr(0, 300));
  store(folder.file("in/notes.txt"), "x");
  const std::string page = folder.file("report.html");
  CommandOptions options;
  options.folder = folder.path();
  const Outcome outcome =
      fovea({"report", folder.file("in"), "--no-localize", "--class-models", "0", "-o", page}, options);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.out, ": 1 photo, 2 files left out")) << outcome.out;
  EXPECT_TRUE(contains(outcome.err, "broken.jpg: the file is cut short")) << outcome.err;
  const std::vector<Json> blocks = blocks_of(page);
  EXPECT_EQ(of_kind(blocks, "photo").at(0)["name"], "<b>\"it's\" & \xc3\xbc \xef\xbf\xbd.jpg");
  const Json rows = of_kind(blocks, "table").at(0)["rows"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0][0], "in/broken.jpg");
  EXPECT_EQ(rows[0][1], "the file is cut short");
  EXPECT_EQ(rows[1][1], "not a picture, by its name");
  EXPECT_EQ(of_kind(blocks, "facts").at(1)["rows"][0][1],
            "fovea report in --no-localize --class-models 0 -o report.html");
  EXPECT_FALSE(contains(load(page), folder.path()));
}

TEST(Report, CountsRightAnswers) {
  const TemporaryFolder folder;
  store(folder.file("truth.csv"),
        "file,class\nchurch.jpg,church\ngolf-ball.jpg,parachute\nelsewhere.jpg,church\n");
  const std::string page = folder.file("r.html");
  const std::vector<std::string> command = {"report",
                                            sample("church.jpg"),
                                            sample("golf-ball.jpg"),
                                            "--no-localize",
                                            "--class-models",
                                            "0",
                                            "-o",
                                            page,
                                            "--truth"};
  std::vector<std::string> by_file = command, by_folder = command;
  by_file.push_back(folder.file("truth.csv"));
  const Outcome outcome = fovea(by_file);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "names 1 photo that is not here")) << outcome.err;
  EXPECT_TRUE(contains(load(page), "1 of 2 (50.0 %) right"));
  by_folder.push_back("folders");  // the photos' folder is called like no class
  const Outcome wrong = fovea(by_folder);
  EXPECT_EQ(wrong.code, 1);
  EXPECT_TRUE(contains(wrong.err, "no class is called 'samples'")) << wrong.err;
}

TEST(Report, ComparesTwoNetworks) {
  const TemporaryFolder folder;
  const std::string page = folder.file("r.html"),
                    network = std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx";
  const std::vector<std::string> command = {
      "report", sample("church.jpg"), "--no-localize", "--class-models", "0", "-o", page};
  std::vector<std::string> same = command, other = command, alone = command;
  same.insert(same.end(), {"--compare-with", network});
  ASSERT_EQ(fovea(same).code, 0);
  const Json photo = of_kind(blocks_of(page), "photo").at(0);
  EXPECT_EQ(photo["answers"].size(), 2U);
  EXPECT_EQ(photo["agree"], true);
  EXPECT_EQ(photo["answers"][0], photo["answers"][1]);
  other.insert(other.end(), {"--compare-with", network, "--compare-preprocess", "caffe"});
  ASSERT_EQ(fovea(other).code, 0);
  const Json answers = of_kind(blocks_of(page), "photo").at(0)["answers"];
  EXPECT_NE(answers[0], answers[1]);
  alone.insert(alone.end(), {"--compare-preprocess", "caffe"});
  EXPECT_EQ(fovea(alone).code, 2);
}

TEST(Report, IsWholeOrNotThereAtAll) {
  const TemporaryFolder folder;
  CommandOptions small;
  small.file_size_limit = 20000;  // a limit on the size of files stands for the full disk
  for (const bool split : {false, true}) {
    std::vector<std::string> arguments = {
        "report", sample("church.jpg"), "--no-localize", "--class-models", "0", "-o", folder.file("r.html")};
    if (split)
      arguments.push_back("--split");
    const Outcome outcome = fovea(arguments, small);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_TRUE(contains(outcome.err, "cannot write")) << outcome.err;
    EXPECT_EQ(folder.count(), 0U);
  }
  store(folder.file("file"), "");
  EXPECT_EQ(fovea({"report", sample("church.jpg"), "-o", folder.file("file/r.html")}).code, 1);
}

TEST(Report, AnInterruptLeavesNothing) {
  const TemporaryFolder folder;
  std::vector<std::string> arguments = {"report", "--no-localize",      "--class-models", "0", "--split",
                                        "-o",     folder.file("r.html")};
  arguments.insert(arguments.end(), 500, sample("church.jpg"));
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CommandOptions options;
    options.interrupt_signal = signal;
    options.interrupt_when = [&](const std::string&) { return folder.count() >= 1; };
    const Outcome outcome = fovea(arguments, options);
    EXPECT_EQ(outcome.signal, signal) << outcome.err;
    EXPECT_EQ(folder.count(), 0U);
  }
}

TEST(Report, RefusesWhatMakesNoSense) {
  EXPECT_EQ(fovea({"report", sample("church.jpg"), "-o", "a.html", "--top", "2", "--class", "church"}).code,
            2);
  EXPECT_EQ(fovea({"report", sample("church.jpg"), "-o", "a.html", "--methods", "lrp,lrp"}).code, 2);
  EXPECT_EQ(fovea({"report", sample("church.jpg"), "-o", "a.html", "--methods", "none"}).code, 2);
  EXPECT_EQ(fovea({"report", sample("church.jpg"), "-o", "a.html", "--class", "no such class"}).code, 1);
}

TEST(Report, ExplainsTheClassThatIsAskedFor) {
  const TemporaryFolder folder;
  const std::string page = folder.file("r.html");
  ASSERT_EQ(fovea({"report", sample("church.jpg"), "--class", "golf ball", "--no-localize", "--class-models",
                   "0", "-o", page})
                .code,
            0);
  const Json photo = of_kind(blocks_of(page), "photo").at(0);
  EXPECT_EQ(photo["answers"][0]["explained"].size(), 1U);
  EXPECT_EQ(photo["answers"][0]["explained"][0]["name"], "golf ball");
  EXPECT_EQ(photo["answers"][0]["guesses"][0]["name"], "church");
}

}  // namespace
}  // namespace fovea::test
