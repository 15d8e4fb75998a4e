#include "support/program.hpp"
#include "support/small_segmenter.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace fovea::test {
namespace {

using Json = nlohmann::json;

std::string plain() {
  return std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet-plain.onnx";
}

/// Compares the two bundled networks, or the first with itself, with the arguments behind.
class Compare : public testing::Test {
protected:
  Outcome compare(const std::string& second, const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"compare",  bundled(), second, sample("golf-ball.jpg"),
                                          "--layers", "0",       "-o",   folder_.file("c.html")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return fovea(arguments);
  }
  TemporaryFolder folder_;
};

TEST_F(Compare, writes_page_table_and_json_and_ends_with_0_without_a_gate) {
  const Outcome outcome = compare(plain(), {});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(files_in(folder_.path()),
            (std::vector<std::string>{"c.csv", "c.html", "c.json", "c.manifest.json"}));
  for (const char* part : {"1 photo, 0 files left out", "changed predictions", "Gradient", "Grad-CAM"})
    EXPECT_TRUE(contains(outcome.out, part)) << outcome.out;
  for (std::size_t begin = outcome.out.find('\n') + 1; begin < outcome.out.size();) {
    const std::size_t end = outcome.out.find('\n', begin);
    EXPECT_LE(end - begin, 80U) << outcome.out.substr(begin, end - begin);
    begin = end + 1;
  }
}

TEST_F(Compare, ends_with_3_where_a_threshold_is_not_kept_and_says_by_how_much) {
  const Outcome outcome = compare(plain(), {"--min-correlation", "0.99", "--max-changed", "100%"});
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "fovea: the gate is failed by --min-correlation 0.99: 0."))
      << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "passed  --max-changed 100 %: 0 %, 0 of 1 photos")) << outcome.out;
  EXPECT_EQ(files_in(folder_.path()).size(), 4U) << "the page shows why";
}

