#include "base/utf8.hpp"
#include "faults/support.hpp"

#include <sys/stat.h>

namespace fovea::test {
namespace {

/// Pictures that are none, each of another kind, before and after a good one.
struct BadPictures : testing::Test {
  BadPictures() {
    fs::create_directory(pictures);
    add("a-riff.png", "RIFFx");
    add("b-latin\xE9.png", "no picture");
    add("c-escape\x1b[31m.png", "\x89PNG\r\n\x1A\n");
    ::mkfifo((pictures + "/d-pipe.png").c_str(), 0600);
    add("e-huge.png", "");
    fs::resize_file(pictures + "/e-huge.png", std::uintmax_t{10} << 30);
    fs::create_symlink("/dev/zero", pictures + "/f-device.png");
    add("g-cut.jpg", load(sample("church.jpg")).substr(0, 3000));
    fs::copy_file(sample("church.jpg"), pictures + "/m-good\xE9\x1b.jpg");
    fs::create_symlink("nowhere", pictures + "/z-link.png");
  }
  void add(const std::string& name, const std::string& bytes) { store(pictures + "/" + name, bytes); }

  /// Every bad picture is reported once, on a line of its own without control characters.
  static void expect_told(const Outcome& outcome) {
    EXPECT_EQ(outcome.signal, 0);
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_EQ(errors_in(outcome.err), 8) << outcome.err;
    for (const char* name : {"a-riff.png", "b-latin\\xe9.png", "c-escape\\x1b[31m.png", "d-pipe.png",
                             "e-huge.png", "f-device.png", "g-cut.jpg", "z-link.png"})
      EXPECT_TRUE(contains(outcome.err, name)) << name << "\n" << outcome.err;
    for (const std::string* text : {&outcome.out, &outcome.err}) {
      EXPECT_EQ(shown_lines(*text), *text);
      EXPECT_TRUE(is_valid_utf8(*text));
    }
  }

  TemporaryFolder folder;
  std::string pictures = folder.file("pictures");
  std::string out = folder.file("out");
};

TEST_F(BadPictures, EndNoBatchOfAnyVerb) {
  const std::vector<Names> commands = {
      {"classify", pictures},
      {"classify", pictures, "--json"},
      {"saliency", pictures, "-o", out},
      {"saliency", pictures, "-o", out, "--json", "--workers", "2", "--threads", "2"},
      {"localize", pictures, "-o", out, "--crops", "whole", "--json"},
      {"localize", pictures, "-o", out, "--crops", "whole", "--csv"},
      {"deconv", pictures, "-o", out, "--json"},
      {"report", pictures, "--no-localize", "--class-models", "0", "-o", folder.file("page.html")},
      {"evaluate", "faithfulness", pictures, "--methods", "gradient", "--steps", "3", "--subsets", "0",
       "--json", "-o", out},
      {"evaluate", "sanity", pictures, "--methods", "gradient", "--stages", "1", "--json", "-o", out},
  };
  for (const Names& command : commands) {
    SCOPED_TRACE(command[0] + " " + command[1]);
    const Outcome outcome = fovea(command);
    expect_told(outcome);
    const bool json = std::find(command.begin(), command.end(), "--json") != command.end();
    const bool whole = json ? nlohmann::json::accept(outcome.out)
                            : contains(outcome.out, "good") || contains(outcome.out, "1 photo");
    EXPECT_TRUE(whole) << outcome.out;
  }
  EXPECT_TRUE(is_valid_utf8(load(folder.file("page.html"))));
  for (const char* name : {"images.csv", "summary.json", "report.html"})
    EXPECT_TRUE(is_valid_utf8(load(out + "/" + name)) && !load(out + "/" + name).empty()) << name;
}

TEST_F(BadPictures, EndNoSearchOfAFolder) {
  const Outcome outcome =
      fovea({"deconv", "--dataset", pictures, "--layer",
             nlohmann::json::parse(fovea({"info", bundled(), "--layers", "--json"}).out)["layers"][4]["name"],
             "--top", "1", "--patches", "1", "-o", out, "--json"});
  expect_told(outcome);
  EXPECT_TRUE(nlohmann::json::accept(outcome.out)) << outcome.out;
  EXPECT_TRUE(is_valid_utf8(load(out + "/patches.csv")));
}

TEST_F(BadPictures, AreMissesOfAnEvaluation) {
  const std::string truth = folder.file("truth.csv");
  std::string rows = "file,class_index,x0,y0,x1,y1\n";
  for (const auto& entry : fs::directory_iterator(pictures))
    rows += entry.path().filename().string() + ",4,10,10,90,90\n";
  store(truth, rows);
  Names command = {"evaluate", "localization", pictures, "--truth", truth,
                   "--crops",  "whole",        "-o",     out,       "--json"};
  const Outcome outcome = fovea(command);
  expect_told(outcome);
  const nlohmann::json summary = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(summary["images"], 9);
  EXPECT_EQ(summary["failed"], 8);
  for (const char* name : {"images.csv", "summary.json", "settings.json", "report.html"})
    EXPECT_TRUE(is_valid_utf8(load(out + "/" + name)) && !load(out + "/" + name).empty()) << name;
  command.push_back("--resume");
  EXPECT_EQ(fovea(command).code, 1) << "the settings are the same";
}

TEST(LabelFiles, ThatAreNotUtf8AreReplacedAndToldOf) {
  const TemporaryFolder folder;
  std::string labels;
  for (int i = 0; i < 10; ++i)
    labels += i == 4 ? "\xE9glise\n" : fmt::format("class{}\n", i);
  store(folder.file("latin1.txt"), labels);
  const Outcome outcome =
      fovea({"classify", sample("church.jpg"), "--labels", folder.file("latin1.txt"), "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "latin1.txt: line 5: bytes that are not UTF-8 were replaced"))
      << outcome.err;
  EXPECT_EQ(nlohmann::json::parse(outcome.out)[0]["predictions"][0]["name"], "\xEF\xBF\xBDglise");
}

TEST(Sidecars, OfManyBracketsAreRefused) {
  const TemporaryFolder folder;
  for (const char* bracket : {"[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 200'000; ++i)
      text += bracket;
    fs::create_directories(folder.file("fovea/models"));
    store(folder.file("fovea/models/deep.json"), text);
    CommandOptions options;
    options.environment = {{"XDG_DATA_HOME", folder.path()}};
    expect_error(fovea({"classify", sample("church.jpg"), "-m", "deep"}, options), 1,
                 {"deep.json: its JSON nests deeper than 64 levels"});
  }
}

}  // namespace
}  // namespace fovea::test
