#include "fovea/image.hpp"
#include "support/program.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Names = std::vector<std::string>;

const std::vector<std::pair<const char*, int>> kPhotos = {
    {"church.jpg", 4}, {"golf-ball.jpg", 8}, {"parachute.jpg", 9}};

/// The rows without the times at their end.
std::string rows_of(const std::string& path) {
  std::string rows, text = load(path);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    for (int i = 0; i < 4; ++i)
      line.resize(line.rfind(','));
    rows += line + "\n";
    at = end + 1;
  }
  return rows;
}

Json without_times(Json summary) {
  EXPECT_GT(summary["seconds"]["all"], 0);
  summary.erase("seconds");
  return summary;
}

/// Eight pictures with made-up boxes; p3 is damaged, p5 empty.
class Evaluate : public testing::Test {
protected:
  void SetUp() override {
    fs::create_directory(pictures);
    std::string rows = "file,class_index,x0,y0,x1,y1\n";
    for (int i = 0; i < 8; ++i) {
      const auto& [file, index] = kPhotos[static_cast<std::size_t>(i) % 3];
      const std::string name = fmt::format("p{}.jpg", i);
      fs::copy_file(sample(file), pictures + "/" + name);
      rows += fmt::format("{},{},{},20,{},180\n{},{},0,0,30,30\n", name, i == 7 ? 0 : index, 10 * i,
                          120 + 10 * i, name, i == 7 ? 0 : index);
    }
    store(pictures + "/p3.jpg", load(sample("church.jpg")).substr(0, 3000));
    store(pictures + "/p5.jpg", "");
    store(truth, rows);
  }