TEST_F(Compare, ends_with_0_where_all_thresholds_are_kept) {
  const Outcome outcome = compare(bundled(), {"--min-correlation", "1", "--min-photo-correlation", "1",
                                              "--min-ssim", "1", "--min-overlap", "1", "--max-changed", "0"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err.find("gate"), std::string::npos) << outcome.err;
}

TEST_F(Compare, keeps_a_threshold_below_what_is_measured_and_fails_one_above_it) {
  ASSERT_EQ(compare(plain(), {"--methods", "grad-cam"}).code, 0);
  const double measured =
      Json::parse(load(folder_.file("c.json")))["methods"]["grad-cam"]["rank"]["mean"].get<double>();
  for (const auto& [threshold, code] : {std::pair{measured - 1e-5, 0}, std::pair{measured + 1e-5, 3}}) {
    const std::vector<std::string> more = {"--methods", "grad-cam", "--min-correlation",
                                           std::to_string(threshold)};
    EXPECT_EQ(compare(plain(), more).code, code) << threshold << " for " << measured;
  }
}

TEST_F(Compare, ends_with_1_for_photos_that_failed_unless_the_gate_fails) {
  store(folder_.file("broken.jpg"), "no picture");
  EXPECT_EQ(compare(bundled(), {folder_.file("broken.jpg"), "--min-correlation", "0.5"}).code, 1);
  EXPECT_EQ(compare(plain(), {folder_.file("broken.jpg"), "--min-correlation", "0.99"}).code, 3);
}

TEST_F(Compare, has_no_failure_of_photos_where_they_are_allowed_but_keeps_that_of_the_gate) {
  store(folder_.file("broken.jpg"), "no picture");
  const std::vector<std::string> more = {folder_.file("broken.jpg"), "--allow-failures", "--min-correlation",
                                         "0.99"};
  EXPECT_EQ(compare(bundled(), more).code, 0);
  EXPECT_EQ(compare(plain(), more).code, 3);
}

TEST_F(Compare, gives_the_code_of_its_gate_again_where_a_finished_run_is_resumed) {
  const std::vector<std::string> more = {"--min-correlation", "0.99", "--resume"};
  EXPECT_EQ(compare(plain(), more).code, 3);
  const Outcome again = compare(plain(), more);
  EXPECT_EQ(again.code, 3);
  EXPECT_TRUE(contains(again.out, "has the results of 1 photo already")) << again.out;
}

TEST_F(Compare, gives_the_code_of_its_gate_again_where_whole_results_are_merged) {
  const std::vector<std::string> merge = {"merge", folder_.path(), "-o", folder_.file("c.html")};
  const std::vector<std::string> failing = {"--min-correlation", "0.99", "--resume", "--shard", "1/1"};
  ASSERT_EQ(compare(plain(), failing).code, 3);
  const Outcome failed = fovea(merge);
  EXPECT_EQ(failed.code, 3);
  EXPECT_TRUE(contains(failed.out, "1 photo of 1 shard, 0 without a result")) << failed.out;
  EXPECT_TRUE(contains(failed.err, "fovea: the gate is failed: see " + folder_.file("c.html"))) << failed.err;
  ASSERT_EQ(compare(plain(), {"--min-correlation", "-1", "--force"}).code, 0);
  const Outcome passed = fovea(merge);
  EXPECT_EQ(passed.code, 0) << passed.err;
  store(folder_.file("c.json"), "{}");
  expect_error(fovea(merge), 1, {"c.json", "gate"});
}

TEST_F(Compare, leaves_nothing_where_no_photo_can_be_compared_but_what_can_go_on) {
  store(folder_.file("broken.jpg"), "no picture");
  const auto compare_broken = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {
        "compare", bundled(), plain(), folder_.file("broken.jpg"), "-o", folder_.file("c.html")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return fovea(arguments);
  };
  for (int i = 0; i < 2; ++i) {  // the same again
    const Outcome outcome = compare_broken({});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_TRUE(contains(outcome.err, "none of the pictures can be compared")) << outcome.err;
    EXPECT_EQ(files_in(folder_.path()), std::vector<std::string>{"broken.jpg"});
  }
  EXPECT_EQ(compare_broken({"--resume"}).code, 1);
  EXPECT_EQ(files_in(folder_.path()),
            (std::vector<std::string>{"broken.jpg", "c.data", "c.journal", "c.manifest.json"}));
}

TEST_F(Compare, measures_thresholds_once_shards_are_merged) {
  std::filesystem::create_directory(folder_.file("shards"));
  std::string page;
  for (const bool is_divided : {false, true}) {
    const std::string folder = is_divided ? folder_.file("shards") : folder_.path();
    for (const std::string shard : {"1/2", "2/2"}) {
      std::vector<std::string> arguments = {"compare",
                                            bundled(),
                                            plain(),
                                            sample("golf-ball.jpg"),
                                            sample("church.jpg"),
                                            "--methods=grad-cam",
                                            "--layers=1",
                                            "--min-correlation=0.999",
                                            "-o",
                                            folder + "/c.html"};
      if (is_divided)
        arguments.insert(arguments.end(), {"--shard", shard});
      EXPECT_EQ(fovea(arguments).code, is_divided ? 0 : 3);
      if (!is_divided)
        break;
    }
    if (is_divided) {
      EXPECT_EQ(fovea({"merge", folder, "-o", folder + "/c.html"}).code, 3);
    } else {
      page = load(folder + "/c.html");
    }
  }
  EXPECT_TRUE(load(folder_.file("shards/c.html")) == page);
}

TEST_F(Compare, of_the_example_for_ci_stops_a_release_and_lets_another_pass) {
  const std::string script = std::string(FOVEA_SOURCE_DIR) + "/examples/ci/compare.sh";
  CommandOptions options;
  options.folder = folder_.path();
  options.environment = {{"FOVEA", FOVEA_PROGRAM}};
  const std::string photo = sample("golf-ball.jpg");
  const Outcome other = run_command("/bin/sh", {script, bundled(), plain(), photo}, options);
  EXPECT_EQ(other.code, 3) << other.err;
  EXPECT_TRUE(contains(other.err, "the gate is failed by --min-correlation 0.9")) << other.err;
  const Outcome same = run_command("/bin/sh", {script, bundled(), bundled(), photo}, options);
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_EQ(files_in(folder_.path()), (std::vector<std::string>{"compare.csv", "compare.html", "compare.json",
                                                                "compare.manifest.json"}));
}

TEST_F(Compare, prints_its_json) {
  const Outcome outcome = compare(plain(), {"--json", "--methods", "grad-cam", "-q"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json, Json::parse(load(folder_.file("c.json"))));
  EXPECT_EQ(json["images"], 1);
  EXPECT_EQ(json["results"][0]["methods"].size(), 1U);
  const Outcome table = compare(plain(), {"--tsv"});
  EXPECT_EQ(lines_of(table.out), 3) << table.out;
}

TEST_F(Compare, replaces_its_own_files_and_no_others) {
  ASSERT_EQ(compare(plain(), {}).code, 0);
  ASSERT_EQ(compare(plain(), {}).code, 0);
  store(folder_.file("c.csv"), "my own table\n");
  expect_error(compare(plain(), {}), 1, {"c.csv", "--force"});
  EXPECT_EQ(compare(plain(), {"--force"}).code, 0);
}

TEST_F(Compare, compares_networks_of_two_conventions_and_sizes) {
  const Outcome outcome = compare(bundled(), {"--preprocess-b", "caffe", "--crops", "whole"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json json = Json::parse(load(folder_.file("c.json")));
  EXPECT_LT(json["methods"]["gradient"]["rank"]["mean"].get<double>(), 0.999);
}

TEST_F(Compare, names_the_network_of_a_note_and_options_that_the_command_has) {
  const auto net = [&](const std::string& name, const std::string& activation, const std::string& output) {
    ModelBuilder builder;
    builder.input("image", {-1, 3, 24, 24}).output(output).output("more");
    std::vector<float> weights(30);
    for (std::size_t i = 0; i < weights.size(); ++i)
      weights[i] = static_cast<float>(i % 7) - 3;
    builder.weight("w", {10, 3, 1, 1}, weights);
    builder.node("Conv", {"image", "w"}, {"c"});
    builder.node("Relu", {"c"}, {"r"});
    builder.node("GlobalAveragePool", {"r"}, {"p"});
    builder.node("Flatten", {"p"}, {activation.empty() ? output : "flat"});
    if (!activation.empty())
      builder.node(activation, {"flat"}, {output});
    builder.node("Identity", {output}, {"more"});
    return builder.save(folder_.file(name));
  };
  const std::string plain_net = net("scores.onnx", "", "out"),
                    softmax = net("softmax.onnx", "Softmax", "out"),
                    embedding = net("embedding.onnx", "", "embedding");
  const auto compare_two = [&](const std::string& first, const std::string& second,
                               const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        "compare", first, second, sample("golf-ball.jpg"), "-o", folder_.file("c.html")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return fovea(arguments);
  };
  const Outcome notes = compare_two(plain_net, softmax);
  ASSERT_EQ(notes.code, 0) << notes.err;
  EXPECT_TRUE(contains(notes.err, "note: both networks: nothing says how pictures are prepared"))
      << notes.err;
  EXPECT_TRUE(contains(notes.err, "note: softmax.onnx: the scores are the values before the Softmax"))
      << notes.err;
  const Outcome second = compare_two(plain_net, embedding);
  expect_error(second, 1, {"embedding.onnx: the output 'embedding'", " with --scores-b, or"});
  expect_error(compare_two(embedding, plain_net), 1, {" with --scores, or"});
  expect_error(compare_two(plain_net, softmax, {"--size-b", "64"}), 1, {"--size-b 64: the input"});
  expect_error(compare_two(plain_net, softmax, {"--size", "64"}), 1, {"--size 64: the input"});
  const std::string segmenter = small_segmenter().save(folder_.file("segmenter.onnx"));
  expect_error(
      compare_two(segmenter, segmenter), 1,
      {"in the commands that take them: saliency", "compares networks with one row of class scores"});
}

TEST_F(Compare, refuses_what_makes_no_sense) {
  expect_error(compare(plain(), {"--max-changed", "2"}), 2, {"--max-changed", "1% or 0.01"});
  expect_error(compare(plain(), {"--min-correlation", "1.5"}), 2, {"--min-correlation"});
  expect_error(compare(plain(), {"--max-energy-drop", "5%"}), 2, {"--max-energy-drop", "--truth"});
  expect_error(compare(plain(), {"--max-accuracy-drop", "5%"}), 2, {"--max-accuracy-drop", "--truth"});
  expect_error(compare(plain(), {"--methods", "gradient,gradient"}), 2, {"twice"});
  expect_error(fovea({"compare", bundled(), sample("church.jpg"), "-o", folder_.file("c.html")}), 2,
               {"images"});
  store(folder_.file("labels.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  expect_error(compare(plain(), {"--labels-b", folder_.file("labels.txt")}), 1,
               {"no class in common", "--labels-b"});
  EXPECT_EQ(files_in(folder_.path()), std::vector<std::string>{"labels.txt"});
}

}  // namespace
}  // namespace fovea::test
