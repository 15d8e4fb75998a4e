#include "fovea/image.hpp"
#include "fovea/segment.hpp"
#include "support/photo_archive.hpp"

#include <nlohmann/json.hpp>

#include <regex>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Names = std::vector<std::string>;

class EvaluateMaps : public testing::Test {
protected:
  void SetUp() override {
    fs::create_directory(pictures);
    fs::copy_file(sample("church.jpg"), pictures + "/a.jpg");
    fs::copy_file(sample("golf-ball.jpg"), pictures + "/b.jpg");
    store(pictures + "/broken.jpg", load(sample("church.jpg")).substr(0, 2000));
  }

  Names command(const std::string& what, const std::string& into, const Names& more) const {
    Names all = {"evaluate", what, pictures, "--methods", "gradient,grad-cam", "--threads", "1", "-o", into};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Names faithfulness(const std::string& into, const Names& more = {}) const {
    Names all = command("faithfulness", into, {"--steps", "4", "--subsets", "3"});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Names sanity(const std::string& into, const Names& more = {}) const {
    Names all = command("sanity", into, {"--stages", "2"});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  TemporaryFolder folder;
  std::string pictures = folder.file("pictures"), out = folder.file("out"), other = folder.file("other");
};

TEST_F(EvaluateMaps, FaithfulnessTellsMethodsAndControlsApart) {
  const Outcome outcome = fovea(faithfulness(out, {"--json"}));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.err, "fovea: error: ")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "broken.jpg")) << outcome.err;
  const Json summary = Json::parse(outcome.out);
  EXPECT_EQ(outcome.out, load(out + "/summary.json"));
  EXPECT_EQ(summary["images"], 3);
  EXPECT_EQ(summary["failed"], 1);
  EXPECT_EQ(summary["methods"].size(), 4U);
  for (const char* method : {"gradient", "grad-cam", "random", "centre"}) {
    const Json& deletion = summary["methods"][method]["deletion"];
    EXPECT_EQ(deletion["images"], 2);
    EXPECT_LE(deletion["low"], deletion["mean"]);
    EXPECT_GE(deletion["high"], deletion["mean"]);
    EXPECT_TRUE(summary["methods"][method]["pointing"].is_null());
    EXPECT_FALSE(summary["methods"][method]["sensitivity_n"].is_null());
  }
  // A header, two pictures of four maps each, one that failed.
  EXPECT_EQ(lines_of(load(out + "/images.csv")), 1 + 2 * 4 + 1);
  EXPECT_EQ(lines_of(load(out + "/curves.csv")), 1 + 4 * (5 + 5 + 8 + 8));
  for (const char* plot : {"curve-deletion", "curve-road_least", "measure-insertion"}) {
    EXPECT_TRUE(contains(load(out + "/" + plot + ".svg"), "; Grad-CAM")) << plot;
    EXPECT_GT(read_image(out + "/" + plot + ".png").width, 600);
  }
}