  Names command(const std::string& out, const Names& more = {}) const {
    Names all = {"evaluate", "localization", pictures, "--truth", truth, "--crops",
                 "whole",    "--threads",    "1",      "-o",      out};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Outcome evaluate(const std::string& out, const Names& more = {}) const { return fovea(command(out, more)); }

  /// Expects the same rows and summary in both folders, except for times.
  static void expect_same(const std::string& a, const std::string& b) {
    EXPECT_EQ(rows_of(a + "/images.csv"), rows_of(b + "/images.csv"));
    EXPECT_EQ(without_times(Json::parse(load(a + "/summary.json"))),
              without_times(Json::parse(load(b + "/summary.json"))));
    EXPECT_EQ(load(a + "/settings.json"), load(b + "/settings.json"));
  }

  TemporaryFolder folder;
  std::string pictures = folder.file("pictures"), truth = folder.file("truth.csv");
  std::string whole = folder.file("whole");
};

TEST_F(Evaluate, RefusesTruthOfPicturesThatAreNotThere) {
  fs::remove(pictures + "/p3.jpg");
  fs::remove(pictures + "/p5.jpg");
  const std::string out = folder.file("out");
  expect_error(evaluate(out), 1, {"2 of 8 pictures", "truth.csv", "'p3.jpg'", "--skip-missing"});
  EXPECT_FALSE(fs::exists(out));
  const Outcome outcome = evaluate(out, {"--skip-missing", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "note: ") && contains(outcome.err, "2 of 8 pictures")) << outcome.err;
  EXPECT_EQ(Json::parse(outcome.out)["images"], 6);
  fs::create_directory(folder.file("other"));
  Names wrong_folder = command(folder.file("out2"), {"--skip-missing"});
  wrong_folder[2] = folder.file("other");
  expect_error(fovea(wrong_folder), 1, {"all 8 pictures", "name the folder that holds them"});
}

TEST_F(Evaluate, CountsAndGoesOnAfterBrokenPictures) {
  const Outcome outcome = evaluate(whole, {"--json"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(lines_of(without_notes(outcome.err)), 2) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "p3.jpg") && contains(outcome.err, "p5.jpg")) << outcome.err;
  EXPECT_EQ(files_in(whole), (Names{"images.csv", "report.html", "settings.json", "summary.json"}));
  EXPECT_EQ(outcome.out, load(whole + "/summary.json"));
  const Json summary = Json::parse(outcome.out);
  EXPECT_EQ(summary["images"], 8);
  EXPECT_EQ(summary["failed"], 2);
  EXPECT_EQ(summary["failures"][1]["image"], "p5.jpg");
  // The network knows its sample pictures; p7 is said to be a fish.
  EXPECT_EQ(summary["classification_top1_error"]["images"], 3);
  EXPECT_GE(summary["classification_top5_error"]["images"], 2);
  const Json& found = summary["found"];
  EXPECT_GE(found["localization_top1_error"]["images"], found["localization_top5_error"]["images"]);
  EXPECT_GE(found["localization_top5_error"]["images"], summary["classification_top5_error"]["images"]);
  EXPECT_LE(found["gt_known_accuracy"]["0.7"]["share"], found["gt_known_accuracy"]["0.3"]["share"]);
  EXPECT_GE(summary["centred_box"]["gt_known_accuracy"]["0.5"]["share"],
            summary["whole_image"]["gt_known_accuracy"]["0.5"]["share"]);
  EXPECT_EQ(lines_of(load(whole + "/images.csv")), 9);
  EXPECT_FALSE(contains(load(whole + "/summary.json"), "nan"));
}

TEST_F(Evaluate, PrintsATable) {
  const Outcome outcome = evaluate(whole, {"--guesses", "0"});
  EXPECT_EQ(outcome.code, 1);
  for (const char* part : {"8 images, 2 of them failed", "whole image", "class error, top-5",
                           "GT-known, IoU 0.5", "MaxBoxAccV2", "ms for each image"})
    EXPECT_TRUE(contains(outcome.out, part)) << outcome.out << part;
  EXPECT_FALSE(contains(outcome.out, "localisation error"));
  const Json summary = Json::parse(load(whole + "/summary.json"));
  EXPECT_TRUE(summary["found"]["localization_top1_error"].is_null());
}

TEST_F(Evaluate, TheNumberOfWorkersChangesNothing) {
  const Outcome one = evaluate(whole, {"--workers", "1"}),
                three = evaluate(folder.file("b"), {"--workers", "3"});
  EXPECT_EQ(one.err, three.err);
  expect_same(whole, folder.file("b"));
}

TEST_F(Evaluate, EndsBetweenTwoImagesAtASignalAndGoesOn) {
  ASSERT_EQ(evaluate(whole).code, 1);
  for (const int signal : {SIGTERM, SIGUSR1, SIGHUP}) {
    const std::string out = folder.file(fmt::format("signal-{}", signal));
    CommandOptions options;
    options.interrupt_signal = signal;
    options.interrupt_when = [&](const std::string&) {
      return lines_of(load(out + "/images.csv.partial")) > 1;
    };
    const Outcome outcome = fovea(command(out), options);
    EXPECT_EQ(outcome.signal, 0);
    if (outcome.code == 75)
      EXPECT_TRUE(contains(outcome.err, "go on by the same command with --resume")) << outcome.err;
    else
      EXPECT_EQ(outcome.code, 1) << "it was done before the signal came";
    EXPECT_EQ(evaluate(out, {"--resume"}).code, 1);
    expect_same(whole, out);
  }
}

TEST_F(Evaluate, AllowsFailuresOnRequest) {
  EXPECT_EQ(evaluate(whole, {"--allow-failures"}).code, 0);
  EXPECT_EQ(evaluate(folder.file("shards"), {"--shard", "1/2", "--allow-failures"}).code, 0);
  EXPECT_EQ(evaluate(folder.file("shards"), {"--shard", "2/2", "--allow-failures"}).code, 0);
  EXPECT_EQ(fovea({"merge", folder.file("shards"), "-o", folder.file("merged"), "--allow-failures"}).code, 0);
  expect_same(whole, folder.file("merged"));
}

TEST_F(Evaluate, GoesOnWhereverTheFileWasCutOff) {
  ASSERT_EQ(evaluate(whole, {"--guesses", "0"}).code, 1);
  const std::string rows = load(whole + "/images.csv");
  const std::size_t header = rows.find('\n'), second = rows.find('\n', header + 1), last = rows.size();
  for (const std::size_t kept : {std::size_t{0}, std::size_t{10}, header, header + 1, header + 9, second - 1,
                                 second, second + 1, second + 50, last - 1, last}) {
    const std::string out = folder.file(fmt::format("cut-{}", kept));
    fs::create_directory(out);
    store(out + "/images.csv.partial", rows.substr(0, kept));
    fs::copy_file(whole + "/settings.json", out + "/settings.json");
    EXPECT_EQ(evaluate(out, {"--resume", "--guesses", "0"}).code, 1);
    expect_same(whole, out);
    EXPECT_EQ(files_in(out).size(), 4U) << kept;
    const std::string again = load(out + "/images.csv");
    if (kept == last) {
      EXPECT_EQ(again, rows);
    }
    if (kept > second) {
      EXPECT_EQ(again.substr(0, second), rows.substr(0, second));  // with its times: not done again
    }
  }
  // A damaged row in the middle and zeros at the end, as after a power failure.
  const std::string out = folder.file("zeros");
  fs::create_directory(out);
  store(out + "/images.csv.partial", rows.substr(0, second + 40) + std::string(500, '\0') + "\n");
  fs::copy_file(whole + "/settings.json", out + "/settings.json");
  EXPECT_EQ(evaluate(out, {"--resume", "--guesses", "0"}).code, 1);
  expect_same(whole, out);
}

TEST_F(Evaluate, GoesOnAfterAKill) {
  ASSERT_EQ(evaluate(whole).code, 1);
  const std::string out = folder.file("killed");
  CommandOptions options;
  options.interrupt_signal = SIGKILL;
  options.interrupt_when = [&](const std::string&) {
    return lines_of(load(out + "/images.csv.partial")) >= 3;
  };
  const Outcome killed = fovea(command(out, {"--workers", "2"}), options);
  ASSERT_EQ(killed.signal, SIGKILL) << killed.err;
  EXPECT_FALSE(fs::exists(out + "/images.csv"));
  EXPECT_FALSE(fs::exists(out + "/summary.json"));
  expect_error(fovea({"evaluate", "merge", out, "-o", folder.file("merged")}), 1,
               {"not finished", "--resume"});
  EXPECT_EQ(evaluate(out, {"--resume"}).code, 1);
  expect_same(whole, out);
  const Outcome again = evaluate(out, {"--resume", "--json"});
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(again.out, load(out + "/summary.json"));
  EXPECT_EQ(without_notes(again.err), "");
}

TEST_F(Evaluate, AFullDiskIsAnErrorAndResumable) {
  const std::string out = folder.file("full");
  CommandOptions options;
  options.file_size_limit = 1600;
  const Outcome outcome = fovea(command(out), options);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.err, "images.csv.partial: cannot write")) << outcome.err;
  EXPECT_EQ(evaluate(out, {"--resume"}).code, 1);
  ASSERT_EQ(evaluate(whole).code, 1);
  expect_same(whole, out);
}

