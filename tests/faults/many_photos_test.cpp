#include "faults/support.hpp"
#include "support/photo_archive.hpp"

#include <chrono>
#include <random>

namespace fovea::test {
namespace {

using Clock = std::chrono::steady_clock;

CommandOptions ended_after(Clock::duration time, int signal) {
  CommandOptions options;
  const auto begin = Clock::now();
  options.interrupt_when = [=](const std::string&) { return Clock::now() - begin > time; };
  options.interrupt_signal = signal;
  return options;
}

/// A verb over an archive of photos, one of which is none.
struct Run {
  std::string name;
  Names verb;
  std::string output;  ///< without folder
  std::vector<std::string> results;
  std::string growing;                                ///< grows by lines with each photo
  std::string end = "24 photos, 1 without a result";  ///< what it prints

  Names arguments(const std::string& folder, const Names& more = {}) const {
    Names all = verb;
    if (all.front() == "deconv")
      all.emplace_back("--dataset");
    all.insert(all.end(), {"photos.tar", "-o", folder + "/" + output, "--no-progress"});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

class ManyPhotos : public testing::TestWithParam<Run> {
protected:
  ManyPhotos() { photo_archive(folder, "photos.tar", 24, 7); }

  Outcome run(const std::string& where, const Names& more = {}, const CommandOptions& options = {}) const {
    return fovea_in(folder.path(), GetParam().arguments(where, more), options);
  }
  /// The whole run, and how long it takes.
  Clock::duration run_whole() {
    const auto begin = Clock::now();
    const Outcome outcome = run("whole");
    EXPECT_EQ(outcome.code, 1) << outcome.err;  // by the photo that is none
    EXPECT_TRUE(contains(outcome.out, GetParam().end)) << outcome.out;
    return Clock::now() - begin;
  }
  void expect_equal_to_whole(const std::string& where) const {
    for (const std::string& name : GetParam().results)
      EXPECT_TRUE(load(folder.file(where + "/" + name)) == load(folder.file("whole/" + name)))
          << where << ": " << name;
  }

  TemporaryFolder folder;
};

TEST_P(ManyPhotos, KilledAtAnyMomentAreResumedToTheSameBytes) {
  const auto whole = run_whole();
  std::mt19937 random(5);
  for (int attempt = 0; attempt < 3; ++attempt) {
    const std::string where = fmt::format("killed{}", attempt);
    for (int kill = 0; kill < 3; ++kill) {
      const double share = std::uniform_real_distribution(0.1, 0.9)(random);
      run(where, {"--resume", "--workers", std::to_string(1 + kill)},
          ended_after(std::chrono::duration_cast<Clock::duration>(whole * share), SIGKILL));
    }
    const Outcome outcome = run(where, {"--resume"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    expect_equal_to_whole(where);
  }
}

TEST_P(ManyPhotos, EndAtSignalsWithACodeOfTheirOwn) {
  run_whole();
  int stopped = 0;
  for (const int signal : {SIGTERM, SIGUSR1, SIGINT}) {
    const std::string where = fmt::format("signal{}", signal);
    CommandOptions options;
    options.interrupt_signal = signal;
    const std::string growing = folder.file(where + "/" + GetParam().growing);
    options.interrupt_when = [&](const std::string&) { return lines_of(load(growing)) > 1; };
    const Outcome outcome = run(where, {}, options);
    EXPECT_EQ(outcome.signal, 0);
    if (outcome.code == 75) {
      ++stopped;
      EXPECT_TRUE(contains(outcome.err, "go on by the same command with --resume")) << outcome.err;
    }
    EXPECT_EQ(run(where, {"--resume"}).code, 1);
    expect_equal_to_whole(where);
  }
  EXPECT_GT(stopped, 0);
}

TEST_P(ManyPhotos, EndAtAFullDiskWithWhatIsWhole) {
  run_whole();
  CommandOptions small;
  small.file_size_limit = 20'000;
  const Outcome outcome = run("full", {}, small);
  if (GetParam().name == "classify") {  // whose few rows fit
    EXPECT_EQ(outcome.code, 1);
    return expect_equal_to_whole("full");
  }
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.err, "cannot write: File too large")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "go on by the same command with --resume")) << outcome.err;
  EXPECT_EQ(run("full", {"--resume"}).code, 1);
  expect_equal_to_whole("full");
}

TEST_P(ManyPhotos, OfShardsAreMergedToTheSameBytes) {
  run_whole();
  for (const int number : {3, 1, 2}) {
    CommandOptions array;
    array.environment = {{"SLURM_ARRAY_TASK_ID", std::to_string(number)},
                         {"SLURM_ARRAY_TASK_MIN", "1"},
                         {"SLURM_ARRAY_TASK_MAX", "3"},
                         {"SLURM_ARRAY_TASK_STEP", "1"}};
    const Outcome outcome =
        run("shards", {"--shard", "auto", "--resume", "--workers", std::to_string(number)}, array);
    EXPECT_LE(outcome.code, 1) << outcome.err;
    EXPECT_TRUE(contains(outcome.err,
                         fmt::format("shard {} of 3, by SLURM_ARRAY_TASK_ID={} of 1 to 3", number, number)))
        << outcome.err;
  }
  const bool is_file = GetParam().output.ends_with(".tar") || GetParam().output.ends_with(".html");
  const std::string shards = is_file ? "shards" : "shards/" + GetParam().output;
  const Outcome outcome = fovea_in(folder.path(), {"merge", shards, "-o", "merged/" + GetParam().output});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "24 photos of 3 shards, 1 without a result") ||
              contains(outcome.out, GetParam().end))
      << outcome.out;
  expect_equal_to_whole("merged");
}

INSTANTIATE_TEST_SUITE_P(
    Verbs, ManyPhotos,
    testing::Values(Run{"saliency",
                        {"saliency"},
                        "maps.tar",
                        {"maps.tar", "maps.results.csv"},
                        "maps.results.csv.partial"},
                    Run{"saliency_split",
                        {"saliency", "--archive-size", "300K"},
                        "maps.tar",
                        {"maps-000000.tar", "maps-000001.tar", "maps-000002.tar", "maps.results.csv"},
                        "maps.results.csv.partial"},
                    Run{"saliency_folder",
                        {"saliency"},
                        "maps",
                        {"maps/23-parachute-map.npy", "maps/results.csv"},
                        "maps/results.csv.partial"},
                    Run{"classify",
                        {"classify", "--table", "jsonl"},
                        "guesses",
                        {"guesses/results.jsonl"},
                        "guesses/results.jsonl.partial"},
                    Run{"localize",
                        {"localize", "--crops", "whole"},
                        "objects.tar",
                        {"objects.tar", "objects.results.csv"},
                        "objects.results.csv.partial"},
                    Run{"faithfulness",
                        {"evaluate", "faithfulness", "--methods", "gradient,grad-cam", "--steps", "3", "-m",
                         data("networks/residual.onnx"), "--preprocess", "torchvision"},
                        "faith",
                        {"faith/images.csv", "faith/curves.csv", "faith/summary.json",
                         "faith/curve-insertion.svg", "faith/measure-deletion.png"},
                        "faith/results.data",
                        "24 images, 1 of them failed and left out"},
                    Run{"sanity",
                        {"evaluate", "sanity", "--methods", "gradient,grad-cam", "--stages", "2", "-m",
                         data("networks/residual.onnx"), "--preprocess", "torchvision"},
                        "sane",
                        {"sane/sanity.csv", "sane/summary.json", "sane/cascading-rank.svg",
                         "sane/independent-rank.png"},
                        "sane/results.data",
                        "24 images, 1 failed and left out"},
                    Run{"report",
                        {"report", "--no-localize", "--class-models", "1"},
                        "page.html",
                        {"page.html"},
                        "page.data",
                        "page.html: 23 photos, 1 file left out"},
                    Run{"report_split",
                        {"report", "--no-localize", "--class-models", "0", "--split"},
                        "page.html",
                        {"page_files/00001-000024-23-parachute.webp", "page.html"},
                        "page.data",
                        "page.html: 23 photos, 1 file left out"},
                    Run{"deconv",
                        {"deconv", "--layer", "/stages/stages.2/stages.2.1/relu2/Relu_output_0", "--top", "3",
                         "--patches", "2"},
                        "patterns",
                        {"patterns/patches.csv"},
                        "patterns/results.data",
                        "patches.csv"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace fovea::test