TEST_F(EvaluateMaps, FaithfulnessMeasuresWhatIsAskedFor) {
  fs::remove(pictures + "/broken.jpg");
  Outcome outcome = fovea(faithfulness(out, {"--measures", "gini,adcc,irof,output_stability", "--superpixels",
                                             "9", "--noisy-copies", "2", "--json"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json summary = Json::parse(outcome.out);
  for (const char* measure : {"gini", "adcc", "irof", "output_stability"})
    EXPECT_EQ(summary["methods"]["gradient"][measure]["images"], 2) << measure;
  EXPECT_TRUE(summary["methods"]["gradient"]["deletion"].is_null());
  EXPECT_TRUE(summary["methods"]["random"]["adcc"].is_null());
  EXPECT_TRUE(fs::exists(out + "/measure-irof.svg"));
  EXPECT_FALSE(fs::exists(out + "/curve-deletion.svg"));
}

TEST_F(EvaluateMaps, FaithfulnessRefusesWhatCannotBeMeasured) {
  const auto refused = [&](const Names& more) {
    const Outcome outcome = fovea(command("faithfulness", out, more));
    EXPECT_NE(outcome.code, 0);
    EXPECT_FALSE(fs::exists(out + "/summary.json"));
    return outcome.err;
  };
  EXPECT_TRUE(
      contains(refused({"--measures", "energy"}), "measure 'energy' needs to know where objects are"));
  EXPECT_TRUE(contains(refused({"--measures", "irof", "--superpixels", "1000000"}), "expected 1 to "));
  EXPECT_TRUE(contains(refused({"--subsets", "1"}), "expected at least 2, or 0"));
  EXPECT_TRUE(contains(refused({"--measures", "sensitivity_n", "--subsets", "0"}), "expected at least 2"));
  EXPECT_TRUE(contains(refused({"--measures", "deltion"}), "deletion"));
  const Outcome outcome = fovea({"evaluate", "faithfulness", pictures, "-o", out});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(contains(outcome.err, "--methods")) << outcome.err;
}

TEST_F(EvaluateMaps, FaithfulnessPicksAMethodAndItsSettings) {
  fs::remove(pictures + "/broken.jpg");
  const Names pick = {
      "evaluate", "faithfulness", pictures, "--pick",    "--methods", "grad-cam,smoothgrad", "--samples",
      "2",        "--steps",      "4",      "--subsets", "0",         "--threads",           "1",
      "-o"};
  Names command = pick;
  command.insert(command.end(), {out, "--json"});
  const Outcome outcome = fovea(command);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json found = Json::parse(outcome.out)["pick"];
  EXPECT_EQ(found["photos"], 2);
  EXPECT_EQ(found["methods"].size(), 4U);
  EXPECT_EQ(Json::parse(outcome.out)["settings"]["methods"],
            (Json{"grad-cam", "smoothgrad", "smoothgrad:noise=0.05", "smoothgrad:noise=0.3"}));
  // As shards it is the same.
  for (const char* shard : {"1/2", "2/2"}) {
    command = pick;
    command.insert(command.end(), {other, "--shard", shard});
    EXPECT_EQ(fovea(command).code, 0);
  }
  EXPECT_EQ(fovea({"merge", other, "-o", other}).code, 0);
  EXPECT_EQ(load(out + "/summary.json"), load(other + "/summary.json"));
  const Outcome text = fovea({"merge", other, "-o", folder.file("again")});
  EXPECT_TRUE(contains(text.out, "ecommended")) << text.out << text.err;
}

TEST_F(EvaluateMaps, FaithfulnessDoesNotDependOnTheWorkers) {
  fovea(faithfulness(out, {"--workers", "1"}));
  fovea(faithfulness(other, {"--workers", "2"}));
  EXPECT_EQ(files_in(out), files_in(other));
  for (const char* file : {"/images.csv", "/curves.csv", "/summary.json", "/curve-insertion.svg"})
    EXPECT_EQ(load(out + file), load(other + file)) << file;
}

TEST_F(EvaluateMaps, FaithfulnessKnowsBoxesAndMasks) {
  fs::remove(pictures + "/broken.jpg");
  const Image a = read_image(pictures + "/a.jpg"), b = read_image(pictures + "/b.jpg");
  store(folder.file("boxes.csv"), "file,class_index,x0,y0,x1,y1\na.jpg,4,0,0," + std::to_string(a.width) +
                                      "," + std::to_string(a.height) + "\n");
  Outcome outcome = fovea(faithfulness(out, {"--truth", folder.file("boxes.csv"), "--json"}));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  Json summary = Json::parse(outcome.out);
  EXPECT_EQ(summary["methods"]["gradient"]["pointing"]["mean"], 1);
  EXPECT_EQ(summary["methods"]["gradient"]["pointing"]["images"], 1);
  EXPECT_EQ(summary["methods"]["random"]["energy"]["mean"], 1);

  const std::string masks = folder.file("masks");
  fs::create_directory(masks);
  write_png(masks + "/a.png", to_image(Mask::blank(a.width, a.height, 1)));
  write_png(masks + "/b.png", to_image(Mask::blank(b.width + 1, b.height, 1)));
  outcome = fovea(faithfulness(out, {"--masks", masks, "--json"}));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.err, "b.png")) << outcome.err;
  summary = Json::parse(outcome.out);
  EXPECT_EQ(summary["failed"], 1);
  EXPECT_EQ(summary["methods"]["grad-cam"]["energy"]["mean"], 1);
}

TEST_F(EvaluateMaps, SanityComparesWithShuffledWeights) {
  const Outcome outcome = fovea(sanity(out, {"--json"}));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.err, "broken.jpg")) << outcome.err;
  const Json summary = Json::parse(outcome.out);
  EXPECT_EQ(summary["images"], 3);
  EXPECT_EQ(summary["failed"], 1);
  for (const char* method : {"gradient", "grad-cam"}) {
    const Json& entry = summary["methods"][method];
    EXPECT_TRUE(entry["verdict"] == "passes" || entry["verdict"] == "unclear" || entry["verdict"] == "fails");
    ASSERT_EQ(entry["cascading"].size(), 2U);
    ASSERT_EQ(entry["independent"].size(), 2U);
    EXPECT_EQ(entry["cascading"][1]["position"], summary["layers"]);
    EXPECT_EQ(entry["all_layers_shuffled"]["rank"], entry["cascading"][1]["rank"]);
    EXPECT_LT(entry["all_layers_shuffled"]["similarity"]["mean"], 0.999);
    EXPECT_EQ(entry["other_class"]["similarity"]["images"], 2);
  }
  EXPECT_EQ(lines_of(load(out + "/sanity.csv")), 1 + 2 * (1 + 2 + 2));
  EXPECT_TRUE(contains(load(out + "/cascading-rank.svg"), "; Grad-CAM"));
  fovea(sanity(other, {"--workers", "2"}));
  for (const char* file : {"/sanity.csv", "/summary.json", "/independent-rank.svg"})
    EXPECT_EQ(load(out + file), load(other + file)) << file;
}