TEST_F(Evaluate, ResumeNeedsTheSameSettingsAndAFreshRunAFreshFolder) {
  ASSERT_EQ(evaluate(whole, {"--guesses", "0"}).code, 1);
  expect_error(evaluate(whole, {"--guesses", "0"}), 1, {"images.csv", "--resume"});
  expect_error(evaluate(whole, {"--resume", "--guesses", "1"}), 1, {"guesses is 0 there and 1 here"});
  expect_error(evaluate(whole, {"--resume", "--guesses", "0", "--preset", "paper", "--method", "product"}), 1,
               {"method is", "there and \"product\" here"});
  expect_error(evaluate(whole, {"--resume", "--guesses", "0", "--mean", "0.3"}), 1, {"preprocessing.mean.0"});
  expect_error(evaluate(whole, {"--resume", "--guesses", "0", "-m",
                                std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet-plain.onnx"}),
               1, {"model.sha256 is"});
  store(truth, load(truth) + "p0.jpg,4,1,1,9,9\n");
  expect_error(evaluate(whole, {"--resume", "--guesses", "0"}), 1, {"truth.fingerprint"});
}

TEST_F(Evaluate, ShardsMergeToWhatOneRunGives) {
  ASSERT_EQ(evaluate(whole).code, 1);
  const std::string shared = folder.file("shards"), other = folder.file("other"),
                    merged = folder.file("merged");
  EXPECT_EQ(evaluate(shared, {"--shard", "1/3"}).code, 1);  // p3
  EXPECT_EQ(evaluate(shared, {"--shard", "3/3"}).code, 1);  // p5
  expect_error(fovea({"evaluate", "merge", shared, "-o", merged}), 1, {"of 3 shards 1 is missing: 2"});
  EXPECT_EQ(evaluate(other, {"--shard", "2/3"}).code, 0);
  EXPECT_EQ(files_in(other), (Names{"images-2-of-3.csv", "report-2-of-3.html", "settings-2-of-3.json",
                                    "summary-2-of-3.json"}));
  const Outcome outcome =
      fovea({"evaluate", "merge", shared, other + "/images-2-of-3.csv", "-o", merged, "--json"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(without_notes(outcome.err), "");
  EXPECT_EQ(outcome.out, load(merged + "/summary.json"));
  expect_same(whole, merged);
  // Again, into the folder of the shards; and of what is one already.
  EXPECT_EQ(fovea({"evaluate", "merge", shared, other, "-o", shared}).code, 1);
  EXPECT_EQ(fovea({"evaluate", "merge", shared, other, "-o", shared}).code, 1);
  expect_same(whole, shared);
  EXPECT_EQ(fovea({"evaluate", "merge", whole, "-o", folder.file("copy")}).code, 1);
  expect_same(whole, folder.file("copy"));
}

TEST_F(Evaluate, ShardsThatDoNotFitAreErrors) {
  const std::string a = folder.file("a"), b = folder.file("b"), out = folder.file("out");
  EXPECT_EQ(evaluate(a, {"--shard", "1/2", "--guesses", "0"}).code, 0);
  EXPECT_EQ(evaluate(a, {"--shard", "2/2", "--guesses", "1"}).code, 1);
  EXPECT_EQ(evaluate(b, {"--shard", "1/2", "--guesses", "0"}).code, 0);
  EXPECT_EQ(evaluate(b, {"--shard", "3/3", "--guesses", "0"}).code, 1);
  expect_error(fovea({"evaluate", "merge", a, "-o", out}), 1,
               {"images-2-of-2.csv", "guesses is 1 there and 0 in "});
  expect_error(fovea({"evaluate", "merge", a, b + "/images-1-of-2.csv", "-o", out}), 1,
               {"is shard 1 of 2, and so is"});
  expect_error(fovea({"evaluate", "merge", b, "-o", out}), 1, {"one of 3 shards", "one of 2"});
  expect_error(fovea({"evaluate", "merge", pictures, "-o", out}), 1, {"holds no results"});
  expect_error(fovea({"evaluate", "merge", truth, "-o", out}), 1, {"truth.csv", "neither"});
  const std::string file = b + "/images-1-of-2.csv";
  const std::string rows = load(file);
  EXPECT_EQ(evaluate(b, {"--shard", "2/2", "--guesses", "0"}).code, 1);
  fs::remove(b + "/images-3-of-3.csv");
  store(file, rows.substr(0, rows.size() - 5));
  expect_error(fovea({"evaluate", "merge", b, "-o", out}), 1, {"images-1-of-2.csv", "line 5", "cut short"});
  store(file, rows + "x\n");
  expect_error(fovea({"evaluate", "merge", b, "-o", out}), 1, {"line 6: is one too many"});
  store(b + "/settings-1-of-2.json", "{\"a\": ");
  expect_error(fovea({"evaluate", "merge", b, "-o", out}), 1, {"settings-1-of-2.json"});
  EXPECT_FALSE(fs::exists(out));
}

TEST_F(Evaluate, AShardWithoutImagesHasNothingToSay) {
  const Outcome outcome = evaluate(whole, {"--shard", "9/9", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const Json summary = Json::parse(outcome.out);
  EXPECT_EQ(summary["images"], 0);
  EXPECT_TRUE(summary["classification_top1_error"].is_null());
  EXPECT_TRUE(summary["found"]["gt_known_accuracy"]["mean"].is_null());
}

/// Ground truth as ILSVRC's devkit has it, of the same boxes, gives the same numbers.
TEST_F(Evaluate, ReadsTheDevkitsFiles) {
  const std::string xml = folder.file("xml"), labels = folder.file("labels.txt");
  fs::create_directory(xml);
  std::string names;
  for (int i = 0; i < 10; ++i)
    names += fmt::format("n0000000{} class {}\n", i, i);
  store(labels, names);
  std::string csv = "file,wnid,x0,y0,x1,y1\n";
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string name = fmt::format("val_{}", i + 1);
    const std::string wordnet_id = fmt::format("n0000000{}", kPhotos[i].second);
    fs::copy_file(sample(kPhotos[i].first), pictures + "/" + name + ".JPEG");
    store(xml + "/" + name + ".xml",
          fmt::format(
              "<annotation><object><name>{}</name><bndbox><xmin>10</xmin><ymin>20</ymin><xmax>150</xmax>"
              "<ymax>160</ymax></bndbox></object></annotation>",
              wordnet_id));
    csv += fmt::format("{},{},10,20,151,161\n", name, wordnet_id);
  }
  store(truth, csv);
  const Names with_labels = {"--labels", labels, "--guesses", "0"};
  ASSERT_EQ(evaluate(whole, with_labels).code, 0);
  truth = xml;
  ASSERT_EQ(evaluate(folder.file("b"), with_labels).code, 0);
  EXPECT_EQ(rows_of(whole + "/images.csv"), rows_of(folder.file("b/images.csv")));
  // With class numbers; an unknown one and an XML cut short are that image's error.
  store(folder.file("numbers.txt"), "1\n2\n9\n");
  store(folder.file("synsets.txt"), "n00000004 1 church\nn00000008 2 ball\n");
  store(xml + "/val_2.xml", load(xml + "/val_2.xml").substr(0, 90));
  const Outcome outcome = evaluate(folder.file("c"), {"--labels", labels, "--guesses", "0", "--class-numbers",
                                                      folder.file("numbers.txt"), "--synsets",
                                                      folder.file("synsets.txt"), "--json"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(Json::parse(outcome.out)["failed"], 2);
  EXPECT_TRUE(contains(outcome.err, "val_2.xml") && contains(outcome.err, "knows no class 9")) << outcome.err;
  // A network without these classes.
  expect_error(evaluate(folder.file("d")), 1, {"no image can be used"});
}

TEST_F(Evaluate, WhatMakesNoSenseIsAnError) {
  expect_error(evaluate("x", {"--shard", "0/3"}), 2, {"--shard", "'0/3'"});
  for (const char* shard : {"4/3", "1", "1/", "/3", "a/b", "1/3x", "-1/3"})
    expect_error(evaluate("x", {std::string("--shard=") + shard}), 2, {"--shard"});
  expect_error(evaluate("x", {"--guesses", "2"}), 2, {"--guesses"});
  expect_error(evaluate("x", {"--list", truth}), 2, {"--list needs a folder of XML files"});
  expect_error(evaluate("x", {"--class-numbers", truth}), 2, {"--class-numbers", "--synsets"});
  expect_error(fovea({"evaluate", "nothing"}), 2, {"evaluate"});
  expect_error(fovea({"evaluate", "localization", pictures, "-o", "x"}), 2,
               {"the option --truth is missing: the known boxes"});
  expect_error(
      fovea({"evaluate", "localization", folder.file("no"), "--truth", truth, "-o", folder.file("x")}), 1,
      {"is not a folder of pictures"});
  expect_error(
      fovea({"evaluate", "localization", pictures, "--truth", folder.file("no"), "-o", folder.file("x")}), 1,
      {folder.file("no")});
  EXPECT_FALSE(fs::exists(folder.file("x")));
}

}  // namespace
}  // namespace fovea::test