const Names kSmallNetwork = {"-m", data("networks/residual.onnx"), "--preprocess", "torchvision"};

/// The page without its times.
std::string page_in(const std::string& folder) {
  static const std::regex time(R"(\d{4}-\d\d-\d\d \d\d:\d\d)");
  return std::regex_replace(load(folder + "/report.html"), time, "T");
}

TEST_F(EvaluateMaps, OfShardsAreMergedWithoutThePhotosToTheSameFiles) {
  for (const bool is_sanity : {false, true}) {
    const std::string whole = folder.file(is_sanity ? "whole-sanity" : "whole");
    const std::string shards = folder.file(is_sanity ? "shards-sanity" : "shards");
    const std::string merged = folder.file(is_sanity ? "merged-sanity" : "merged");
    const auto run = [&](const std::string& into, Names more = {}) {
      more.insert(more.end(), kSmallNetwork.begin(), kSmallNetwork.end());
      return fovea(is_sanity ? sanity(into, more) : faithfulness(into, more));
    };
    EXPECT_EQ(run(whole).code, 1);
    EXPECT_FALSE(fs::exists(whole + "/results.data") || fs::exists(whole + "/journal"));
    for (const char* shard : {"3/3", "1/3", "2/3"}) {
      const Outcome outcome = run(shards, {"--shard", shard, "--workers", "2"});
      EXPECT_EQ(outcome.code, std::string(shard) == "3/3" ? 1 : 0) << outcome.err;
      EXPECT_TRUE(contains(outcome.out, "1 photo, ")) << outcome.out;
    }
    EXPECT_FALSE(fs::exists(shards + "/summary.json"));
    fs::rename(pictures, folder.file("away"));
    const Outcome outcome = fovea({"merge", shards, "-o", merged, "--json"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_EQ(outcome.out, load(merged + "/summary.json"));
    EXPECT_EQ(files_in(merged), files_in(whole));
    for (const std::string& name : files_in(whole))
      if (name != "report.html" && name != "manifest.json") {
        EXPECT_EQ(load(merged + "/" + name), load(whole + "/" + name)) << name;
      }
    EXPECT_EQ(page_in(merged), page_in(whole));
    EXPECT_EQ(contains(page_in(whole), "Hardest images") && contains(page_in(whole), "data:image/webp"),
              !is_sanity);
    EXPECT_EQ(fovea({"evaluate", "merge", shards, "-o", shards}).code, 1) << "in their own folder";
    EXPECT_EQ(load(shards + "/summary.json"), load(whole + "/summary.json"));
    fs::rename(folder.file("away"), pictures);
  }
}

TEST_F(EvaluateMaps, AreContinuedOrReplaced) {
  fs::remove(pictures + "/broken.jpg");
  const auto run = [&](const std::string& into, Names more = {}) {
    more.insert(more.end(), kSmallNetwork.begin(), kSmallNetwork.end());
    return fovea(faithfulness(into, more));
  };
  EXPECT_EQ(run(out).code, 0);
  const std::string summary = load(out + "/summary.json");
  const Outcome again = run(out, {"--resume", "--json"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, summary) << "nothing is left to do";
  EXPECT_TRUE(contains(run(out, {"--resume"}).out, "2 photos, 0 without a result")) << again.out;
  EXPECT_EQ(run(out, {"--blur", "0.2"}).code, 0) << "finished results are replaced";
  EXPECT_NE(load(out + "/summary.json"), summary);
  expect_error(run(out, {"--resume"}), 1, {"the earlier run had other settings: ", "blur"});
  EXPECT_EQ(run(other, {"--shard", "1/2"}).code, 0);
  expect_error(run(other, {"--shard", "1/2"}), 1,
               {"manifest-1-of-2.json: results of an earlier run are there: continue with --resume"});
  expect_error(fovea({"merge", other, "-o", other}), 1, {"of 2 shards 1 is missing: 2"});
  EXPECT_EQ(run(other, {"--shard", "2/2", "--tolerance", "3"}).code, 0);
  expect_error(fovea({"merge", other, "-o", other}), 1, {"was made with other settings: ", "tolerance"});
}

TEST_F(EvaluateMaps, OfArchivesKnowTruthByTheNamesOfMembers) {
  photo_archive(folder, "photos.tar", 3);
  const Image church = read_image(sample("church.jpg"));
  store(folder.file("boxes.csv"), fmt::format("file,class_index,x0,y0,x1,y1\n00-church.jpg,4,0,0,{},{}\n",
                                              church.width, church.height));
  const Names command = {"evaluate", "faithfulness", "photos.tar", "--methods", "gradient",  "--steps",
                         "3",        "--subsets",    "0",          "--truth",   "boxes.csv", "-o",
                         "out",      "--json"};
  const Outcome outcome = fovea_in(folder.path(), command);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "boxes.csv: knows nothing of 2 of 3 pictures")) << outcome.err;
  const Json summary = Json::parse(outcome.out);
  EXPECT_EQ(summary["methods"]["gradient"]["pointing"],
            (Json{{"mean", 1.0}, {"low", 1.0}, {"high", 1.0}, {"images", 1}}));
  EXPECT_TRUE(contains(load(out + "/images.csv"), "photos.tar/00-church.jpg,gradient,4,"))
      << load(out + "/images.csv");
}

TEST_F(EvaluateMaps, RefuseWhatMakesNoSense) {
  expect_error(fovea({"evaluate", "sanity", pictures, "--methods", "gradient,gradient", "-o", out}), 2,
               {"--methods", "gradient"});
  expect_error(fovea({"evaluate", "faithfulness", pictures, "--methods", "no-such", "-o", out}), 2,
               {"no-such"});
  expect_error(fovea(faithfulness(out, {"--truth", "a.csv", "--masks", "b"})), 2, {"--masks"});
  expect_error(fovea(faithfulness(out, {"--truth", folder.file("none.csv")})), 1, {"none.csv"});
  expect_error(fovea(sanity(out, {"--class", "no such class"})), 1, {"no such class"});
}

}  // namespace
}  // namespace fovea::test
